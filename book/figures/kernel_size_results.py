"""Figures of the kernel-size chapter from its kept results: cost, accuracy, text."""

from statistics import mean

from experiments.kernel_nets import LINEAR
from experiments.kernel_sizes import DEPTHWISE, FLATTENED, PAIRS, SIZES
from experiments.record import results
from experiments.spread import plus_minus, sd
from experiments.table import find
from experiments.text_widths import DISTANCES, WIDTHS
from experiments.timing import ratios
from figures.style import COLOURS, MARKERS, canvas, card

COMPARED = (
    (5, "one 5×5", "none"),
    ("two 3×3", "two 3×3", "max"),
    (f"two 3×3{LINEAR}", "two, no ReLU", "average"),
    (7, "one 7×7", "none"),
    ("three 3×3", "three 3×3", "max"),
    (f"three 3×3{LINEAR}", "three, no ReLU", "average"),
)
TASKS = {"library": ("which library?", "max"), "order": ("in order?", "average")}


def _line(ax, places, columns, look, label):
    ax.errorbar(
        places,
        [mean(values) for values in columns],
        [sd(values) for values in columns],
        capsize=4,
        marker=MARKERS[look],
        color=COLOURS[look],
        label=label,
    )
    parts = ", ".join(f"{p}: {plus_minus(v)}" for p, v in zip(places, columns, strict=True))
    return f"{label}, {parts}"


def reach():
    """Draw what stacks of 3×3 see by the formula, and where 95 % of their gradient is."""
    rows = [row for row in results("effective_fields")["rows"] if row["kernel_size"] == 3]
    depths = [row["depth"] for row in rows]
    figure, ax = canvas(3.6)
    ax.plot(depths, [row["sees"] for row in rows], "--", color=COLOURS["none"], label="could see")
    words = _line(ax, depths, [row["effective"] for row in rows], "max", "95 % of the gradient")
    ax.set(xlabel="layers of 3×3", ylabel="side, pixels", xticks=depths)
    ax.legend(loc="upper left")
    seen = ", ".join(f"{row['depth']}: {row['sees']}" for row in rows)
    return card(figure, f"By layers. Receptive field, {seen}. {words} pixels.")


def stack_costs():
    """Draw weights and time of stacks of 3×3 in percent of those of one large kernel."""
    rows = results("kernel_sizes")["rows"]
    figure, ax = canvas(2.6)
    words, labels = [], []
    for place, (stack, size) in enumerate(PAIRS.items()):
        ours, theirs = find(rows, block=stack), find(rows, block=size)
        counted = [100 * ours["weights"] / theirs["weights"]]
        times = [100 * r for r in ratios(ours["milliseconds"], theirs["milliseconds"])]
        for shift, values, look in ((-0.2, counted, "max"), (0.2, times, "other")):
            bars = ax.barh(place + shift, mean(values), 0.36, xerr=sd(values), color=COLOURS[look])
            ax.bar_label(bars, [f"{mean(values):.0f} %"], padding=6, fontsize=12)
        labels.append(f"{stack}, of {size}×{size}")
        words.append(f"{labels[-1]}: {counted[0]:.0f} and {plus_minus(times, 0)}")
    ax.axvline(100, color="#111111", linestyle="--", linewidth=1.5, zorder=0)
    ax.set_yticks(range(len(labels)), labels)
    ax.set(xlabel="% of one large kernel (dashed)", xlim=(0, 1.2 * ax.dataLim.xmax))
    ax.invert_yaxis()
    bars = [container for container in ax.containers if len(container) == 1]
    names = ["weights, MACs", "CPU time"]
    ax.legend(bars[:2], names, loc="lower left", bbox_to_anchor=(-0.2, 1), ncols=2)
    return card(figure, f"In percent, weights or MACs, and CPU time. {'; '.join(words)}.")


def stack_nets():
    """Draw the accuracy of small nets with one large kernel or a stack, a dot a seed."""
    rows = results("kernel_sizes")["rows"]
    figure, ax = canvas(3.6)
    labels, words = [], []
    for place, (name, label, look) in enumerate(COMPARED):
        row = find(rows, net=name, head="average")
        dots = [place] * len(row["test"])
        ax.plot(row["test"], dots, MARKERS[look], color=COLOURS[look], alpha=0.6)
        ax.plot([mean(row["test"])] * 2, [place - 0.3, place + 0.3], color="#111111")
        labels.append(f"{label} ({row['weights']:,})")
        words.append(f"{labels[-1]}: {plus_minus(row['test'])} %")
    ax.axhline(2.5, color="#999999", linewidth=1)
    ax.set_yticks(range(len(labels)), labels, fontsize=12)
    ax.set(xlabel="test accuracy, %", ylim=(len(labels) - 0.5, -0.5))
    return card(figure, f"Test accuracy, with the block's weights: {'; '.join(words)}.")


