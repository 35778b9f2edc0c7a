"""C09: pooling's non-linearity, alone and beside ReLU, and the tolerance of shifts it brings."""

import torch
import torch.nn.functional as F
from torch import nn

from experiments.data import load
from experiments.nets import classifier, shrink
from experiments.spread import difference, plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.train import accuracy, draw, fit, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3, 4)
FULL = Budget(train=2000, test=2000, epochs=6)
SIDE = 32
KINDS = ("max", "average", "stride")


def run(seeds=SEEDS, budget=FULL):
    """Test superposition of each pooling, then train nets with and without ReLU.

    Returns
    -------
    Table
        Rows with `layer`: `superposition`, the relative error of P(x + y) = P(x) + P(y). Rows
        with `kind` and `relu`: test `accuracy` in percent, and the same images `shifted` by 1 px.
    """
    images = load("fashion_mnist", source="embedded")
    rows = over_seeds(lambda seed: _measure(images, seed, budget), seeds, ("layer", "kind", "relu"))
    return Table(rows, images.source)


def _measure(images, seed, budget):
    x_train, y_train, x_test, y_test = draw(images, budget.train, budget.test, seed)
    x_train, x_test = (F.pad(x, [2] * 4) for x in (x_train, x_test))
    rows = [{"layer": kind, "superposition": superposition(kind, seed)} for kind in KINDS[:2]]
    for kind in KINDS:
        for relu in (False, True):
            activation = nn.ReLU if relu else nn.Identity
            model = seeded(seed, lambda k=kind, a=activation: classifier(k, SIDE, activation=a))
            fit(model, x_train, y_train, seed=seed, epochs=budget.epochs)
            moved = [torch.roll(x_test, step, axis) for axis in (2, 3) for step in (-1, 1)]
            after = sum(accuracy(model, x, y_test) for x in moved) / len(moved)
            before = accuracy(model, x_test, y_test)
            rows.append({"kind": kind, "relu": relu, "accuracy": before, "shifted": after})
    return rows


def superposition(kind, seed):
    """Relative error of P(x + y) = P(x) + P(y) on normal noise: 0 for a linear layer."""
    generator = torch.Generator().manual_seed(seed)
    x, y = torch.randn(2, 64, 1, SIDE, SIDE, generator=generator, dtype=torch.float64)
    pool = shrink(kind, 1)
    together = pool(x + y)
    return float((together - pool(x) - pool(y)).norm() / together.norm())


def verdicts(rows):
    """Decide C09 by what each pooling adds to a net that has no other non-linearity."""

    def scores(kind, relu, name="accuracy"):
        return find(rows, kind=kind, relu=relu)[name]

    alone = difference(scores("max", False), scores("average", False))
    beside = difference(scores("max", True), scores("average", True))
    shift = {
        kind: difference(scores(kind, True, "shifted"), scores("stride", True, "shifted"))
        for kind in ("max", "average")
    }
    error = {kind: find(rows, layer=kind)["superposition"] for kind in ("max", "average")}
    number = (
        f"superposition error: maximum {plus_minus(error['max'], 2)}, average "
        f"{plus_minus(error['average'], 2)}; without any ReLU, maximum "
        f"{plus_minus(scores('max', False))} %, average {plus_minus(scores('average', False))} % "
        f"({alone}); with ReLU {beside}; shifted by 1 px, over a strided convolution: maximum "
        f"{shift['max']}, average {shift['average']}"
    )
    linear = {kind: max(values) < 1e-9 for kind, values in error.items()}
    if not (alone.above and shift["max"].above) or linear["max"]:
        return {"C09": Verdict("fails", number)}
    if linear["average"]:
        word = "holds if it is max pooling; the average is linear"
        return {"C09": Verdict(word, number)}
    return {"C09": Verdict("holds", number)}
