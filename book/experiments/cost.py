"""C01: what the same net costs with and without pooling, in multiplications, memory and time."""

import time
from statistics import median

import torch
from torch import nn

from experiments.nets import classifier
from experiments.spread import plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.train import parameters, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2)
FULL = Budget(train=32, test=0, epochs=7)
SIDE, WIDTHS = 64, (16, 32, 64)
KINDS = ("none", "max", "average", "stride")


def run(seeds=SEEDS, budget=FULL):
    """Count and time a forward and backward pass of each net on noise.

    `budget.train` images are one batch; a time is the median of `budget.epochs` passes.

    Returns
    -------
    Table
        A row a kind: `conv` and `head` parameters; `macs` and `activation_bytes` (all layers'
        outputs in float32) of one image; CPU `milliseconds` a batch, a value a seed.
    """
    labels = ("kind", "conv", "head", "macs", "activation_bytes")
    rows = over_seeds(lambda seed: _measure(seed, budget), seeds, labels)
    return Table(rows, "normal noise, 64×64")


def _measure(seed, budget):
    models = {kind: seeded(seed, lambda k=kind: net(k)) for kind in KINDS}
    x = torch.randn(budget.train, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(seed))
    # One pass of each net after the other: a machine that slows down then slows all of them.
    passes = [
        {kind: _pass(model, x) for kind, model in models.items()} for _ in range(budget.epochs)
    ]
    rows = []
    for kind, model in models.items():
        macs, size = layer_costs(model)
        conv = sum(parameters(m) for m in model.modules() if isinstance(m, nn.Conv2d))
        rows.append(
            {
                "kind": kind,
                "conv": conv,
                "head": parameters(model[1]),
                "macs": macs,
                "activation_bytes": size,
                "milliseconds": median(taken[kind] for taken in passes),
            }
        )
    return rows


def net(kind):
    """Build the net of this experiment: three convolutions of 16, 32 and 64 channels on 64×64."""
    return classifier(kind, SIDE, widths=WIDTHS).train()


def layer_costs(model):
    """Multiply-accumulates and bytes of all layers' outputs for one image of 64×64.

    An output value of a convolution costs kernel area × input channels, of a linear layer its
    inputs; poolings and activations multiply nothing worth counting.

    Returns
    -------
    tuple of int
    """
    macs = size = 0

    def count(layer, _, output):
        nonlocal macs, size
        size += output.numel() * 4
        if isinstance(layer, nn.Conv2d | nn.Linear):
            macs += output.numel() * layer.weight[0].numel()

    counted = (nn.Conv2d, nn.Linear, nn.BatchNorm2d, nn.ReLU, nn.MaxPool2d, nn.AvgPool2d)
    hooks = [m.register_forward_hook(count) for m in model.modules() if isinstance(m, counted)]
    was_training = model.training
    model.eval()(torch.zeros(1, 1, SIDE, SIDE))
    model.train(was_training)
    for hook in hooks:
        hook.remove()
    return macs, size


def _pass(model, x):
    start = time.process_time()
    model(x).sum().backward()
    return 1000 * (time.process_time() - start)


def verdicts(rows):
    """Decide C01 by how much cheaper the net with max pooling is."""
    none, pooled, strided = (find(rows, kind=kind) for kind in ("none", "max", "stride"))

    def faster(row):
        return [a / b for a, b in zip(none["milliseconds"], row["milliseconds"], strict=True)]

    macs = {row["kind"]: none["macs"] / row["macs"] for row in rows}
    memory = none["activation_bytes"] / pooled["activation_bytes"]
    number = (
        f"the same net without pooling takes {macs['max']:.1f} times the multiplications, "
        f"{memory:.1f} times the activation memory and {plus_minus(faster(pooled))} times the CPU "
        f"time of training; striding the convolutions instead saves {macs['stride']:.1f}, "
        f"{none['activation_bytes'] / strided['activation_bytes']:.1f} and "
        f"{plus_minus(faster(strided))} times"
    )
    cheaper = macs["max"] > 1 and memory > 1 and min(faster(pooled)) > 1
    return {"C01": Verdict("holds" if cheaper else "fails", number)}
