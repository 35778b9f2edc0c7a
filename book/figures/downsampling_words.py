"""Tables and sentences of the downsampling chapter, from its kept results."""

from IPython.display import Markdown

from experiments.record import results
from experiments.shortcuts import KINDS as SHORTCUTS
from experiments.spread import difference, plus_minus
from experiments.stride_position import strides
from experiments.table import find
from experiments.timing import ratios


def pooling_alone():
    """Say how much of a first stage's time is its pooling."""
    rows = results("stems")["rows"]
    base = find(rows, stage="7×7, stride 2")["milliseconds"]
    without, pooled = (
        ratios(find(rows, stage=name)["milliseconds"], base)
        for name in ("7×7, stride 1", "7×7, then pooling")
    )
    return Markdown(
        f"Without the pooling, stride 1 takes {plus_minus(without)} times the CPU time of stride "
        f"2; with it, {plus_minus(pooled)} times."
    )


def positions():
    """Tabulate what the places of two strides cost, and what comes of them."""
    rows = results("stride_position")["rows"]
    lines = ["| strides | sees | MACs | time | accuracy, % |", "|---|---|---|---|---|"]
    for row in rows:
        times = ratios(row["milliseconds"], rows[0]["milliseconds"])
        lines.append(
            f"| {' '.join(map(str, strides(row['places'])))} | {row['receptive_field']} px "
            f"| {row['macs'] / rows[0]['macs']:.1f}× | {plus_minus(times)}× "
            f"| {plus_minus(row['test'])} |"
        )
    gain = difference(rows[-1]["test"], rows[0]["test"])
    middle = difference(rows[2]["test"], rows[0]["test"])
    return Markdown(
        "\n".join(lines)
        + f"\n\nSeed by seed, over strides in the first two: in the last two {gain} points, in the "
        f"second and the fourth {middle}."
    )


def published():
    """Tabulate the first layers of published nets, with what striding saves them."""
    rows = [row for row in results("stems")["rows"] if "net" in row]
    lines = ["| net | first convolution | MACs, million | at stride 1 |", "|---|---|---|---|"]
    for row in rows:
        window, stride, _, filters = row["convs"][0]
        often = "two of " if len(row["convs"]) > 1 else ""
        lines.append(
            f"| {row['net']} | {often}{window}×{window}, stride {stride}, {filters} "
            f"| {row['macs'] / 1e6:.0f} | {row['macs_at_stride_1'] / 1e6:.0f} |"
        )
    return Markdown("\n".join(lines))


def sights():
    """Tabulate how far published nets see behind their first pooling."""
    rows = [row for row in results("stems")["rows"] if "net" in row]
    lines = ["| net | sees | one value every |", "|---|---|---|"]
    lines += [f"| {r['net']} | {r['receptive_field']} px | {r['jump']} px |" for r in rows]
    return Markdown("\n".join(lines))


def shortcuts():
    """Tabulate what each shortcut is worth after training, with and without batch norm."""
    rows = results("shortcuts")["rows"]
    lines = ["| on the shortcut | with batch norm | without |", "|---|---|---|"]
    for kind in SHORTCUTS:
        cells = [plus_minus(find(rows, trained=kind, norm=n)["test"]) for n in (True, False)]
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return Markdown("\n".join(lines))


def cure():
    """Say what resizing costs against a transposed convolution of the same window."""
    rows = results("checkerboards")["rows"]
    plain, resized = find(rows, kind="3×3"), find(rows, kind="resize, 3×3")
    return Markdown(
        f"Here the net with resizing takes {resized['macs'] / plain['macs']:.1f} times the MACs of "
        f"the one with 3×3 transposed convolutions, and its images are further from the true ones: "
        f"the difference of the errors (×1000) is {difference(resized['error'], plain['error'])}."
    )


def blur_costs():
    """Say what blurring before a stride costs and brings."""
    rows = results("all_conv")["rows"]
    plain, blurred = find(rows, kind="stride"), find(rows, kind="blurred stride")
    times = plus_minus(ratios(blurred["milliseconds"], plain["milliseconds"]))
    return Markdown(
        f"Over the plain stride, the blurred one changes the test accuracy by "
        f"{difference(blurred['test'], plain['test'])} points and the answers that survive a shift "
        f"by {difference(blurred['agreement'], plain['agreement'])} points, for "
        f"{blurred['macs'] / plain['macs']:.1f} times the MACs and {times} times the CPU time: the "
        "convolution has to run at stride 1 again."
    )
