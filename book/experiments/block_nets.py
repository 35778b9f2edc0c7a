"""Blocks compared: how long each takes, and a small net that is equal but for its two blocks."""

import time
from statistics import median

import torch
from torch import nn

from experiments.train import accuracy, draw, fit, parameters, seeded

LEARNING_RATE = 1e-2


def block_net(blocks, widths):
    """Put a stem before two blocks, and a global average and a linear layer behind them.

    The stem is a 3×3 convolution with stride 2. It and both blocks are followed by batch norm,
    and between the blocks there is 2×2 max pooling.

    Parameters
    ----------
    blocks : sequence of nn.Module
        The first works on 14×14, the second on 7×7.
    widths : sequence of int
        The channels behind the stem, behind the first and behind the second block.

    Returns
    -------
    nn.Sequential
        `(N, 1, 28, 28)` to `(N, 10)`.
    """
    norms = [nn.BatchNorm2d(width) for width in widths]
    stem = nn.Sequential(nn.Conv2d(1, widths[0], 3, stride=2, padding=1), norms[0], nn.ReLU())
    body = nn.Sequential(blocks[0], norms[1], nn.MaxPool2d(2), blocks[1], norms[2])
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(widths[-1], 10))
    return nn.Sequential(stem, body, head)


def trained(images, builders, seed, budget):
    """Train the net around each pair of blocks on the same images, in the same order.

    Parameters
    ----------
    builders : dict of str to callable
        Each returns the pair `(blocks, widths)` that `block_net` takes.

    Returns
    -------
    list of dict
        A row a `net`: its `weights` (of the blocks only), `train` and `test` accuracy in percent.
    """
    x_train, y_train, x_test, y_test = draw(images, budget.train, budget.test, seed)
    rows = []
    for name, build in builders.items():
        blocks, widths = seeded(seed, build)
        model = block_net(blocks, widths)
        fit(model, x_train, y_train, seed=seed, epochs=budget.epochs, learning_rate=LEARNING_RATE)
        train, test = accuracy(model, x_train, y_train), accuracy(model, x_test, y_test)
        weights = sum(map(parameters, blocks))
        rows.append({"net": name, "weights": weights, "train": train, "test": test})
    return rows


def milliseconds(modules, x, repeats):
    """Median CPU time of each module's forward pass on `x`, one module after the other."""
    passes = []
    with torch.no_grad():
        for _ in range(repeats):
            passes.append([])
            for module in modules:
                start = time.process_time()
                module(x)
                passes[-1].append(1000 * (time.process_time() - start))
    return [median(column) for column in zip(*passes, strict=True)]


def shares(first, second):
    """Time of one row in percent of another's, seed by seed."""
    pairs = zip(first["milliseconds"], second["milliseconds"], strict=True)
    return [100 * a / b for a, b in pairs]
