"""Figures of the convolution chapter from its kept results: accuracy by layer and by kernels."""

from statistics import mean

from experiments.layer_kinds import KINDS
from experiments.record import results
from experiments.spread import plus_minus, sd
from experiments.table import find
from figures.style import COLOURS, MARKERS, canvas, card

LOOKS = dict(zip((*KINDS, "none"), ("max", "average", "stride", "none"), strict=True))
NAMES = {**{kind: kind for kind in KINDS}, "none": "linear classifier alone"}
TASKS = (
    ("clothes, centred", "clothes", "seen"),
    ("shuffled", "clothes, shuffled", "seen"),
    ("digits anywhere", "digits", "seen"),
    ("shuffled", "digits, shuffled", "seen"),
    ("in the other half", "digits", "unseen"),
)


def accuracies():
    """Draw the test accuracy of the three kinds of layers, and of none, on each task."""
    rows = results("sharing")["rows"]
    figure, ax = canvas(5.6)
    words = []
    for shift, (kind, look) in enumerate(LOOKS.items()):
        scores = [_scores(rows, kind, task, place) for _, task, place in TASKS]
        ax.errorbar(
            [mean(found) for found in scores],
            [place + 0.17 * (shift - 1.5) for place in range(len(TASKS))],
            xerr=[sd(found) for found in scores],
            capsize=3,
            linestyle="",
            marker=MARKERS[look],
            color=COLOURS[look],
            label=NAMES[kind],
        )
        parts = ", ".join(plus_minus(found) for found in scores)
        words.append(f"{NAMES[kind]} {parts}")
    ax.axhline(1.5, color="#999999", linewidth=1)
    ax.set_yticks(range(len(TASKS)), [label for label, _, _ in TASKS])
    ax.set(xlabel="test accuracy, %", xlim=(0, 100), ylim=(len(TASKS) - 0.5, -0.5))
    figure.legend(loc="outside upper center", ncols=2, fontsize=12, handletextpad=0.2)
    tasks = ", ".join(label for label, _, _ in TASKS)
    return card(figure, f"Test accuracy in percent on {tasks}: {'; '.join(words)}.")


def _scores(rows, kind, task, place):
    tail = "maximum" if task.startswith("digits") and kind != "none" else "flatten"
    return find(rows, task=task, layer=kind, tail=tail)[place]


def kernels():
    """Draw accuracy against the number of kernels in the first convolution."""
    rows = results("kernels")["rows"]
    counts = [row["kernels"] for row in rows]
    figure, ax = canvas(3.2)
    ax.errorbar(
        counts,
        [mean(row["accuracy"]) for row in rows],
        [sd(row["accuracy"]) for row in rows],
        capsize=4,
        marker="o",
        color=COLOURS["max"],
    )
    ax.set_xscale("log", base=2)
    ax.set_xticks(counts, [str(count) for count in counts])
    ax.set(xlabel="kernels in the first layer", ylabel="test accuracy, %")
    parts = ", ".join(f"{row['kernels']}: {plus_minus(row['accuracy'])} %" for row in rows)
    return card(figure, f"Test accuracy by the number of kernels in the first layer: {parts}.")
