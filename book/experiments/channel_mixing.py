"""C14: a 1×1 convolution is a matrix product over channels; what a narrow one cannot pass."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from autograder.layers import layers
from experiments.data import load
from experiments.nets import feature_count
from experiments.spread import plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.train import accuracy, draw, fit, outputs, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=2000, test=2000, epochs=6)
SIDE, CHANNELS = 28, 64
PASSED = (1, 2, 4, 8, 16, 32, 64)
CHAINS = ("64 → 16", "64 → 256", "64 → 256, ReLU", "64 → 16 → 64", "64 → 16 → 64, ReLU")
EXACT = 1e-10


def run(seeds=SEEDS, budget=FULL):
    """Compare ways to mix channels, count ranks, and squeeze the maps of a trained net.

    Returns
    -------
    Table
        Rows with `way`: the largest `difference` from PyTorch's convolution, over its sd, in
        float64. Rows with `chain`: the `rank` of what 1×1 convolutions make of 64 channels of
        noise. Rows with `passed` channels and `mixtures` (the `best` or `random` ones): the share
        of the `maps`' variance `lost`, and the net's `accuracy` with what is left, in percent; for
        noise only what the best lose.
    """
    images = load("fashion_mnist", source="embedded")
    labels = ("way", "chain", "passed", "mixtures", "maps")
    rows = over_seeds(lambda seed: _measure(images, seed, budget), seeds, labels)
    return Table(rows, f"{images.source}; normal noise")


def _measure(images, seed, budget):
    x_train, y_train, x_test, y_test = draw(images, budget.train, budget.test, seed)
    model = fit(seeded(seed, net), x_train, y_train, seed=seed, epochs=budget.epochs)
    maps_train, maps_test = (outputs(model[0], x) for x in (x_train[:1000], x_test))
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(2, 100, CHANNELS, 14, 14, generator=generator)
    rows = ways(generator) + [{"chain": chain, "rank": rank(chain, generator)} for chain in CHAINS]
    for mixtures in ("best", "random"):
        for passed in PASSED:
            case = {"passed": passed, "mixtures": mixtures}
            squeezed, lost = squeeze(maps_train, maps_test, generator, **case)
            score = accuracy(model[1], squeezed, y_test)
            rows.append({**case, "maps": "trained net", "lost": lost, "accuracy": score})
    rows += [
        {"passed": passed, "maps": "noise", "lost": squeeze(*noise, generator, passed, "best")[1]}
        for passed in PASSED
    ]
    return rows


def net():
    """Build a net whose middle is a map of 64 channels, 14×14: `net()[0]` makes it."""
    first = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU())
    second = nn.Sequential(nn.Conv2d(16, CHANNELS, 3, padding=1), nn.BatchNorm2d(CHANNELS))
    body = nn.Sequential(first, nn.MaxPool2d(2), second, nn.ReLU())
    pool = nn.Sequential(nn.MaxPool2d(2), nn.Flatten())
    count = feature_count(nn.Sequential(body, pool), SIDE)
    return nn.Sequential(body, nn.Sequential(pool, nn.Linear(count, 10)))


def ways(generator):
    """Mix channels in other ways than by `conv2d`, and compare."""
    x = torch.randn(4, 64, 9, 7, generator=generator, dtype=torch.float64)
    weight = torch.randn(48, 64, generator=generator, dtype=torch.float64)
    expected = F.conv2d(x, weight[:, :, None, None])
    mixed = {
        "einsum": torch.einsum("oc,nchw->nohw", weight, x),
        "linear layer": F.linear(x.movedim(1, -1), weight).movedim(-1, 1),
        "NumPy": torch.from_numpy(
            np.ascontiguousarray(layers("one_by_one_numpy").conv1x1(x.numpy(), weight.numpy()))
        ),
    }
    return [
        {"way": way, "difference": ((y - expected).abs().max() / expected.std()).item()}
        for way, y in mixed.items()
    ]


def rank(chain, generator):
    """Rank of the matrix `(pixels, channels)` behind a chain of 1×1 convolutions."""
    widths = [int(width) for width in chain.removesuffix(", ReLU").split(" → ")]
    pixels = torch.randn(2000, widths[0], generator=generator, dtype=torch.float64)
    for before, after in zip(widths, widths[1:], strict=False):
        weight = torch.randn(after, before, generator=generator, dtype=torch.float64)
        pixels = F.linear(pixels, weight)
    return int(torch.linalg.matrix_rank(pixels.relu() if chain.endswith("ReLU") else pixels))


def squeeze(maps_train, maps_test, generator, passed, mixtures):
    """Pass maps through a linear bottleneck, 64 channels → `passed` → 64.

    The best mixtures are the first principal components of the training maps' pixels. Random ones
    are decoded by least squares.

    Returns
    -------
    tuple
        The maps behind the bottleneck, and the share of the variance that is missing, in percent.
    """
    pixels = maps_train.movedim(1, -1).flatten(0, -2).double()
    mean = pixels.mean(0)
    covariance = (pixels - mean).T @ (pixels - mean) / len(pixels)
    if mixtures == "best":
        narrow = torch.linalg.eigh(covariance).eigenvectors[:, -passed:].T
    else:
        narrow = torch.randn(passed, CHANNELS, generator=generator, dtype=torch.float64)
    back = covariance @ narrow.T @ torch.linalg.pinv(narrow @ covariance @ narrow.T)
    centred = maps_test.movedim(1, -1).double() - mean
    kept = centred @ (back @ narrow).T
    lost = 100 * (centred - kept).square().sum() / centred.square().sum()
    return (kept + mean).movedim(-1, 1).float(), lost.item()


def verdicts(rows):
    """Decide C14: the same as a matrix product, and what it means to raise or lower channels."""
    off = max(max(row["difference"]) for row in rows if "way" in row)
    ranks = {row["chain"]: set(row["rank"]) for row in rows if "chain" in row}
    quarter, whole = (
        find(rows, maps="trained net", mixtures="best", passed=passed) for passed in (16, 64)
    )
    number = (
        f"equal to a matrix product within {off:.0e} of the outputs' sd; from 64 channels, 16 have "
        f"rank {_only(ranks['64 → 16'])} and 256 have rank {_only(ranks['64 → 256'])}, and "
        f"64 → 16 → 64 has rank {_only(ranks['64 → 16 → 64'])}. On the maps of a trained net the "
        f"best 16 mixtures of 64 channels lose {plus_minus(quarter['lost'])} % of the variance, "
        f"and accuracy goes from {plus_minus(whole['accuracy'])} % to "
        f"{plus_minus(quarter['accuracy'])} %"
    )
    holds = off < EXACT and ranks["64 → 16"] == {16} and ranks["64 → 256"] == {64}
    return {"C14": Verdict("holds" if holds else "fails", number)}


def _only(values):
    return " or ".join(map(str, sorted(values)))
