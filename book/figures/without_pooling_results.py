"""Figures of the capstone chapter from its kept results: growing data, starts, kinds of nets."""

from statistics import mean

from experiments.growing_data import CNN, LARGE, MLP
from experiments.record import results
from experiments.representable import curve, started
from experiments.spread import plus_minus, sd
from experiments.started_as_cnn import STARTS
from experiments.table import find
from experiments.with_or_without import KINDS, MATCHED
from figures.style import COLOURS, MARKERS, canvas, card

CURVES = {
    (CNN, "in order"): "max",
    (MLP, "in order"): "average",
    (LARGE, "in order"): "other",
    (CNN, "permuted"): "max",
    (MLP, "permuted"): "average",
}
PARTS = {"shared": "max", "local": "stride", "elsewhere": "average"}
TASKS = {
    "clothes, centred": ("clothes", "test"),
    "pixels permuted": ("clothes", "permuted"),
    "shifted by 4 px": ("clothes", "shift 4"),
    "digits anywhere": ("digits", "test"),
}
LOOKS = {**{kind: kind for kind in KINDS}, MATCHED["max"]: "other", MATCHED["none"]: "blur"}


def curves():
    """Draw test accuracy against the number of training images, pixels in order and permuted."""
    rows = results("representable")["rows"]
    figure, axes = canvas(7.4, rows=2)
    words = []
    for ax, task in zip(axes, ("clothes", "digits"), strict=True):
        for (name, order), key in CURVES.items():
            points = curve(rows, task, name, order)
            ax.errorbar(
                [row["images"] for row in points],
                [mean(row["test"]) for row in points],
                [sd(row["test"]) for row in points],
                capsize=4,
                marker=MARKERS[key],
                color=COLOURS[key],
                label=name if order == "in order" else f"{name}, {order}",
                **({} if order == "in order" else {"linestyle": "--", "markerfacecolor": "white"}),
            )
            parts = ", ".join(f"{plus_minus(row['test'])} of {row['images']}" for row in points)
            words.append(f"{task} {order}, {name}: {parts}")
        counts = [row["images"] for row in points]
        ax.set_xscale("log", base=2)
        ax.set_xticks(counts, [f"{count:,}" for count in counts])
        ax.set_title(task, fontsize=14, loc="left")
        ax.set(ylabel="test accuracy, %")
    axes[-1].set(xlabel="training images")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return card(figure, f"Test accuracy in percent, by training images. {'; '.join(words)}.")


def starts():
    """Draw the accuracy behind each start, on few and on many images."""
    rows = results("representable")["rows"]
    figure, ax = canvas(3.6)
    words = []
    for few_or_many, (offset, key) in enumerate(((-0.13, "max"), (0.13, "average"))):
        found = [started(rows, start, few_or_many) for start in STARTS]
        columns, count = [row["test"] for row in found], found[0]["images"]
        ax.errorbar(
            [mean(column) for column in columns],
            [place + offset for place in range(len(STARTS))],
            xerr=[sd(column) for column in columns],
            linestyle="",
            capsize=4,
            marker=MARKERS[key],
            color=COLOURS[key],
            label=f"{count:,}",
        )
        parts = (f"{start} {plus_minus(c)}" for start, c in zip(STARTS, columns, strict=True))
        words.append(f"{count} images: {', '.join(parts)}")
    _name_starts(ax)
    ax.set(xlabel="test accuracy, %")
    ax.legend(title="training images", loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return card(figure, f"Test accuracy in percent by start. {'; '.join(words)}.")


def shares():
    """Draw how much of the matrices is still a convolution's, by start, for few images."""
    rows = results("representable")["rows"]
    figure, ax = canvas(3.4)
    words = []
    for place, start in enumerate(STARTS):
        row, left = started(rows, start, 0), 0.0
        for part, key in PARTS.items():
            width = mean(row[part])
            ax.barh(place, width, left=left, color=COLOURS[key], label=part if not place else None)
            left += width
        parts = ", ".join(f"{part} {plus_minus([abs(v) for v in row[part]])}" for part in PARTS)
        words.append(f"{start}: {parts}")
    _name_starts(ax)
    ax.set(xlabel="share of the squared weights, %", xlim=(0, 100))
    figure.legend(loc="outside upper right", ncols=3)
    return card(figure, f"Percentage of the squared weights, by start. {'; '.join(words)}.")


def _name_starts(ax):
    ax.set_yticks(range(len(STARTS)), STARTS)
    ax.set_ylim(len(STARTS) - 0.5, -0.5)


def kinds():
    """Draw what the CNNs that flatten and the plain nets of their sizes do on each test."""
    rows = results("with_or_without")["rows"]
    figure, ax = canvas(5.8)
    words = []
    for number, (name, key) in enumerate(LOOKS.items()):
        found = []
        for place, (task, column) in enumerate(TASKS.values()):
            row = find(rows, task=task, net=name)
            if column in row:
                found.append((place + 0.13 * (number - 2.5), row[column]))
                words.append(f"{name} on {list(TASKS)[place]} {plus_minus(row[column])}")
        ax.errorbar(
            [mean(values) for _, values in found],
            [height for height, _ in found],
            xerr=[sd(values) for _, values in found],
            linestyle="",
            capsize=3,
            marker=MARKERS[key],
            color=COLOURS[key],
            label=name,
        )
    for edge in range(1, len(TASKS)):
        ax.axhline(edge - 0.5, color="#999999", linewidth=1)
    ax.set_yticks(range(len(TASKS)), TASKS)
    ax.set(xlabel="test accuracy, %", xlim=(0, 100), ylim=(len(TASKS) - 0.5, -0.5))
    figure.legend(loc="outside upper center", ncols=3, fontsize=12, handletextpad=0.2)
    return card(figure, f"Test accuracy in percent: {'; '.join(words)}.")
