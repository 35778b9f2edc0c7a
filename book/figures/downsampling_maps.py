"""Pictures of the downsampling chapter: what a value sees, and how evenly a layer paints."""

import numpy as np
import torch
import torch.nn.functional as F

from autograder.layers import layers
from experiments.data import load
from experiments.stride_position import PLACES, SIDE, reached, strides
from figures.style import canvas, card, shade


def seen():
    """Draw the pixels that a value behind four convolutions sees, by the places of the strides."""
    figure, axes = canvas(6.0, rows=2, columns=2)
    words = []
    for ax, places in zip(axes.flat, PLACES, strict=True):
        pixels = reached(places).numpy()
        side = int(pixels.any(0).sum())
        shade(ax, 0.6 * pixels)
        ax.set_title(f"strides {', '.join(map(str, strides(places)))}", fontsize=14)
        middle = [int(np.mean(np.flatnonzero(pixels.any(axis)))) for axis in (0, 1)]
        ax.text(*middle, f"{side}×{side}", ha="center", va="center", fontsize=14)
        ax.set(xticks=[], yticks=[])
        words.append(f"strides {strides(places)}: {side}×{side}")
    return card(
        figure,
        f"Pixels of a {SIDE}×{SIDE} image whose gradient is not zero for the middle value behind "
        f"four 3×3 convolutions. {'; '.join(words)}.",
    )


def overlaps():
    """Draw how often transposed convolutions write each pixel, for windows of 3 and of 4."""
    figure, axes = canvas(3.2, columns=2)
    words = []
    for ax, (inputs, window) in zip(axes, ((4, 3), (4, 4)), strict=True):
        counts = layers("downsampling_numpy").overlap_counts(inputs, window, 2)
        shade(ax, counts / 6)
        for (i, j), count in np.ndenumerate(counts):
            ax.text(j, i, count, ha="center", va="center", fontsize=12)
        ax.set_title(f"{window}×{window}, stride 2", fontsize=14)
        ax.axis("off")
        words.append(f"window {window}×{window}: {counts.tolist()}")
    return card(figure, f"How often each pixel is written by 4×4 inputs. {'; '.join(words)}.")


def painted():
    """Draw one image, shrunk and painted large again by windows of equal weights."""
    image = torch.from_numpy(load("fashion_mnist", source="embedded").x_test[7])[None]
    small = F.avg_pool2d(image, 2)
    pictures = {
        "shrunk": small,
        "3×3, stride 2": F.conv_transpose2d(small, torch.full((1, 1, 3, 3), 4 / 9), stride=2),
        "4×4, stride 2": F.conv_transpose2d(small, torch.full((1, 1, 4, 4), 1 / 4), stride=2),
        "resize, 3×3": F.conv2d(
            F.interpolate(small, scale_factor=2), torch.full((1, 1, 3, 3), 1 / 9), padding=1
        ),
    }
    figure, axes = canvas(6.0, rows=2, columns=2)
    for ax, (name, picture) in zip(axes.flat, pictures.items(), strict=True):
        ax.imshow(picture[0, 0].numpy(), cmap="gray", vmin=0, vmax=1)
        ax.set_title(name, fontsize=14)
        ax.axis("off")
    plain = F.conv_transpose2d(torch.ones(1, 1, 14, 14), torch.full((1, 1, 3, 3), 4 / 9), stride=2)
    low, high = plain[0, 0, 8:-8, 8:-8].min().item(), plain.max().item()
    return card(
        figure,
        "A piece of clothing on 14×14 pixels, enlarged by windows of equal weights. The 3×3 "
        f"transposed convolution covers it with a checkerboard (plain white would vary from "
        f"{low:.2f} to {high:.2f}); the 4×4 one and resizing with a 3×3 convolution leave it even.",
    )
