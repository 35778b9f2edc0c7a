"""Figures of the pooling chapter about cost, accuracy and what the weights do."""

from statistics import mean

from experiments.record import results
from experiments.spread import plus_minus, sd
from experiments.table import find
from figures.style import COLOURS, MARKERS, canvas, card

NAMES = {
    "max": "max 2/2",
    "max 3/2": "max 3/2",
    "average": "average 2/2",
    "average 3/2": "average 3/2",
    "stride": "strided conv.",
}


def kept():
    """Draw the share of values that each window leaves."""
    rows = results("counts")["rows"]
    labels = [f"{r['side']}×{r['side']}, {r['kernel_size']}/{r['stride']}" for r in rows]
    shares = [100 * r["kept"] / r["pixels"] for r in rows]
    figure, ax = canvas(2.8)
    bars = ax.barh(labels, shares, color=COLOURS["max"])
    labels_inside = [f"{s:.1f} %" for s in shares]
    ax.bar_label(bars, labels_inside, label_type="center", color="white")
    ax.axvline(25, color="#111111", linestyle="--", linewidth=1.5)
    ax.set(xlim=(0, 28), xlabel="values left, % (dashed: a quarter)")
    ax.invert_yaxis()
    parts = "; ".join(f"{label}: {s:.1f} %" for label, s in zip(labels, shares, strict=True))
    return card(figure, f"Values left by pooling, by map and window/stride: {parts}.")


def cost():
    """Draw how many times cheaper pooling and striding make the same net."""
    rows = results("cost")["rows"]
    none = find(rows, kind="none")
    figure, ax = canvas(3.8)
    words = []
    for place, kind in enumerate(("max", "stride")):
        row = find(rows, kind=kind)
        times = [a / b for a, b in zip(none["milliseconds"], row["milliseconds"], strict=True)]
        saved = [
            none["macs"] / row["macs"],
            none["activation_bytes"] / row["activation_bytes"],
            mean(times),
        ]
        at = [i + 0.4 * place for i in range(3)]
        label = "max pooling" if kind == "max" else "strided convolutions"
        bars = ax.barh(at, saved, height=0.38, color=COLOURS[kind], label=label)
        ax.bar_label(bars, [f"{s:.1f}×" for s in saved], padding=4)
        words.append(
            f"{label}: {saved[0]:.1f} times fewer multiplications, {saved[1]:.1f} times less "
            f"activation memory, {plus_minus(times)} times less time"
        )
    ax.set_yticks([0.2, 1.2, 2.2], ["multiplications", "memory", "time"])
    ax.set(xlabel="times cheaper than no pooling", xlim=(0, 1.2 * ax.dataLim.xmax))
    ax.invert_yaxis()
    ax.legend(loc="upper left", bbox_to_anchor=(0, 1.3))
    return card(figure, f"Savings over the same net without pooling. {'; '.join(words)}.")


def variants():
    """Draw the test accuracy of every seed for each way of shrinking the map."""
    rows = results("variants")["rows"]
    figure, ax = canvas(3.4)
    for place, row in enumerate(rows):
        kind = row["kind"].split(" ")[0]
        ax.plot(
            row["test"], [place] * len(row["test"]), MARKERS[kind], color=COLOURS[kind], alpha=0.6
        )
        ax.plot([mean(row["test"])] * 2, [place - 0.3, place + 0.3], color="#111111")
    ax.set_yticks(range(len(rows)), [NAMES[row["kind"]] for row in rows])
    ax.set(xlabel="test accuracy, %", ylim=(len(rows) - 0.5, -0.5))
    parts = "; ".join(f"{NAMES[r['kind']]} {plus_minus(r['test'])} %" for r in rows)
    return card(figure, f"Test accuracy, a dot a seed, a line for the mean: {parts}.")


def linearity():
    """Draw accuracy with and without ReLU, joined, for each way of shrinking the map."""
    rows = results("linearity")["rows"]
    figure, ax = canvas(3.6)
    words = []
    for kind in ("max", "average", "stride"):
        scores = [find(rows, kind=kind, relu=relu)["accuracy"] for relu in (True, False)]
        label = NAMES[kind].removesuffix(" 2/2")
        ax.errorbar(
            [0, 1],
            [mean(s) for s in scores],
            [sd(s) for s in scores],
            capsize=5,
            marker=MARKERS[kind],
            color=COLOURS[kind],
            label=label,
        )
        words.append(f"{label}: {plus_minus(scores[0])} % with, {plus_minus(scores[1])} % without")
    ax.set_xticks([0, 1], ["with ReLU", "without any ReLU"])
    ax.set(ylabel="test accuracy, %", xlim=(-0.2, 1.2))
    ax.legend(loc="lower left")
    return card(figure, f"Test accuracy with ReLU and without any. {'; '.join(words)}.")


def overfitting():
    """Draw train and test accuracy of the four nets, the gap as a line."""
    rows = results("overfitting")["rows"]
    figure, ax = canvas(3.4)
    words = []
    for place, row in enumerate(rows):
        kind = "max" if row["net"].startswith("max") else "none"
        ends = mean(row["test"]), mean(row["train"])
        ax.plot(ends, [place] * 2, color=COLOURS[kind])
        ax.errorbar(
            ends,
            [place] * 2,
            xerr=[sd(row["test"]), sd(row["train"])],
            capsize=4,
            marker=MARKERS[kind],
            linestyle="",
            color=COLOURS[kind],
        )
        words.append(
            f"{row['net']}: train {plus_minus(row['train'])} %, test {plus_minus(row['test'])} %"
        )
    labels = [row["net"].replace("pooling, ", "pooling,\n") for row in rows]
    ax.set_yticks(range(len(rows)), labels)
    ax.set(xlabel="accuracy, %: left test, right train", ylim=(len(rows) - 0.5, -0.5))
    return card(figure, f"Gap between training and test accuracy. {'; '.join(words)}.")


def boureau():
    """Draw separability against pool size for dense features and for rare spikes."""
    rows = results("boureau")["rows"]
    figure, axes = canvas(5.4, rows=2, sharex=True)
    words = []
    for ax, name in zip(axes, ("dense", "rare spikes"), strict=True):
        for pooling in ("average", "max"):
            points = [r for r in rows if r.get("features") == name and r["pooling"] == pooling]
            sizes = [r["size"] for r in points]
            heights = [mean(r["separability"]) for r in points]
            ax.errorbar(
                sizes,
                heights,
                [sd(r["separability"]) for r in points],
                capsize=4,
                marker=MARKERS[pooling],
                color=COLOURS[pooling],
                label=pooling,
            )
            values = ", ".join(f"{h:.2f}" for h in heights)
            words.append(f"{name}, {pooling}: {values}")
        ax.set_xscale("log", base=2)
        ax.set_xticks(sizes, [str(s) for s in sizes])
        ax.set_title(name, fontsize=14)
        ax.set(ylabel="separability")
    axes[0].legend()
    axes[1].set(xlabel="features in a pool")
    return card(figure, f"Separability in pools of 4, 16, 64 and 256. {'; '.join(words)}.")
