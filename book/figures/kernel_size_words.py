"""Tables and sentences of the kernel-size chapter, from its kept results."""

from IPython.display import Markdown

from experiments.classic_nets import NETS, followed
from experiments.kernel_nets import LINEAR
from experiments.kernel_sizes import BRANCHES, PAIRS, tested
from experiments.record import results
from experiments.spread import difference, plus_minus
from experiments.table import find
from experiments.text_nets import conv_weights, sight
from experiments.text_widths import DEEP
from experiments.timing import ratios


def layer_by_layer(name, folded=False):
    """Tabulate a published net's layers: geometry, sight, weights and MACs."""
    lines = ["| layer | sees | map | weights | million MACs |", "|---|--:|--:|--:|--:|"]
    for row in followed(name, NETS[name]):
        stride = f"/{row['stride']}" if row["stride"] > 1 else ""
        size = f"{row['kernel_size']}×{row['kernel_size']}{stride}"
        costs = f"{row['weights']:,} | {row['macs'] / 1e6:,.1f}" if row["macs"] else "– | –"
        kind = "pool " if row["kind"] == "pool" else ""
        lines.append(
            f"| {kind}{size} | {row['sees']} | {row['channels']}×{row['side']}² | {costs} |"
        )
    table = "\n".join(lines)
    return Markdown(
        f":::{{dropdown}} {name}, all {len(NETS[name])} layers\n{table}\n:::" if folded else table
    )


def in_their_places():
    """Tabulate what 3×3 kernels in the place of larger ones would see and multiply."""
    rows = [row for row in results("classic_nets")["rows"] if "total" in row]
    lines = ["| | LeNet-5 | AlexNet | VGG-16 |", "|---|--:|--:|--:|"]

    def line(label, column, write):
        cells = " | ".join(write(row[column]) for row in rows)
        lines.append(f"| {label} | {cells} |")

    line("convolutions", "depth", str)
    line("image, pixels", "image", str)
    line("sees, pixels", "sees", str)
    line("… with one 3×3 for each", "sees_with_one", str)
    line("MACs, million", "macs", lambda macs: f"{macs / 1e6:,.1f}")
    line("… with stacks of equal sight", "macs_with_stacks", lambda macs: f"{macs / 1e6:,.1f}")
    line("time, ms", "milliseconds", lambda times: plus_minus(times, 1))
    return Markdown("\n".join(lines))


def error(middle):
    """Write what is left of a random 5×5 kernel when two 3×3 kernels are fitted to it."""
    return f"{plus_minus(find(results('composed')['rows'], middle=middle)['error'], 2)} %"


def fitted():
    """Say how close two 3×3 kernels come to a 5×5 one."""
    return Markdown(
        f"With **one** channel between them, two 3×3 kernels have 18 numbers and miss a random 5×5 "
        f"kernel by {error(1)} of its length. With two channels, and 36 numbers, {error(2)} are "
        f"left, with three {error(3)}. (Least squares, the best of three starts; mean ± standard "
        "deviation of four batches of 10 kernels.)"
    )


def stack_gains():
    """Tabulate the accuracy of stacks against one large kernel, seed by seed."""
    rows = results("kernel_sizes")["rows"]
    lines = ["| points, seed by seed | over one kernel | over no ReLU |", "|---|--:|--:|"]
    for stack, size in PAIRS.items():
        ours = tested(rows, stack)
        over = [difference(ours, tested(rows, rival)) for rival in (size, stack + LINEAR)]
        cells = " | ".join(f"**{gain}**" if gain.clear else str(gain) for gain in over)
        lines.append(f"| {stack}, for {size}×{size} | {cells} |")
    return Markdown("\n".join(lines))


def blind():
    """Say how nets of 1×1 and 3×3 layers take the shuffling of an image's cells."""
    rows = results("kernel_sizes")["rows"]
    everywhere = find(rows, net="1×1 everywhere")
    three = find(rows, net=3, head="average")
    return Markdown(
        f"The net of 1×1 layers alone keeps {plus_minus(everywhere['same'], 2)} % of its answers "
        f"when the 2×2 cells of an image are shuffled, and gets {plus_minus(everywhere['test'])} % "
        f"right. With 3×3 in both places {plus_minus(three['same'])} % of the answers stay, and "
        f"{plus_minus(three['test'])} % are right (on images that are not shuffled)."
    )


