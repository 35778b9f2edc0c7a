"""C02: what one pooling layer does to a shift, and why the stride matters (aliasing)."""

import torch
import torch.nn.functional as F
from torch import nn

from experiments.data import load
from experiments.nets import blurred_max, shrink
from experiments.table import Budget, Table, over_seeds, rounded
from experiments.train import draw

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=0, test=200, epochs=0)
SIDE = 32
WINDOWS = (2, 3, 4)


def run(seeds=SEEDS, budget=FULL):
    """Shift inputs by a few pixels, all the way round, and compare what comes out.

    Returns
    -------
    Table
        Rows with `window`: a single bright pixel, window and stride equal; `unchanged`, the
        percentage of positions for which a shift by `shift` pixels leaves the output as it was.
        Rows with `layer` and `inputs`: `change`, the output's change for a shift of 1 px over the
        output's own variation (root of mean squares about its mean).
    """
    images = load("fashion_mnist", source="embedded")
    labels = ("window", "shift", "layer", "inputs")
    rows = [_single_pixel(window, shift) for window in WINDOWS for shift in range(1, window + 1)]
    rows += over_seeds(lambda seed: _changes(images, seed, budget), seeds, labels)
    return Table(rows, f"simulated; {images.source}")


def _single_pixel(window, shift):
    """Try every position of the pixel; one axis is enough, the other behaves alike."""
    side = 12 * window
    lines = torch.eye(side)[:, None]
    pool = nn.MaxPool1d(window)
    same = (pool(lines) == pool(lines.roll(shift, -1))).flatten(1).all(1)
    unchanged = 100 * same.double().mean().item()
    return {"window": window, "shift": shift, "unchanged": rounded(unchanged)}


def _changes(images, seed, budget):
    _, _, x, _ = draw(images, 0, budget.test, seed)
    noise = torch.randn(len(x), 1, SIDE, SIDE, generator=torch.Generator().manual_seed(seed))
    inputs = {
        "white noise": noise,
        "smooth noise": smoothed(noise),
        "Fashion-MNIST": F.pad(x, [2] * 4),
    }
    poolings = {"every second pixel": nn.MaxPool2d(1, stride=2)}
    poolings |= {kind: shrink(kind, 1) for kind in ("average", "max")}
    poolings["blur"] = blurred_max(1)
    return [
        {"layer": layer, "inputs": name, "change": change(pool, maps)}
        for name, maps in inputs.items()
        for layer, pool in poolings.items()
    ]


def smoothed(x, sd=2.0):
    """Blur maps `(N, 1, H, W)` with a Gaussian of `sd` pixels, all the way round."""
    steps = torch.arange(-6, 7, dtype=x.dtype)
    line = torch.exp(-(steps**2) / (2 * sd**2))
    line = line / line.sum()
    return F.conv2d(F.pad(x, [6] * 4, mode="circular"), torch.outer(line, line)[None, None])


@torch.no_grad()
def change(pool, x):
    """Root mean square change for shifts of 1 px along each axis, over the output's sd."""
    before = pool(x)
    moved = torch.stack([pool(x.roll(1, axis)) for axis in (2, 3)])
    return float((moved - before).square().mean().sqrt() / before.std())
