"""Figures of the 1×1 chapter: channels mixed, a bottleneck, and pixels in a bag."""

from statistics import mean

import matplotlib.pyplot as plt
import numpy as np
import torch

from experiments.data import load
from experiments.pixel_bags import SIDE, shuffle_each
from experiments.record import results
from experiments.spread import plus_minus, sd
from figures.style import COLOURS, MARKERS, canvas, card

CHANNELS = np.array(
    [[[1, 0, 2], [0, 3, 1], [2, 1, 0]], [[0, 1, 1], [2, 1, 0], [0, 0, 3]], np.eye(3, dtype=int)]
)
WEIGHTS = np.array([[1, 2, 0], [1, 0, -1]])
TINTS = ("#9ecae9", "#ffd28a", "#b9e3c6")
WAYS = {
    "plain": ("as they are", "max"),
    "relearned": ("all shuffled alike, learned so", "stride"),
    "shuffled": ("each shuffled in its own way", "average"),
}


def mixing():
    """Draw three channels, the 2×3 matrix of a 1×1 convolution, and the two channels it makes."""
    mixed = np.tensordot(WEIGHTS, CHANNELS, 1)
    figure, ax = canvas(5.0)
    for number, values in enumerate(CHANNELS):
        _grid(ax, values, 0, 3.6 * number, [TINTS[number]] * 3)
    _grid(ax, WEIGHTS, 4.6, 4.3, TINTS)
    for number, values in enumerate(mixed):
        _grid(ax, values, 9.2, 1.8 + 3.6 * number, ["#eeeeee"] * 3)
    for x, y, text in (
        (1.5, -0.5, "3 channels"),
        (6.1, 3.8, "weights 2×3"),
        (10.7, 1.3, "2 channels"),
    ):
        ax.text(x, y, text, ha="center", fontsize=13)
    for x in (3.3, 7.9):
        ax.annotate("", (x + 1, 5.3), (x, 5.3), arrowprops={"arrowstyle": "->", "linewidth": 2})
    ax.set(xlim=(-0.2, 12.4), ylim=(10.5, -1.2), aspect="equal")
    ax.axis("off")
    return card(
        figure,
        f"Three 3×3 channels, {CHANNELS.tolist()}, mixed by the weights {WEIGHTS.tolist()}: two "
        f"channels, {mixed.tolist()}. The pixels in the middle, {CHANNELS[:, 1, 1].tolist()}, make "
        f"the pixels in the middle, {mixed[:, 1, 1].tolist()}.",
    )


def _grid(ax, values, left, top, colours):
    """Draw a table of numbers in coloured columns; the middle of a 3×3 map has a thick frame."""
    for i, j in np.ndindex(values.shape):
        colour = colours[j]
        middle = values.shape == (3, 3) and (i, j) == (1, 1)
        frame = {"linewidth": 3.5 if middle else 0.8, "zorder": 3 if middle else 2}
        ax.add_patch(
            plt.Rectangle((left + j, top + i), 1, 1, facecolor=colour, edgecolor="#222222", **frame)
        )
        ax.text(
            left + j + 0.5,
            top + i + 0.5,
            str(values[i, j]).replace("-", "−"),
            ha="center",
            va="center",
            zorder=4,
        )


def bottleneck():
    """Draw what the maps of a trained net lose in a bottleneck, and its accuracy behind it."""
    rows = [row for row in results("channel_mixing")["rows"] if "passed" in row]
    figure, axes = canvas(6.2, rows=2, sharex=True)
    words = []
    for label, key, chosen in (
        ("noise, best", "none", {"maps": "noise"}),
        ("trained, random", "average", {"mixtures": "random"}),
        ("trained, best", "max", {"mixtures": "best"}),
    ):
        points = [r for r in rows if all(r.get(k) == v for k, v in chosen.items())]
        for ax, column in zip(axes, ("lost", "accuracy"), strict=True):
            if column in points[0]:
                _curve(ax, points, column, key, label)
                parts = ", ".join(f"{mean(r[column]):.0f} at {r['passed']}" for r in points)
                words.append(f"{label}, {column}: {parts}")
    axes[0].set(ylabel="variance lost, %", ylim=(-4, 104))
    axes[0].legend(loc="lower left")
    axes[1].set(ylabel="accuracy, %", xlabel="channels that pass, of 64", ylim=(0, 100))
    axes[1].set_xscale("log", base=2)
    axes[1].set_xticks([r["passed"] for r in points], [str(r["passed"]) for r in points])
    return card(figure, f"In percent, by channels that pass. {'; '.join(words)}.")


def _curve(ax, points, column, key, label):
    ax.errorbar(
        [r["passed"] for r in points],
        [mean(r[column]) for r in points],
        [sd(r[column]) for r in points],
        capsize=4,
        marker=MARKERS[key],
        color=COLOURS[key],
        label=label,
    )


def same_bag():
    """Draw an image, its pixels shuffled, and its pixels sorted."""
    image = torch.from_numpy(load("fashion_mnist", source="embedded").x_test[:1])
    shuffled = shuffle_each(image, torch.Generator().manual_seed(0))
    ordered = image.flatten().sort().values.reshape(image.shape)
    figure, axes = canvas(2.3, columns=3)
    for ax, x, title in zip(
        axes, (image, shuffled, ordered), ("an image", "shuffled", "sorted"), strict=True
    ):
        ax.imshow(x[0, 0].numpy(), cmap="gray", vmin=0, vmax=1)
        ax.set_title(title, fontsize=14)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(True)
    return card(
        figure,
        f"An ankle boot from Fashion-MNIST, {SIDE}×{SIDE} pixels; the same pixels shuffled, which "
        f"looks like noise; and sorted from black to white. Their mean is {image.mean():.3f} in "
        "all three.",
    )


def nets():
    """Draw the accuracy of six nets on plain and on shuffled images."""
    rows = [row for row in results("pixel_bags")["rows"] if "net" in row]
    figure, ax = canvas(5.0)
    for place, (column, (label, key)) in enumerate(WAYS.items()):
        ax.errorbar(
            [mean(r[column]) for r in rows],
            [number + 0.24 * (place - 1) for number in range(len(rows))],
            xerr=[sd(r[column]) for r in rows],
            linestyle="",
            capsize=4,
            marker=MARKERS[key],
            color=COLOURS[key],
            label=label,
        )
    ax.axvline(10, color="#111111", linestyle="--", linewidth=1.5)
    ax.set_yticks(range(len(rows)), [r["net"].replace(", ", ",\n") for r in rows])
    ax.set(xlabel="test accuracy, % (dashed: guessing)", xlim=(0, 100))
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.legend(loc="lower left", bbox_to_anchor=(-0.3, 1), title="the pixels")
    parts = "; ".join(
        f"{r['net']}: "
        + ", ".join(f"{plus_minus(r[column])} % {label}" for column, (label, _) in WAYS.items())
        for r in rows
    )
    return card(figure, f"Test accuracy, by what was done to the pixels. {parts}.")
