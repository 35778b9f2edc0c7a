"""C25: pooling has no weights to change, yet the gradient passes through it; ties and overlaps."""

import torch
import torch.nn.functional as F

from autograder.layers import layers
from experiments.data import load
from experiments.nets import shrink, trunk
from experiments.spread import plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.train import draw, parameters, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2)
FULL = Budget(train=0, test=100, epochs=0)
KINDS = {"max": (2, 2), "max 3/2": (3, 2), "average": (2, 2)}


def run(seeds=SEEDS, budget=FULL):
    """Follow a gradient through poolings on real feature maps.

    Returns
    -------
    Table
        A row a pooling: number of `parameters`; `reached`, the percentage of input values that
        get a gradient; `passed`, the sum of the gradient behind over the sum before; `off`, the
        largest difference between the reference layer's backward pass and PyTorch's. Two rows
        with `maps`: the percentage of 2×2 windows whose maximum is `tied`, and the `inflated`
        sum of gradients if each of the tied values received all of it.
    """
    images = load("fashion_mnist", source="embedded")
    labels = ("pooling", "parameters", "maps")
    rows = over_seeds(lambda seed: _measure(images, seed, budget), seeds, labels)
    return Table(rows, images.source)


def _measure(images, seed, budget):
    _, _, x, _ = draw(images, 0, budget.test, seed)
    convolution = seeded(seed, lambda: trunk("none", widths=(8,)))
    maps = convolution(x).detach().double()
    rows = [_gradient(kind, maps, seed) for kind in KINDS]
    return [*rows, _ties("pixels", x), _ties("after ReLU", maps)]


def _gradient(kind, maps, seed):
    pool = shrink(kind, maps.shape[1])
    x = maps.clone().requires_grad_()
    y = pool(x)
    grad = torch.rand(y.shape, generator=torch.Generator().manual_seed(seed), dtype=y.dtype)
    y.backward(grad)
    window, stride = KINDS[kind]
    padding = 1 if window == 3 else 0
    geometry = (window, stride, padding)
    if kind == "average":
        backward = layers("pooling_numpy").avg_pool2d_backward
        by_hand = backward(grad.numpy(), tuple(x.shape), *geometry)
    else:
        backward = layers("pooling_numpy").max_pool2d_backward
        by_hand = backward(grad.numpy(), maps.numpy(), *geometry)
    return {
        "pooling": kind,
        "parameters": parameters(pool),
        "reached": 100 * (x.grad != 0).double().mean().item(),
        "passed": (x.grad.sum() / grad.sum()).item(),
        "off": float((torch.from_numpy(by_hand) - x.grad).abs().max()),
    }


def _ties(name, maps):
    """Count the 2×2 windows in which several values are the maximum."""
    windows = F.unfold(maps.flatten(0, 1)[:, None], 2, stride=2)
    winners = (windows == windows.amax(1, keepdim=True)).sum(1).double()
    return {
        "maps": name,
        "tied": 100 * (winners > 1).double().mean().item(),
        "inflated": winners.mean().item(),
    }


def verdicts(rows):
    """Decide C25: no weights is one thing, no part in back-propagation another."""
    found = {kind: find(rows, pooling=kind) for kind in KINDS}
    weights = sum(row["parameters"] for row in found.values())
    off = max(value for row in found.values() for value in row["off"])
    number = (
        f"{weights} weights; of the values in front, {plus_minus(found['max']['reached'])} % get a "
        f"gradient through 2×2 max pooling, {plus_minus(found['average']['reached'])} % through "
        f"average pooling, and its sum arrives whole ({plus_minus(found['max']['passed'], 3)}); "
        f"written by hand, the backward pass differs from PyTorch's by {off:.0e} at most"
    )
    if weights:
        return {"C25": Verdict("fails", number)}
    if all(min(row["reached"]) > 0 for row in found.values()):
        return {"C25": Verdict("holds if it means that pooling has no weights", number)}
    return {"C25": Verdict("holds", number)}
