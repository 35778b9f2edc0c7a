"""Figures of the downsampling chapter from its kept results: cost, accuracy, gradients, ripples."""

from math import log10
from statistics import mean

from experiments.record import results
from experiments.shortcuts import KINDS as SHORTCUTS
from experiments.spread import plus_minus, sd
from experiments.table import find
from experiments.timing import ratios
from figures.style import COLOURS, MARKERS, canvas, card

NAMES = {
    "max 2/2": "max 2/2",
    "max": "max 3/2",
    "average": "average 3/2",
    "stride": "stride before",
    "blurred stride": "blurred stride",
    "all-conv": "All-CNN",
    "frozen": "All-CNN, frozen",
    "extra": "extra conv., max",
    "wide": "wider, max",
}
KEYS = {
    "max 2/2": "max",
    "extra": "none",
    "wide": "none",
    "blurred stride": "blur",
    "all-conv": "other",
    "frozen": "other",
}
STAGES = {
    "7×7, stride 2": "7×7, stride 2",
    "7×7, stride 1": "7×7, stride 1",
    "7×7, then pooling": "7×7, pooling",
    "three 3×3, stride first": "3 × 3×3, stride first",
    "three 3×3, stride last": "3 × 3×3, stride last",
    "three 3×3, then pooling": "3 × 3×3, pooling",
}
WAYS = {"pooling": "max", "1×1 at stages": "stride", "1×1 always": "average"}
WAYS |= {"concatenation": "blur", "none": "none"}


