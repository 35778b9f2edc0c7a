"""Tables and sentences of the convolution chapter, from its kept results."""

from statistics import mean

from IPython.display import Markdown

from experiments.layer_kinds import KINDS
from experiments.record import results
from experiments.spread import difference, plus_minus
from experiments.table import find
from experiments.timing import ratios


def side_by_side():
    """Tabulate parameters, multiplications and training time of the three kinds of layers."""
    rows = results("sharing")["rows"]
    found = {kind: find(rows, task="clothes", layer=kind) for kind in KINDS}
    timed = {kind: find(rows, timed=kind)["milliseconds"] for kind in KINDS}
    lines = ["| two layers | parameters | MACs | time |", "|---|--:|--:|--:|"]
    for kind, row in found.items():
        times = plus_minus(ratios(timed[kind], timed[KINDS[0]]))
        taken = "1" if kind == KINDS[0] else times
        lines.append(f"| {kind} | {row['weights']:,} | {row['macs']:,} | {taken} |")
    return Markdown("\n".join(lines))


def flattened():
    """Say what the nets for digits do if the classifier gets every value of the last map."""
    rows = results("sharing")["rows"]
    found = {kind: find(rows, task="digits", layer=kind, tail="flatten") for kind in KINDS}
    conv = found[KINDS[0]]
    others = " and ".join(f"{kind} {plus_minus(found[kind]['seen'])} %" for kind in KINDS[1:])
    gap = difference(conv["seen"], found[KINDS[2]]["seen"])
    return Markdown(
        "The same convolutions with a classifier that gets every value of the last map, place by "
        f"place, reach {plus_minus(conv['seen'])} % where they were trained, {gap} points from "
        f"fully connected layers, and {plus_minus(conv['unseen'])} % in the other half. (The "
        f"rivals with such a classifier: {others}. So the maximum is not why they are behind.)"
    )


def ways():
    """Tabulate what four ways to compute the same convolution multiply, hold and take."""
    rows = results("four_ways")["rows"]
    fastest = find(rows, way="PyTorch")
    lines = ["| way | MACs | held | time |", "|---|--:|--:|--:|"]
    for row in rows:
        times = ratios(row["milliseconds"], fastest["milliseconds"])
        taken = "1" if row is fastest else plus_minus(times, 0 if mean(times) > 100 else 1)
        held = f"{row['held']:,}" if row["held"] else "–"
        lines.append(f"| {row['way']} | {row['macs']:,} | {held} | {taken} |")
    return Markdown("\n".join(lines))


def doublings():
    """Say what each doubling of the kernels adds, seed by seed."""
    rows = results("kernels")["rows"]
    gains = [
        f"{difference(more['accuracy'], fewer['accuracy'])} (from {fewer['kernels']} to "
        f"{more['kernels']})"
        for fewer, more in zip(rows, rows[1:], strict=False)
    ]
    return Markdown(f"In points, seed by seed, the doublings add {', '.join(gains)}.")


def deeper():
    """Say what the pooling chapter's net, three convolutions deep, does on the same images."""
    small = find(results("sharing")["rows"], task="clothes", layer=KINDS[0])["seen"]
    # Equal seeds draw equal images in both experiments.
    deep = find(results("variants")["rows"], kind="max")["test"][: len(small)]
    return Markdown(
        "More convolutions do a little more: three of 3×3, with batch norm and max pooling (the "
        f"net of the [pooling chapter](pooling.md)) reach {plus_minus(deep)} % on the same images, "
        f"{difference(deep, small)} points from our two."
    )
