"""Tables and sentences of the capstone chapter, from its kept results."""

from statistics import mean

from IPython.display import Markdown

from experiments.growing_data import CNN, LARGE, MLP, PLAIN
from experiments.record import results
from experiments.representable import curve, started
from experiments.spread import difference, plus_minus
from experiments.started_as_cnn import RANDOM, STARTS
from experiments.table import find
from experiments.timing import ratios
from experiments.with_or_without import KINDS, MATCHED


def matrices():
    """Say what the matrices of a CNN with three convolutions hold."""
    (row,) = (row for row in results("representable")["rows"] if row.get("entries"))
    return Markdown(
        f"The matrices of the three convolutions have {row['entries']:,} entries. "
        f"{row['used']:,} of them ({100 * row['used'] / row['entries']:.0f} %) are not zero, and "
        f"these are {row['different']:,} different numbers, each in many places. In all, the CNN "
        f"has {row['cnn_weights']:,} parameters, and the fully connected net that equals it "
        f"{row['mlp_weights']:,}: **{row['mlp_weights'] / row['cnn_weights']:.0f} times as many**. "
        f"Their outputs differ by {max(row['difference']):.0e} of an output's standard deviation."
    )


def sizes():
    """Tabulate weights and multiplications of the nets that learn from growing data."""
    rows = results("representable")["rows"]
    lines = ["| net | clothes | MACs | digits | MACs |", "|---|--:|--:|--:|--:|"]
    for name in (CNN, MLP, LARGE):
        cells = [
            f"{row['weights']:,} | {row['macs'] / 1e6:.2f}M"
            for row in (curve(rows, task, name)[-1] for task in ("clothes", "digits"))
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return Markdown("\n".join(lines))


def normed():
    """Say what batch norm has to do with the lead of the CNN."""
    rows = results("representable")["rows"]
    parts = []
    for task in ("clothes", "digits"):
        lead, plain = (
            difference(*(curve(rows, task, name)[-1]["test"] for name in names))
            for names in ((CNN, MLP), PLAIN)
        )
        parts.append(f"on {task} {lead} points with batch norm in both and {plain} without")
    return Markdown(
        f"With all training images the CNN's lead over the MLP of its size is {'; '.join(parts)}."
    )


def gaps():
    """Tabulate the lead of the CNN over the plain net of its size, by training images."""
    rows = results("representable")["rows"]
    lines = ["| task | images | CNN − MLP | permuted |", "|---|--:|--:|--:|"]
    for task in ("clothes", "digits"):
        columns = [
            [
                difference(a["test"], b["test"])
                for a, b in zip(*(curve(rows, task, n, order) for n in (CNN, MLP)), strict=True)
            ]
            for order in ("in order", "permuted")
        ]
        counts = [row["images"] for row in curve(rows, task, CNN)]
        for count, plain, permuted in zip(counts, *columns, strict=True):
            lines.append(f"| {task} | {count:,} | {_bold(plain)} | {_bold(permuted)} |")
    return Markdown("\n".join(lines))


def learned():
    """Say how many of their training digits the plain nets get right."""
    rows = results("representable")["rows"]
    parts = []
    for name in (MLP, LARGE):
        one, eight = curve(rows, "digits", name)[-2:]
        parts.append(
            f"the {'larger ' if name == LARGE else ''}MLP knows {plus_minus(one['train'])} % of "
            f"{one['images']:,} training digits and {plus_minus(eight['train'])} % of "
            f"{eight['images']:,}"
        )
    return Markdown(f"After these steps {', '.join(parts)}.")


def _bold(found):
    return f"**{found}**" if found.clear else str(found)


def fitted():
    """Tabulate training and test accuracy by start, on few and on many images."""
    rows = results("representable")["rows"]
    counts = [started(rows, RANDOM, place)["images"] for place in (0, 1)]
    heads = " | ".join(f"training, {count:,} | test" for count in counts)
    lines = [f"| start | {heads} |", "|---|--:|--:|--:|--:|"]
    for start in STARTS:
        cells = (
            plus_minus(started(rows, start, place)[column])
            for place in (0, 1)
            for column in ("train", "test")
        )
        lines.append(f"| {start} | {' | '.join(cells)} |")
    return Markdown("\n".join(lines))


def chance():
    """Say how random matrices would split, and how those of the random start do."""
    rows = results("representable")["rows"]
    (row,) = (row for row in rows if row.get("entries"))
    parts = (row["different"], row["used"] - row["different"], row["entries"] - row["used"])
    expected = " / ".join(f"{100 * part / row['entries']:.1f}" for part in parts)
    few = started(rows, RANDOM, 0)
    found = " / ".join(plus_minus(few[part]) for part in ("shared", "local", "elsewhere"))
    return Markdown(
        f"Numbers drawn at random would be {expected} % shared, local, elsewhere. From the random "
        f"start training arrives at {found} %."
    )


def costs():
    """Tabulate weights, multiplications and time of the nets with and without pooling."""
    rows = results("with_or_without")["rows"]
    base = find(rows, task="clothes", net="max")
    lines = ["| net | weights | MACs, million | time |", "|---|--:|--:|--:|"]
    for name in (*KINDS, *MATCHED.values()):
        row = find(rows, task="clothes", net=name)
        times = mean(ratios(row["milliseconds"], base["milliseconds"]))
        lines.append(f"| {name} | {row['weights']:,} | {row['macs'] / 1e6:.2f} | {times:.2f}× |")
    return Markdown("\n".join(lines))


def averaged():
    """Tabulate the same CNNs with a global average, all of the same size."""
    rows = results("with_or_without")["rows"]
    count = find(rows, task="clothes", net="max, GAP")["weights"]
    lines = ["| with a mean | clothes | shifted 4 px | digits anywhere |", "|---|--:|--:|--:|"]
    for kind in KINDS:
        clothes, digits = (
            find(rows, task=task, net=f"{kind}, GAP") for task in ("clothes", "digits")
        )
        cells = (clothes["test"], clothes["shift 4"], digits["test"])
        lines.append(f"| {kind} | {' | '.join(map(plus_minus, cells))} |")
    return Markdown(f"{count:,} weights each, test accuracy in percent:\n\n" + "\n".join(lines))
