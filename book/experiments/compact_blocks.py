"""What takes the place of a 3×3 convolution: Fire, NIN's block, a depthwise separable one."""

import torch
from torch import nn

from autograder.layers import layers
from experiments.block_nets import milliseconds, trained
from experiments.data import load
from experiments.table import Budget, Table, over_seeds

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=2000, test=2000, epochs=8)
CHANNELS, SIDE, REPEATS = 128, 28, 9
WIDTHS = (16, 32, 64)
# So narrow that two 3×3 convolutions have about as many weights as two separable ones.
NARROW = (16, 8, 26)
BLOCKS = ("3×3", "Fire", "separable", "NIN")


def run(seeds=SEEDS, budget=FULL):
    """Count and time each block on a map of 128 channels, then train a small net with two of it.

    Returns
    -------
    Table
        Rows with `block`: its weights `parameters` and `macs` without biases; forward CPU
        `milliseconds` of one image, a value a seed; also for the separable one's `depthwise alone`.
        Rows with `net`: `weights` of both blocks,
        `train` and `test` accuracy in percent.
    """
    images = load("fashion_mnist", source="embedded")
    labels = ("block", "parameters", "macs", "net", "weights")
    rows = over_seeds(lambda seed: _measure(images, seed, budget), seeds, labels)
    return Table(rows, f"{images.source}; normal noise for the times")


def _measure(images, seed, budget):
    modules = {name: block(name, CHANNELS, CHANNELS) for name in BLOCKS}
    modules["depthwise alone"] = modules["separable"][0].depthwise
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(1, CHANNELS, SIDE, SIDE, generator=generator)
    taken = milliseconds(list(modules.values()), x, REPEATS)
    rows = []
    for (name, module), time in zip(modules.items(), taken, strict=True):
        weights = sum(p.numel() for p in module.parameters() if p.dim() == 4)
        # Stride 1 and the same size: each weight is used once for each pixel.
        costs = {"parameters": weights, "macs": weights * SIDE**2}
        rows.append({"block": name, **costs, "milliseconds": time})
    nets = {name: lambda n=name: pair(n, WIDTHS) for name in BLOCKS}
    nets["3×3, narrow"] = lambda: pair("3×3", NARROW)
    return rows + trained(images, nets, seed, budget)


def block(name, before, after):
    """Build one of `BLOCKS`, with ReLU, for maps whose size it keeps."""
    if name == "Fire":
        # SqueezeNet's proportions: as many 1×1 as 3×3 filters, an eighth of their sum before them.
        return layers("one_by_one_torch").Fire(before, after // 8, after // 2, after // 2)
    if name == "NIN":
        return layers("one_by_one_torch").MLPConv(before, after, 3, 1)
    if name == "separable":
        convolution = layers("one_by_one_torch").DepthwiseSeparableConv2d(
            before, after, 3, padding=1
        )
    else:
        convolution = nn.Conv2d(before, after, 3, padding=1)
    return nn.Sequential(convolution, nn.ReLU())


def pair(name, widths):
    """Build the two blocks of a small net."""
    return [block(name, widths[0], widths[1]), block(name, widths[1], widths[2])], widths
