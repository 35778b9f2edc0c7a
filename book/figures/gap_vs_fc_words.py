"""Tables and sentences of the GAP chapter, from its kept results."""

from statistics import mean

from IPython.display import Markdown

from experiments.activation_maps import CANVASES, SCENES
from experiments.head_costs import share
from experiments.heads import NETS
from experiments.probe import read
from experiments.record import results
from experiments.sliding_window import PADDINGS
from experiments.spread import plus_minus
from experiments.table import find
from experiments.timing import ratios
from experiments.transfer import TARGETS, gain, scores


def probes():
    """Say what other readers get from a net's last map."""
    rows = results("probe")["rows"]
    whole, probe = read(rows, "block 3", "net"), read(rows, "block 3", "linear")
    return Markdown(
        f"The net itself has {plus_minus(whole)} %. A linear classifier has "
        f"{plus_minus(probe)} % from its last map, {plus_minus(read(rows, 'pixels', 'linear'))} % "
        f"from the pixels, and {plus_minus(read(rows, 'block 3', 'linear', trained=False))} % from "
        f"the last map of the same net before any training. From a random tenth of the last map's "
        f"values it still gets {plus_minus(read(rows, 'block 3', 'tenth'))} %: that is what "
        "“distributed” looks like."
    )


def sliding():
    """Tabulate windows one by one against all at once."""
    rows = results("sliding_window")["rows"]
    lines = ["| the net | MACs saved | CPU time saved | same answers |", "|---|---|---|---|"]
    for name in PADDINGS:
        row = find(rows, net=name)
        times = ratios(row["milliseconds"], row["milliseconds_at_once"])
        lines.append(
            f"| {name} | {row['macs'] / row['macs_at_once']:.1f}× | {plus_minus(times)}× "
            f"| {plus_minus(row['agreement'])} % |"
        )
    count = find(rows, net="with padding")["windows"]
    return Markdown(
        f"For scenes of 64×64 pixels, one pass against {count} windows of 28×28:\n\n"
        + "\n".join(lines)
    )


def batch():
    """Say what a batch does to the share of time of AlexNet's fully connected layers."""
    rows = results("head_costs")["rows"]
    one, many = (share(rows, "AlexNet", images, "milliseconds") for images in (1, 16))
    return Markdown(
        f"In AlexNet the FC layers take {plus_minus(one)} % of the time for one image and "
        f"{plus_minus(many)} % for sixteen at once."
    )


def nets():
    """Tabulate the four nets: weights, multiplications, time."""
    rows = results("heads")["rows"]
    base = find([r for r in rows if "milliseconds" in r], net="flatten")["milliseconds"]
    lines = ["| net | weights | head | MACs, million | time |", "|---|---|---|---|---|"]
    for name in NETS:
        row = find(rows, net=name, budget="full")
        taken = find([r for r in rows if "milliseconds" in r], net=name)["milliseconds"]
        lines.append(
            f"| {name} | {row['weights']:,} | {row['head']:,} | {row['macs'] / 1e6:.2f} "
            f"| {mean(ratios(taken, base)):.2f}× |"
        )
    return Markdown("\n".join(lines))


def sizes():
    """Tabulate what becomes of a net with a global average on larger canvases."""
    rows = results("activation_maps")["rows"]
    lines = ["| canvas | image in a margin | image enlarged |", "|---|---|---|"]
    for side in CANVASES:
        framed, enlarged = (
            plus_minus(find(rows, canvas=side, by=by)["accuracy"]) for by in ("margin", "enlarging")
        )
        lines.append(f"| {side}×{side} | {framed} % | {enlarged} % |")
    return Markdown("\n".join(lines))


def pointing():
    """Say how often the map of a class is highest on its picture."""
    (row,) = (row for row in results("activation_maps")["rows"] if "pointed" in row)
    return Markdown(
        f"In {SCENES} scenes the map of a class is highest on its own picture in "
        f"**{plus_minus(row['pointed'])} %** of the cases. On ImageNet, boxes around such maps had "
        "a top-5 localisation error of 37.1 %, without a single box in the training "
        "{cite}`zhou2016`."
    )


def transfer():
    """Tabulate, for both targets, the differences that the arms are for."""
    rows = results("transfer")["rows"]
    lines = ["| points | near | far |", "|---|---|---|"]
    for words, first, second in (
        ("fine-tuned: FC − GAP", "FC", "GAP"),
        ("from scratch: FC − GAP", "FC, all new", "GAP, all new"),
        ("FC: pretrained − new", "FC", "FC, all new"),
        ("GAP: pretrained − new", "GAP", "GAP, all new"),
        ("hidden layer: kept − new", "FC", "FC, hidden layer new"),
        ("same convolutions: FC new − GAP", "FC, hidden layer new", "GAP, on FC's"),
    ):
        gains = [gain(rows, target, first, second) for target in TARGETS]
        cells = (f"**{found}**" if found.clear else str(found) for found in gains)
        lines.append(f"| {words} | {' | '.join(cells)} |")
    return Markdown("\n".join(lines))


def moved():
    """Say how far the convolutions move under each head."""
    rows = results("transfer")["rows"]
    fc, gap, new_fc, new_gap = (
        plus_minus(scores(rows, "far", arm, "moved"), 0)
        for arm in ("FC", "GAP", "FC, all new", "GAP, all new")
    )
    return Markdown(
        "One thing the hidden layer does do: it takes on part of the learning, and the "
        f"convolutions move half as much. On the far target their weights move by {fc} % of their "
        f"norm under FC, and by {gap} % under GAP. From scratch it is {new_fc} % and {new_gap} %."
    )
