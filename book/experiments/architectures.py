"""What well-known nets are made of, and how long they take for one input."""

import torch

from architectures.catalogue import NETS
from experiments.anatomy import Anatomy, anatomy
from experiments.block_nets import milliseconds
from experiments.table import Budget, Table, over_seeds
from experiments.train import seeded

SEEDS = (0, 1, 2)
FULL = Budget(train=0, test=0, epochs=9)


def run(seeds=SEEDS, budget=FULL):
    """Count every net of the catalogue, and time its forward pass.

    Weights and inputs are drawn by chance, since neither counts nor times depend on them. One
    pass goes before the `budget.epochs` that are timed.

    Returns
    -------
    Table
        A row a `net`: its `year`, the fields of `Anatomy`, and the median CPU `milliseconds` for
        one input, a value a seed.
    """
    labels = ("net", "year", *Anatomy._fields)
    rows = over_seeds(lambda seed: [row(n, seed, budget.epochs) for n in NETS], seeds, labels)
    return Table(rows, "normal noise, and sentences of random words; random weights")


def row(name, seed, passes):
    """Count and time one net."""
    net = NETS[name]
    found = anatomy(net.build, net.draw)
    model, inputs = seeded(seed, lambda: (net.build().eval(), net.draw()))
    with torch.no_grad():
        model(*inputs)
    (taken,) = milliseconds([lambda arguments: model(*arguments)], inputs, passes)
    return {"net": name, "year": net.year, **found._asdict(), "milliseconds": taken}
