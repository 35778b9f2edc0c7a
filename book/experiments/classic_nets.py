"""C16: LeNet-5, AlexNet and VGG-16, layer by layer: what they see, what they multiply."""

import time
from statistics import median
from typing import NamedTuple

import torch
from torch import nn

from autograder.layers import layers
from experiments.spread import plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.timing import noise
from experiments.train import seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2)
FULL = Budget(train=0, test=0, epochs=3)


class Conv(NamedTuple):
    """A convolution with bias: its filters and its geometry."""

    filters: int
    kernel_size: int
    stride: int = 1
    padding: int = 0


class Pool(NamedTuple):
    """A pooling layer."""

    kernel_size: int
    stride: int


# LeCun et al. 1998 (the convolutions dense), Krizhevsky et al. 2012 (in one column, as in
# PyTorch's vision library), Simonyan and Zisserman 2015. Up to the last pooling.
NETS = {
    "LeNet-5": (Conv(6, 5), Pool(2, 2), Conv(16, 5), Pool(2, 2)),
    "AlexNet": (
        *(Conv(64, 11, 4, 2), Pool(3, 2), Conv(192, 5, 1, 2), Pool(3, 2)),
        *(Conv(384, 3, 1, 1), Conv(256, 3, 1, 1), Conv(256, 3, 1, 1), Pool(3, 2)),
    ),
    "VGG-16": tuple(
        layer
        for filters, depth in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
        for layer in (*[Conv(filters, 3, 1, 1)] * depth, Pool(2, 2))
    ),
}
INPUTS = {"LeNet-5": (1, 32), "AlexNet": (3, 224), "VGG-16": (3, 224)}
DEAR = ("LeNet-5", "AlexNet")


def run(seeds=SEEDS, budget=FULL):
    """Follow each net layer by layer, then ask what small kernels in their places would do.

    Returns
    -------
    Table
        Rows with `net` and `layer`: geometry, what the layer `sees` and its `jump`, the `side` and
        `channels` of its output, its `weights` (without biases) and `macs`. Rows with `total`:
        `depth` in convolutions, their `weights` and `macs`, `image` side, `sees`; CPU
        `milliseconds` of a forward pass, a value a seed; and for 3×3 kernels in place of larger
        ones, what the last layer would see (`sees_with_one`, one for one) and what stacks that see
        as much would multiply (`macs_with_stacks`).
    """
    rows = [row for name in NETS for row in followed(name, NETS[name])]
    totals = over_seeds(lambda seed: _times(seed, budget), seeds, ("total",))
    return Table(rows + [_total(row) for row in totals], "published tables of layers")


def followed(name, net):
    """List the layers of a net with their receptive field and their cost."""
    channels, side = INPUTS[name]
    rows, path = [], []
    for number, layer in enumerate(net):
        kernel_size, stride = layer.kernel_size, layer.stride
        path.append((kernel_size, stride, 1))
        sees, jump = layers("kernel_size_numpy").receptive_field(path)
        padding = layer.padding if isinstance(layer, Conv) else 0
        weights = macs = 0
        if isinstance(layer, Conv):
            weights, macs = _cost(channels, layer.filters, kernel_size, side, stride, padding)
            channels = layer.filters
        side = (side + 2 * padding - kernel_size) // stride + 1
        rows.append(
            {
                "net": name,
                "layer": number + 1,
                "kind": type(layer).__name__.lower(),
                **{"kernel_size": kernel_size, "stride": stride, "sees": sees, "jump": jump},
                **{"side": side, "channels": channels, "weights": weights, "macs": macs},
            }
        )
    return rows


def _cost(*arguments):
    return layers("downsampling_numpy").conv2d_cost(*arguments, bias=False)