def _pairs(ax, rows, base, labels):
    """Draw MACs and CPU time as bars, in multiples of a base row's; return them in words."""
    words = []
    for place, row in enumerate(rows):
        times = ratios(row["milliseconds"], base["milliseconds"])
        values = row["macs"] / base["macs"], mean(times)
        for offset, value, key in ((-0.2, values[0], "max"), (0.2, values[1], "average")):
            bar = ax.barh(place + offset, value, height=0.36, color=COLOURS[key])
            ax.bar_label(bar, [f"{value:.3g}×"], padding=3, fontsize=12)
        words.append(f"{labels[place]} {values[0]:.2f} and {plus_minus(times, 2)}")
    ax.set_yticks(range(len(rows)), labels)
    ax.invert_yaxis()
    handles = [ax.containers[0], ax.containers[1]]
    ax.legend(handles, ["MACs", "CPU time"], loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return "; ".join(words)


def replaced():
    """Draw what each way of halving the maps costs a small net."""
    rows = results("all_conv")["rows"]
    chosen = [find(rows, kind=k) for k in ("max 2/2", "max", "stride", "all-conv", "extra")]
    figure, ax = canvas(4.2)
    base = find(rows, kind="max 2/2")
    words = _pairs(ax, chosen, base, [NAMES[row["kind"]] for row in chosen])
    ax.set(xlabel="times the net with 2×2 max pooling", xlim=(0, 1.15 * ax.dataLim.xmax))
    return card(
        figure,
        f"MACs and CPU time of a training step, in multiples of the net with 2×2 max pooling: "
        f"{words}.",
    )


def stages():
    """Draw what first stages cost, in multiples of ResNet's."""
    rows = [row for row in results("stems")["rows"] if "stage" in row]
    figure, ax = canvas(5)
    base = find(rows, stage="7×7, stride 2")
    words = _pairs(ax, rows, base, [STAGES[row["stage"]] for row in rows])
    ax.set_xscale("log", base=2)
    ax.set_xticks([1, 4, 16, 64], ["1", "4", "16", "64"])
    ax.set(xlabel="times 7×7, stride 2 (log scale)", xlim=(0.8, 150))
    return card(
        figure,
        f"MACs and CPU time of a training step, in multiples of 7×7 with stride 2: {words}.",
    )


def accuracies():
    """Draw the test accuracy of every seed for each way of halving the maps."""
    rows = results("all_conv")["rows"]
    figure, ax = canvas(4.6)
    for place, row in enumerate(rows):
        key = KEYS.get(row["kind"], row["kind"])
        dots = [place] * len(row["test"])
        ax.plot(row["test"], dots, MARKERS[key], color=COLOURS[key], alpha=0.6)
        ax.plot([mean(row["test"])] * 2, [place - 0.3, place + 0.3], color="#111111")
    ax.set_yticks(range(len(rows)), [NAMES[row["kind"]] for row in rows])
    ax.set(xlabel="test accuracy, %", ylim=(len(rows) - 0.5, -0.5))
    parts = "; ".join(
        f"{NAMES[r['kind']]} ({r['parameters']:,} weights) {plus_minus(r['test'])} %" for r in rows
    )
    return card(figure, f"Test accuracy, a dot a seed, a line for the mean: {parts}.")


def agreement():
    """Draw how many answers survive a shift, for each way of halving the maps."""
    rows = results("all_conv")["rows"]
    chosen = [
        find(rows, kind=k) for k in ("max", "average", "stride", "all-conv", "blurred stride")
    ]
    figure, ax = canvas(3.4)
    words = []
    for place, row in enumerate(chosen):
        key = KEYS.get(row["kind"], row["kind"])
        values = row["agreement"]
        ax.barh(place, mean(values), xerr=sd(values), capsize=4, color=COLOURS[key])
        words.append(f"{NAMES[row['kind']]} {plus_minus(values)}")
    ax.set_yticks(range(len(chosen)), [NAMES[row["kind"]] for row in chosen])
    ax.set(xlabel="answers that shifts leave as they were, %", xlim=(0, 100))
    ax.invert_yaxis()
    return card(
        figure, f"Percentage of answers unchanged by shifts of up to 2 pixels: {'; '.join(words)}."
    )


def gradients():
    """Draw the first layer's gradient against depth for each shortcut, with and without norm."""
    rows = results("shortcuts")["rows"]
    figure, axes = canvas(7.4, rows=2, sharex=True)
    words = []
    for ax, norm in zip(axes, (False, True), strict=True):
        for kind in SHORTCUTS:
            points = [r for r in rows if r.get("kind") == kind and r["norm"] is norm]
            points = [r for r in points if min(r["gradient"]) > 0]
            tens = [[log10(g) for g in r["gradient"]] for r in points]
            ax.errorbar(
                [r["depth"] for r in points],
                [mean(t) for t in tens],
                [sd(t) for t in tens],
                capsize=4,
                marker=MARKERS[WAYS[kind]],
                color=COLOURS[WAYS[kind]],
                label=kind,
            )
            values = ", ".join(plus_minus(t) for t in tens)
            words.append(f"{'with' if norm else 'without'} batch norm, {kind}: {values}")
        ax.set_title("with batch norm" if norm else "without batch norm", fontsize=14)
        ax.set(ylabel="gradient, power of ten")
        ax.yaxis.get_major_locator().set_params(integer=True)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    axes[1].set(xlabel="convolutions on the longest way", xticks=[r["depth"] for r in points])
    return card(
        figure,
        "Norm of the gradient in the first layer, as a power of ten, for 7, 13, 25 and 49 "
        f"convolutions. {'; '.join(words)}.",
    )


def ripples():
    """Draw how uneven plain grey comes out of each way of enlarging, untrained and trained."""
    rows = [row for row in results("checkerboards")["rows"] if "kind" in row]
    figure, ax = canvas(3.4)
    words = []
    for place, row in enumerate(rows):
        for offset, when, key in ((-0.2, "before", "none"), (0.2, "after", "average")):
            values = row[when]
            bar = ax.barh(place + offset, mean(values), height=0.36, color=COLOURS[key])
            ax.bar_label(bar, [f"{mean(values):.1f} ± {sd(values):.1f}"], padding=3, fontsize=12)
        words.append(f"{row['kind']} {plus_minus(row['before'])} and {plus_minus(row['after'])}")
    ax.set_yticks(range(len(rows)), [row["kind"] for row in rows])
    ax.set(xlabel="ripple on plain grey, %", xlim=(0, 1.35 * ax.dataLim.xmax))
    ax.invert_yaxis()
    handles = [ax.containers[0], ax.containers[1]]
    labels = ["untrained", "trained"]
    ax.legend(handles, labels, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return card(figure, f"Ripple in percent, untrained and trained: {'; '.join(words)}.")
