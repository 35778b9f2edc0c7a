"""C35: what kind of shortcut lets the gradient reach the first layer of a deep net (FishNet)."""

from math import inf, log10

import torch
import torch.nn.functional as F
from torch import nn

from autograder.layers import layers
from experiments.data import load
from experiments.spread import difference, plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.train import accuracy, draw, fit, parameters, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=1500, test=2000, epochs=5)
WIDTHS, GROWTH = (8, 16, 32), 8
PADDING = (2, 2, 2, 2)
BLOCKS, TRAINED, BATCH = (1, 2, 4, 8), 4, 128
# What is on the shortcut's way where a stage begins and the map is halved, and everywhere else.
KINDS = {
    "none": (None, None),
    "pooling": ("pooling", "identity"),
    "1×1 at stages": ("1×1", "identity"),
    "1×1 always": ("1×1", "1×1"),
    "concatenation": ("pooling", "identity"),
}


def run(seeds=SEEDS, budget=FULL):
    """Measure the first layer's gradient in nets of growing depth, and train those of one depth.

    A net has three stages of `blocks` blocks of two 3×3 convolutions, halved between the stages.

    Returns
    -------
    Table
        A row a `kind` of shortcut, with batch norm (`norm`) or without, and number of `blocks`:
        `depth`, convolutions on the longest way; `gradient`, the norm of the cross-entropy's
        gradient in the first convolution before training. Rows with `trained` in place of `kind`:
        `parameters`, and `train` and `test` accuracy in percent.
    """
    images = load("fashion_mnist", source="embedded")
    labels = ("kind", "norm", "blocks", "depth", "trained", "parameters")
    rows = over_seeds(lambda seed: _measure(images, seed, budget), seeds, labels)
    return Table(rows, images.source)


def _measure(images, seed, budget):
    x_train, y_train, x_test, y_test = draw(images, budget.train, budget.test, seed)
    x_train, x_test = F.pad(x_train, PADDING), F.pad(x_test, PADDING)
    cases = [(kind, norm) for norm in (True, False) for kind in KINDS]
    rows = [
        _gradient(*case, blocks, seed, x_train[:BATCH], y_train[:BATCH])
        for case in cases
        for blocks in BLOCKS
    ]
    for kind, norm in cases:
        model = seeded(seed, lambda k=kind, n=norm: net(k, n, TRAINED))
        fit(model, x_train, y_train, seed=seed, epochs=budget.epochs)
        row = {"trained": kind, "norm": norm, "parameters": parameters(model)}
        row["train"] = accuracy(model, x_train, y_train)
        rows.append({**row, "test": accuracy(model, x_test, y_test)})
    return rows


def _gradient(kind, norm, blocks, seed, x, y):
    model = seeded(seed, lambda: net(kind, norm, blocks)).train()
    return {
        "kind": kind,
        "norm": norm,
        "blocks": blocks,
        "depth": 1 + 2 * len(WIDTHS) * blocks,
        "gradient": layers("downsampling_torch").first_layer_gradient_norm(model, x, y),
    }


class Block(nn.Module):
    """Two 3×3 convolutions beside a shortcut, added up or concatenated.

    Batch norm and ReLU come before each convolution, so that nothing but the shortcut itself is
    on the shortcut's way.
    """

    def __init__(self, kind, norm, before, after, stride):
        super().__init__()
        self.joined = kind == "concatenation"
        made = GROWTH if self.joined else after
        self.branch = nn.Sequential(
            normed(norm, before),
            nn.Conv2d(before, made, 3, stride=stride, padding=1),
            normed(norm, made),
            nn.Conv2d(made, made, 3, padding=1),
        )
        way = KINDS[kind][0 if stride > 1 else 1]
        self.shortcut = shortcut(way, norm, before, before if self.joined else after, stride)

    def forward(self, x):
        """Map (N, before, H, W) to (N, after, H', W'); concatenating adds `GROWTH` channels."""
        if self.shortcut is None:
            return self.branch(x)
        if self.joined:
            return torch.cat([self.shortcut(x), self.branch(x)], 1)
        return self.shortcut(x) + self.branch(x)


def normed(norm, channels):
    """Put batch norm, if any, in front of a ReLU."""
    return nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU()) if norm else nn.ReLU()


def shortcut(way, norm, before, after, stride):
    """Make what is on the shortcut's way; a 1×1 convolution has batch norm if the others have."""
    if way == "pooling":
        return layers("downsampling_torch").PoolShortcut(before, after, stride)
    if way == "1×1" and norm:
        return layers("downsampling_torch").ProjectionShortcut(before, after, stride)
    if way == "1×1":
        return nn.Conv2d(before, after, 1, stride)
    return nn.Identity() if way else None


def net(kind, norm, blocks):
    """Build a first convolution with stride 2, three stages, a global average, a classifier."""
    channels = WIDTHS[0]
    built = [nn.Conv2d(1, channels, 3, stride=2, padding=1)]
    for place, width in enumerate(WIDTHS):
        for number in range(blocks):
            stride = 2 if place and not number else 1
            built.append(Block(kind, norm, channels, width, stride))
            channels = channels + GROWTH if built[-1].joined else width
    built += [normed(norm, channels), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*built, nn.Linear(channels, 10))


def tens(rows, kind, norm):
    """By how many powers of ten the gradient changes from the shallowest to the deepest net."""
    shallow, deep = (
        find(rows, kind=kind, norm=norm, blocks=blocks)["gradient"]
        for blocks in (BLOCKS[0], BLOCKS[-1])
    )
    return [log10(b / a) if b else -inf for a, b in zip(shallow, deep, strict=True)]


def verdicts(rows):
    """Decide C35: 1×1 convolutions on the shortcut against pooling, identity, concatenation."""

    def worse(norm):
        return all(
            difference(tens(rows, "1×1 always", norm), tens(rows, kind, norm)).below
            for kind in ("pooling", "concatenation")
        )

    def listed(norm):
        kinds = [kind for kind in KINDS if kind != "none"]
        return ", ".join(f"{kind} {plus_minus(tens(rows, kind, norm))}" for kind in kinds)

    accuracy = difference(
        *(find(rows, trained=kind, norm=True)["test"] for kind in ("1×1 always", "pooling"))
    )
    depths = [1 + 2 * len(WIDTHS) * blocks for blocks in (BLOCKS[0], BLOCKS[-1])]
    number = (
        f"change of the first layer's gradient from {depths[0]} to {depths[1]} convolutions, in "
        f"powers of ten: without batch norm {listed(False)}; with batch norm {listed(True)}; test "
        f"accuracy with batch norm, 1×1 on every shortcut minus pooling {accuracy} points"
    )
    if not worse(False) and not worse(True):
        return {"C35": Verdict("fails", number)}
    if not worse(True):
        word = "holds if nothing normalises and a 1×1 is on every shortcut, not only between stages"
        return {"C35": Verdict(word, number)}
    return {"C35": Verdict("holds", number)}