def seven():
    """Say whether 15×15 is better than 7×7."""
    rows = results("kernel_sizes")["rows"]
    gain = difference(tested(rows, 15), tested(rows, 7))
    return Markdown(
        f"Is 15×15 better than 7×7? By {gain} points, seed by seed: "
        f"{'clearly' if gain.clear else 'a tie, by our rule'}."
    )


def slim():
    """Tabulate what depthwise kernels cost and bring against a dense 3×3."""
    rows = results("kernel_sizes")["rows"]
    base, plain = find(rows, block=3), tested(rows, 3)
    small = find(rows, net=3, head="average")["weights"]
    lines = ["| | MACs | time | small net: weights | points |", "|---|--:|--:|--:|--:|"]
    for name in (3, 7, 11, 15, "depthwise 3", "depthwise 7", "depthwise 11", "depthwise 15"):
        row = find(rows, block=name)
        label = f"{name}×{name}" if isinstance(name, int) else name
        times = plus_minus(ratios(row["milliseconds"], base["milliseconds"]))
        gain = "" if name == 3 else str(difference(tested(rows, name), plain))
        weights = find(rows, net=name, head="average")["weights"]
        lines.append(
            f"| {label} | {row['macs'] / base['macs']:.2g} | {times} | {weights / small:.2g} "
            f"| {gain} |"
        )
    return Markdown("\n".join(lines))


def branches():
    """Say what a small branch beside a large kernel brings, and what merging leaves."""
    rows = results("kernel_sizes")["rows"]
    both, alone = find(rows, net=BRANCHES), find(rows, net="depthwise 11")
    exact = "the same" if both["test"] == both["merged"] else "not the same"
    times = ratios(*(find(rows, block=n)["milliseconds"] for n in (BRANCHES, "depthwise 11")))
    return Markdown(
        f"In our small net the 3×3 branch beside 11×11 brings "
        f"{difference(both['test'], alone['test'])} points and takes {plus_minus(times, 2)} times "
        f"the training time of the block. Merged, the net has {exact} accuracy with every seed."
    )


def depth_table():
    """Tabulate, for tokens 4 apart, nets that see as much in one layer or in several."""
    rows = results("text_widths")["rows"]
    lines = ["| kernels | sees | weights | accuracy, % |", "|---|--:|--:|--:|"]
    for width, depth in ((5, 1), *DEEP[:2], (7, 1), *DEEP[2:]):
        row = find(rows, task=4, width=width, depth=depth)
        lines.append(
            f"| {depth} of width {width} | {sight(width, depth)} "
            f"| {conv_weights(width, depth):,} | {plus_minus(row['test'])} |"
        )
    return Markdown("\n".join(lines))


def echoes():
    """Say by what a kernel of width 2 finds tokens 2 apart."""
    (row,) = [row for row in results("text_widths")["rows"] if "fooled" in row]
    return Markdown(
        "Test it with lines in which A and B are 3 apart. If the two tokens between are the same, "
        f"`A x x B`, the net takes {plus_minus(row['fooled'])} % of them for 2 apart; if they "
        f"differ, {plus_minus(row['not_fooled'])} %."
    )


def sentence_gains():
    """Say what width, and depth, bring on real sentences."""
    rows = results("text_widths")["rows"]
    parts = []
    for task, question in (("library", "which library"), ("order", "whether in order")):
        one, two, three, seven = (_tested(rows, task, width) for width in (1, 2, 3, 7))
        stacks = difference(_tested(rows, task, 3, 2), _tested(rows, task, 5))
        parts.append(
            f"| {question} | {plus_minus(one)} | {difference(two, one)} "
            f"| {difference(seven, three)} | {stacks} |"
        )
    head = "| asked | width 1, % | 2 − 1 | 7 − 3 | two of 3 − one of 5 |\n|---|--:|--:|--:|--:|"
    return Markdown("\n".join([head, *parts]))


def _tested(rows, task, width, depth=1):
    return find(rows, task=task, width=width, depth=depth)["test"]
