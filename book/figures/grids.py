"""Pictures of small grids: windows, uses of a pixel, where a gradient goes."""

import matplotlib.pyplot as plt
import numpy as np

from experiments.counts import pixel_uses
from figures.style import canvas, card

EXAMPLE = np.array([[1, 3, 2, 0], [5, 2, 1, 1], [0, 0, 4, 6], [1, 2, 0, 2]])
QUARTERS = ("#9ecae9", "#ffd28a", "#b9e3c6", "#e8c1dc")


def two_by_two():
    """Draw a 4×4 map with its four windows, and what the maximum and the average make of it."""
    windows = EXAMPLE.reshape(2, 2, 2, 2).swapaxes(1, 2).reshape(2, 2, 4)
    maps = (EXAMPLE, windows.max(-1), windows.mean(-1))
    figure, axes = canvas(2.5, columns=3, width_ratios=(2, 1.25, 1.25))
    for ax, values, title in zip(axes, maps, ("input", "maximum", "average"), strict=True):
        side = len(values)
        colours = [
            [QUARTERS[2 * (2 * i // side) + 2 * j // side] for j in range(side)]
            for i in range(side)
        ]
        _cells(ax, values, colours, title)
    return card(
        figure,
        f"A 4×4 map, {EXAMPLE.tolist()}, in four windows of 2×2. The maximum of each gives "
        f"{maps[1].tolist()}, the average {maps[2].tolist()}.",
    )


def uses():
    """Draw how often each pixel of a 7×7 map is used by 2/2 and by 3/2 windows."""
    figure, axes = canvas(3.1, columns=2)
    words = []
    for ax, (window, stride) in zip(axes, ((2, 2), (3, 2)), strict=True):
        counts = pixel_uses(7, window, stride).numpy()
        shades = plt.get_cmap("Blues")(0.08 + 0.16 * counts)
        shades[counts == 0] = (1, 1, 1, 1)
        _cells(ax, counts, shades, f"{window}×{window}, stride {stride}")
        found, numbers = np.unique(counts, return_counts=True)
        parts = ", ".join(f"{n} pixels {f} times" for f, n in zip(found, numbers, strict=True))
        words.append(f"windows {window}×{window} with stride {stride} use {parts}")
    return card(figure, f"On a 7×7 map, {'; '.join(words)}.")


def gradients():
    """Draw where a gradient of 1 a window arrives, for the maximum and for the average."""
    windows = EXAMPLE.reshape(2, 2, 2, 2).swapaxes(1, 2).reshape(2, 2, 4)
    first = windows.argmax(-1)
    to_max = np.zeros((4, 4))
    for i, j in np.ndindex(2, 2):
        to_max[2 * i + first[i, j] // 2, 2 * j + first[i, j] % 2] = 1
    figure, axes = canvas(3.1, columns=2)
    for ax, values, title in (
        (axes[0], to_max, "through maximum"),
        (axes[1], np.full((4, 4), 0.25), "through average"),
    ):
        shades = plt.get_cmap("Blues")(0.6 * values)
        _cells(ax, values, shades, title)
    return card(
        figure,
        f"The gradient in the input if each of the four outputs has gradient 1. Through the "
        f"maximum: {to_max.astype(int).tolist()}. Through the average: 0.25 in all 16 places.",
    )


def _cells(ax, values, colours, title):
    """Draw a table of numbers as coloured squares."""
    rows, columns = values.shape
    for i, j in np.ndindex(rows, columns):
        ax.add_patch(plt.Rectangle((j, i), 1, 1, facecolor=colours[i][j], edgecolor="#444444"))
        ax.text(
            j + 0.5,
            i + 0.5,
            f"{values[i, j]:g}",
            ha="center",
            va="center",
            color="#111111",
            fontsize=13 if columns < 5 else 12,
        )
    ax.set(xlim=(0, columns), ylim=(rows, 0), aspect="equal")
    ax.set_title(title, fontsize=14)
    ax.axis("off")