def sweep():
    """Draw accuracy, and below it MACs and time, against the kernel size from 1 to 15."""
    rows = results("kernel_sizes")["rows"]
    figure, axes = canvas(7.2, rows=2, sharex=True)
    slim = [int(name.removeprefix("depthwise ")) for name in DEPTHWISE]

    def tested(names, head="average"):
        return [find(rows, net=name, head=head)["test"] for name in names]

    words = [
        _line(axes[0], SIZES, tested(SIZES), "max", "dense"),
        _line(axes[0], slim, tested(DEPTHWISE), "average", "depthwise + 1×1"),
        _line(axes[0], FLATTENED, tested(FLATTENED, "flatten"), "stride", "dense, flattened"),
    ]
    axes[0].set(ylabel="test accuracy, %")
    base = find(rows, block=3)
    for places, names, look in ((SIZES, SIZES, "max"), (slim, DEPTHWISE, "average")):
        found = [find(rows, block=name) for name in names]
        macs = [row["macs"] / base["macs"] for row in found]
        times = [mean(ratios(r["milliseconds"], base["milliseconds"])) for r in found]
        axes[1].plot(places, macs, ":", color=COLOURS[look], label="MACs")
        axes[1].plot(places, times, MARKERS[look] + "-", color=COLOURS[look], label="time")
        kind = "dense" if look == "max" else "depthwise"
        pairs = zip(places, macs, times, strict=True)
        words.append(
            f"{kind} MACs and CPU time in multiples of a dense 3×3, "
            + ", ".join(f"{p}: {m:.2g} and {t:.2g}" for p, m, t in pairs)
        )
    axes[1].set_yscale("log")
    axes[1].set(xlabel="kernel size", ylabel="times a dense 3×3", xticks=SIZES)
    axes[1].legend(ncols=2, fontsize=12)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return card(figure, f"Against kernel size, test accuracy in percent: {'; '.join(words)}.")


def distances():
    """Draw accuracy against kernel width, for two tokens 2, 4 and 6 apart."""
    rows = results("text_widths")["rows"]
    figure, ax = canvas(3.8)
    words = []
    for distance, look in zip(DISTANCES, ("max", "average", "stride"), strict=True):
        columns = [find(rows, task=distance, width=w, depth=1)["test"] for w in WIDTHS]
        words.append(_line(ax, WIDTHS, columns, look, f"{distance} apart"))
    ax.set(xlabel="kernel width", ylabel="test accuracy, %", xticks=WIDTHS, ylim=(45, 103))
    figure.legend(loc="outside upper center", ncols=3, fontsize=12)
    return card(figure, f"Test accuracy in percent by kernel width: {'; '.join(words)}.")


def sentences():
    """Draw accuracy against what a value sees, on two tasks of real sentences."""
    rows = results("text_widths")["rows"]
    figure, ax = canvas(4.0)
    words = []
    for task, (label, look) in TASKS.items():
        ours = [row for row in rows if row.get("task") == task]
        single = [row for row in ours if row["depth"] == 1]
        columns = [row["test"] for row in single]
        words.append(_line(ax, [row["sees"] for row in single], columns, look, label))
        for row in ours:
            if row["depth"] > 1:
                ax.errorbar(
                    row["sees"] + 0.2,
                    mean(row["test"]),
                    sd(row["test"]),
                    capsize=4,
                    marker=MARKERS[look],
                    markerfacecolor="white",
                    color=COLOURS[look],
                )
                words.append(f"{row['depth']} layers of 3: {plus_minus(row['test'])}")
    ax.set(xlabel="words that a value sees", ylabel="test accuracy, %", xticks=[1, 2, 3, 5, 7])
    figure.legend(loc="outside upper center", ncols=2, fontsize=12)
    return card(
        figure,
        "Test accuracy in percent by the words that a value sees; hollow marks are stacks: "
        f"{'; '.join(words)}.",
    )