def stacked(net):
    """Replace each larger kernel by 3×3 ones that see as much; the last one has its stride."""
    replaced = []
    for layer in net:
        if isinstance(layer, Conv) and layer.kernel_size > 3:
            depth = (layer.kernel_size - 1) // 2
            # All padding comes first, so that every map but the last is as large as it can be.
            first = Conv(layer.filters, 3, 1, layer.padding)
            replaced += [first, *[Conv(layer.filters, 3)] * (depth - 2)]
            replaced.append(Conv(layer.filters, 3, layer.stride))
        else:
            replaced.append(layer)
    return tuple(replaced)


def one_for_one(net):
    """Replace each larger kernel by a single one of 3×3."""
    return tuple(
        layer._replace(kernel_size=min(layer.kernel_size, 3)) if isinstance(layer, Conv) else layer
        for layer in net
    )


def _total(row):
    name = row["total"]
    net = NETS[name]
    found, small = followed(name, net), followed(name, stacked(net))
    return {
        **row,
        "image": INPUTS[name][1],
        "depth": sum(isinstance(layer, Conv) for layer in net),
        "weights": sum(r["weights"] for r in found),
        "macs": sum(r["macs"] for r in found),
        "sees": found[-1]["sees"],
        "sees_with_one": followed(name, one_for_one(net))[-1]["sees"],
        "sees_with_stacks": small[-1]["sees"],
        "macs_with_stacks": sum(r["macs"] for r in small),
    }


def _times(seed, budget):
    models = {name: seeded(seed, lambda n=name: build(n)) for name in NETS}
    return [
        {"total": name, "milliseconds": _forward(models[name], noise(seed, 1, c, s, s), budget)}
        for name, (c, s) in INPUTS.items()
    ]


@torch.no_grad()
def _forward(model, x, budget):
    times = []
    for _ in range(budget.epochs):
        start = time.process_time()
        model(x)
        times.append(1000 * (time.process_time() - start))
    return median(times)


def build(name):
    """Build the layers of a net up to its last pooling, with a ReLU after each convolution."""
    channels, _ = INPUTS[name]
    modules = []
    for layer in NETS[name]:
        if isinstance(layer, Conv):
            modules += [nn.Conv2d(channels, *layer), nn.ReLU()]
            channels = layer.filters
        else:
            modules.append(nn.MaxPool2d(*layer))
    return nn.Sequential(*modules)


def much_nearer(row):
    """Whether a net would see less than three quarters as far with 3×3 for its larger kernels."""
    return row["sees_with_one"] < 3 / 4 * row["sees"]


def verdicts(rows):
    """Decide C16: whether the counts fit the reasons that the claim gives."""
    parts, deeper, saves = [], [], []
    vgg = find(rows, total="VGG-16")
    for name in DEAR:
        row = find(rows, total=name)
        deeper.append(row["sees_with_one"] < row["sees"] and row["depth"] < vgg["depth"])
        saves.append(row["macs_with_stacks"] > row["macs"])
        parts.append(
            f"{name}'s {row['depth']} convolutions see {row['sees']} of {row['image']} pixels, "
            f"{row['sees_with_one']} with 3×3 kernels in place of the larger ones; stacks of 3×3 "
            f"that see as much would take {row['macs_with_stacks'] / row['macs']:.1f} times the "
            "MACs"
        )
    times = plus_minus([t / 1000 for t in vgg["milliseconds"]], 2)
    number = (
        "; ".join(parts) + f"; VGG-16, {vgg['depth']} convolutions of 3×3, sees {vgg['sees']} and "
        f"takes {vgg['macs'] / find(rows, total='AlexNet')['macs']:.0f} times AlexNet's MACs "
        f"({times} s of CPU time an image; the rest is counted)"
    )
    if not all(deeper + saves):
        return {"C16": Verdict("fails", number)}
    word = "holds if counts that fit may stand for motives, which cannot be measured"
    if needed := [name for name in DEAR if much_nearer(find(rows, total=name))]:
        word += f"; that nets were shallow fits {' and '.join(needed)}"
    return {"C16": Verdict(word, number)}
