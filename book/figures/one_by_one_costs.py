"""Figures of the 1×1 chapter about blocks: what they cost, and how well nets of them do."""

from statistics import mean

from experiments.block_nets import shares
from experiments.inception import GOOGLENET, SCALES
from experiments.record import results
from experiments.spread import plus_minus, sd
from experiments.table import find
from figures.style import COLOURS, MARKERS, canvas, card

FORMS = {
    "naive": ("naive", "none"),
    "same width": ("naive, as wide", "average"),
    "reduced": ("reduced", "max"),
    "same weights": ("naive, narrowed", "other"),
}
COMPACT = ("Fire", "separable", "NIN")
KEYS = {
    "3×3": "none",
    "Fire": "average",
    "separable": "max",
    "NIN": "stride",
    "3×3, narrow": "other",
}


def inception():
    """Draw what share of the multiplications and of the time GoogLeNet's reduced blocks keep."""
    rows = results("inception")["rows"]
    macs, times = [], []
    for name in GOOGLENET:
        naive, reduced = (find(rows, block=name, form=form) for form in ("naive", "reduced"))
        macs.append([100 * reduced["macs"] / naive["macs"]])
        times.append(shares(reduced, naive))
    figure, ax = canvas(5.4)
    _pairs(ax, list(GOOGLENET), macs, times, "weights, multiplications")
    ax.axvline(50, color="#111111", linestyle="--", linewidth=1.5, zorder=0)
    ax.set(xlabel="reduced, % of naive (dashed: half)")
    parts = "; ".join(
        f"{name}: {m[0]:.0f} and {plus_minus(t, 0)}"
        for name, m, t in zip(GOOGLENET, macs, times, strict=True)
    )
    return card(
        figure,
        f"Reduced blocks in percent of the naive ones, multiplications and CPU time: {parts}.",
    )


def small_nets():
    """Draw the accuracy of small nets of Inception blocks, a dot a seed."""
    rows = [row for row in results("inception")["rows"] if "net" in row]
    figure, axes = canvas(5.0, rows=2, sharex=True)
    words = []
    for ax, scale in zip(axes, SCALES, strict=True):
        ours = [find(rows, net=f"{form} {scale}") for form in FORMS]
        labels = [
            f"{label} ({row['weights']:,})"
            for (label, _), row in zip(FORMS.values(), ours, strict=True)
        ]
        _dots(ax, ours, [key for _, key in FORMS.values()], labels)
        ax.set_title(f"{scale} of GoogLeNet's width", fontsize=14)
        words += [
            f"{row['net']} of the width, {row['weights']:,} weights: {plus_minus(row['test'])} %"
            for row in ours
        ]
    axes[1].set(xlabel="test accuracy, %")
    return card(figure, f"Test accuracy, a dot a seed, a line for the mean. {'; '.join(words)}.")


def compact():
    """Draw weights, multiplications and time of three blocks in percent of a 3×3 convolution's."""
    rows = results("compact_blocks")["rows"]
    plain = find(rows, block="3×3")
    blocks = [find(rows, block=name) for name in COMPACT]
    macs = [[100 * row["macs"] / plain["macs"]] for row in blocks]
    times = [shares(row, plain) for row in blocks]
    figure, ax = canvas(3.2)
    _pairs(ax, COMPACT, macs, times, "weights, multiplications")
    ax.axvline(100, color="#111111", linestyle="--", linewidth=1.5, zorder=0)
    ax.set(xlabel="% of a 3×3 convolution (dashed)")
    parts = "; ".join(
        f"{name}: {m[0]:.1f} and {plus_minus(t, 0)}"
        for name, m, t in zip(COMPACT, macs, times, strict=True)
    )
    return card(
        figure,
        "Blocks from 128 to 128 channels on 28×28, in percent of a 3×3 convolution, "
        f"multiplications and CPU time: {parts}.",
    )


def compact_nets():
    """Draw the accuracy of small nets with each block, a dot a seed."""
    rows = [row for row in results("compact_blocks")["rows"] if "net" in row]
    figure, ax = canvas(3.6)
    labels = [f"{row['net']} ({row['weights']:,})" for row in rows]
    _dots(ax, rows, [KEYS[row["net"]] for row in rows], labels)
    ax.set(xlabel="test accuracy, %")
    parts = "; ".join(
        f"{row['net']} with {row['weights']:,} weights {plus_minus(row['test'])} %" for row in rows
    )
    return card(figure, f"Test accuracy, a dot a seed, a line for the mean: {parts}.")


def _pairs(ax, names, macs, times, first):
    """Draw two horizontal bars for each name: multiplications, and time with its spread."""
    for place, (label, key, values) in enumerate(
        ((first, "max", macs), ("CPU time", "other", times))
    ):
        at = [i + 0.4 * place for i in range(len(names))]
        bars = ax.barh(
            at,
            [mean(v) for v in values],
            height=0.38,
            xerr=[sd(v) for v in values] if place else None,
            color=COLOURS[key],
            label=label,
        )
        label = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
        ax.bar_label(bars, [f"{mean(v):.0f} %" for v in values], padding=4, fontsize=12, bbox=label)
    ax.set_yticks([i + 0.2 for i in range(len(names))], names)
    ax.set_xlim(0, 1.18 * ax.dataLim.xmax)
    ax.invert_yaxis()
    ax.legend(loc="lower left", bbox_to_anchor=(-0.1, 1))


def _dots(ax, rows, keys, labels):
    for place, (row, key) in enumerate(zip(rows, keys, strict=True)):
        ax.plot(
            row["test"], [place] * len(row["test"]), MARKERS[key], color=COLOURS[key], alpha=0.6
        )
        ax.plot([mean(row["test"])] * 2, [place - 0.3, place + 0.3], color="#111111")
    ax.set_yticks(range(len(rows)), labels, fontsize=12)
    ax.set(ylim=(len(rows) - 0.5, -0.5))
