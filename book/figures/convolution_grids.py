"""Pictures of the convolution chapter: sliding, geometry, the matrix, the gradients."""

import matplotlib.pyplot as plt
import numpy as np

from autograder.layers import layers
from experiments.data import load
from figures.style import canvas, card, shade

EXAMPLE = np.array([[1, 2, 0, 1], [0, 1, 3, 2], [2, 1, 1, 0]])
KERNEL = np.array([[1, 0], [0, 2]])
MARKED = "#ffd28a"
DETECTORS = {
    "upright edges": np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]),
    "level edges": np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]),
    "average": np.full((3, 3), 1 / 9),
}


def _convolved(image, kernel, stride=1, padding=0):
    """Convolve one grey image `(H, W)` with one kernel."""
    x, weight = (np.asarray(a, float)[None, None] for a in (image, kernel))
    return layers("convolution_numpy").conv2d(x, weight, None, stride, padding)[0, 0]


def sliding():
    """Draw a small image with a patch marked, the kernel, and the output with its value marked."""
    output = _convolved(EXAMPLE, KERNEL)
    figure, axes = canvas(2.4, columns=3, width_ratios=(4, 2, 3))
    for ax, values, title, marked in (
        (axes[0], EXAMPLE, "image", np.s_[:2, 1:3]),
        (axes[1], KERNEL, "kernel", np.s_[:, :]),
        (axes[2], output, "output", np.s_[0, 1]),
    ):
        _cells(ax, values, marked, title)
    return card(
        figure,
        f"The image {EXAMPLE.tolist()} and the kernel {KERNEL.tolist()} give the output "
        f"{output.astype(int).tolist()}. Marked: the patch {EXAMPLE[:2, 1:3].tolist()}, which "
        f"gives {output[0, 1]:g}.",
    )


def detectors():
    """Draw what three kernels make of a picture of a shoe."""
    images = load("fashion_mnist", source="embedded")
    shoe = images.x_test[np.flatnonzero(images.y_test == 9)[0], 0]
    maps = {name: _convolved(shoe, kernel) for name, kernel in DETECTORS.items()}
    figure, axes = canvas(5.6, rows=2, columns=2)
    words = []
    for ax, (name, values) in zip(axes.flat, {"image": shoe, **maps}.items(), strict=True):
        limit = np.abs(values).max()
        if values.min() < 0:
            shade(ax, values / limit, "#D6604D")
            shade(ax, -values / limit)
        else:
            ax.imshow(values, cmap="gray", vmin=0, vmax=limit)
        ax.set_title(name, fontsize=14)
        ax.axis("off")
        words.append(f"{name}, from {values.min():.1f} to {values.max():.1f}")
    return card(
        figure,
        "A shoe of 28×28 pixels and what three kernels make of it (red: light, then dark; blue: "
        f"dark, then light). Values: {'; '.join(words)}.",
    )


def matrix():
    """Draw the matrices of a fully connected, a locally connected and a convolutional layer."""
    kernel = np.array([[1.0, 2.0], [3.0, 4.0]])
    shared = layers("convolution_numpy").conv2d_matrix(kernel[None, None], 4)
    generator = np.random.default_rng(0)
    own = np.where(shared != 0, generator.permutation(shared.size).reshape(shared.shape) + 1, 0)
    full = generator.permutation(shared.size).reshape(shared.shape) + 1
    figure, axes = canvas(5.9, rows=3)
    words = []
    for ax, values, title in (
        (axes[0], full, "fully connected"),
        (axes[1], own, "locally connected"),
        (axes[2], shared, "convolution"),
    ):
        used = values[values != 0]
        different = np.unique(used).size
        colours = plt.get_cmap("viridis")(values / values.max())
        colours[values == 0] = 0
        ax.imshow(colours)
        ax.set_xticks(np.arange(-0.5, shared.shape[1]), [])
        ax.set_yticks(np.arange(-0.5, shared.shape[0]), [])
        ax.grid(True, color="#999999", alpha=1, linewidth=0.6)
        ax.tick_params(length=0)
        ax.set_title(f"{title}: {different} different weights", fontsize=14)
        words.append(f"{title}: {used.size} of {values.size} entries used, {different} different")
    axes[2].set_xlabel("16 pixels of the image")
    axes[1].set_ylabel("9 outputs")
    return card(figure, f"Matrices from 4×4 pixels to 3×3 outputs. {'; '.join(words)}.")


def spread_kernels():
    """Draw where a 3-wide kernel starts and ends with stride 2, with padding, with dilation."""
    output_size = layers("convolution_numpy").output_size
    cases = (
        ("as it is", 1, 0, 1),
        ("stride 2", 2, 0, 1),
        ("padding 1", 1, 1, 1),
        ("dilation 2", 1, 0, 2),
    )
    side, width = 7, 3
    figure, axes = canvas(6.4, rows=4)
    words = []
    for ax, (name, stride, padding, dilation) in zip(axes, cases, strict=True):
        count = output_size(side, width, stride, padding, dilation)
        for pixel in range(-padding, side + padding):
            inside = 0 <= pixel < side
            ax.add_patch(
                plt.Rectangle(
                    (pixel, 0),
                    1,
                    1,
                    facecolor="#9ecae9" if inside else "white",
                    edgecolor="#444444",
                    linestyle="-" if inside else "--",
                )
            )
        for place in range(count):
            start = place * stride - padding
            taps = [start + tap * dilation + 0.5 for tap in range(width)]
            ax.plot(taps, [1.5 + 0.5 * place] * width, "o-", color="#D55E00", markersize=6)
        ax.set(xlim=(-1.2, side + 1.2), ylim=(-0.1, 4.8), yticks=[], xticks=[])
        ax.set_ylabel(f"{name}:\n{count} places", rotation=0, ha="right", va="center", fontsize=14)
        ax.grid(False)
        for spine in ax.spines.values():
            spine.set_visible(False)
        words.append(f"{name}, {count}")
    return card(figure, f"Places of a kernel of {width} on {side} pixels: {'; '.join(words)}.")


def _cells(ax, values, marked, title):
    """Draw a table of numbers, those in `marked` coloured."""
    coloured = np.zeros(values.shape, bool)
    coloured[marked] = True
    rows, columns = values.shape
    for i, j in np.ndindex(rows, columns):
        colour = MARKED if coloured[i, j] else "white"
        ax.add_patch(plt.Rectangle((j, i), 1, 1, facecolor=colour, edgecolor="#444444"))
        ax.text(j + 0.5, i + 0.5, f"{values[i, j]:g}", ha="center", va="center", fontsize=14)
    ax.set(xlim=(-0.05, columns + 0.05), ylim=(rows + 0.05, -0.05), aspect="equal")
    ax.set_title(title, fontsize=14)
    ax.axis("off")
