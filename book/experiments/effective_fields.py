"""How much of what a value could see moves it: the effective receptive field of random nets."""

import torch
from torch import nn

from autograder.layers import layers
from experiments.kernel_nets import conv
from experiments.table import Budget, Table, over_seeds
from experiments.timing import noise
from experiments.train import seeded

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=8, test=0, epochs=0)
CHANNELS, SIDE, SHARE = 16, 41, 0.95
# Kernel size and number of layers.
STACKS = ((3, 1), (3, 2), (3, 3), (3, 5), (3, 10), (3, 15), (5, 1), (5, 5), (11, 1), (21, 1))


def run(seeds=SEEDS, budget=FULL):
    """Measure the effective receptive field of untrained convolutions with ReLU between them.

    Returns
    -------
    Table
        A row a stack: `kernel_size`, `depth`, the side that it `sees` by the formula, that which
        its gradient `reached` (not zero), and the side of the centred square that holds 95 % of
        the gradient, `effective`.
    """
    labels = ("kernel_size", "depth", "sees")
    rows = over_seeds(lambda seed: _measure(seed, budget), seeds, labels)
    return Table(rows, f"normal noise, {CHANNELS}×{SIDE}×{SIDE}")


def _measure(seed, budget):
    x = noise(seed, budget.train, CHANNELS, SIDE, SIDE)
    rows = []
    for kernel_size, depth in STACKS:
        shares = field(seeded(seed, lambda k=kernel_size, n=depth: stack(k, n)), x)
        size, _ = layers("kernel_size_numpy").receptive_field([(kernel_size, 1, 1)] * depth)
        reached = int((shares > 0).any(0).sum())
        row = {"kernel_size": kernel_size, "depth": depth, "sees": size, "reached": float(reached)}
        rows.append({**row, "effective": side_of(shares, SHARE)})
    return rows


def stack(kernel_size, depth):
    """Stack untrained convolutions that keep the size, with a ReLU after each."""
    return nn.Sequential(
        *[part for _ in range(depth) for part in (conv(CHANNELS, kernel_size), nn.ReLU())]
    )


def field(model, x):
    """Return the share of the gradient that each pixel has, `(H, W)` with sum 1."""
    strength = layers("kernel_size_torch").effective_receptive_field(model, x).double()
    return strength / strength.sum()


def side_of(shares, wanted):
    """Return the side of the centred square that holds a share, between odd sides by a line.

    Parameters
    ----------
    shares : Tensor (H, W)
        Sums to 1; the centre is at `H // 2, W // 2`.
    wanted : float
    """
    row, column = (size // 2 for size in shares.shape)
    before, side = 0.0, 1
    for reach in range(min(row, column) + 1):
        rows = slice(row - reach, row + reach + 1)
        held = shares[rows, column - reach : column + reach + 1].sum().item()
        side = 2 * reach + 1
        if held >= wanted:
            return side - 2 * (held - wanted) / (held - before)
        before = held
    return float(side)


def spread(depth):
    """Count the ways from each pixel to the middle through `depth` kernels of three, in 1-D.

    Returns
    -------
    list of int
    """
    ways = torch.ones(1, 1, 1)
    for _ in range(depth):
        ways = nn.functional.conv1d(ways, torch.ones(1, 1, 3), padding=2)
    return ways.flatten().int().tolist()
