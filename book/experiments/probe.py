"""C20: how much of the classification is done before the fully connected layers."""

import torch
import torch.nn.functional as F
from torch import nn

from experiments.data import load
from experiments.nets import feature_count, trunk
from experiments.spread import difference, plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.train import accuracy, draw, fit, outputs, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=2000, test=2000, epochs=8)
SIDE, HIDDEN = 28, 128
#: How many modules of the net come before the features.
STAGES = {"pixels": 0, "block 1": 4, "block 2": 8, "block 3": 12, "hidden layer": 15}
TENTH, PENALTY, STEPS = 10, 0.01, 60


def run(seeds=SEEDS, budget=FULL):
    """Train a net with a hidden fully connected layer and read its features in simpler ways.

    Returns
    -------
    Table
        A row for some `features` of a net, trained or not, and a `reader`: test `accuracy` in
        percent. Readers are the `"net"` itself; a `"linear"` classifier; one that gets a random
        `"tenth"` of the features; and the class with the nearest `"mean"`, which learns no weights.
    """
    images = load("fashion_mnist", source="embedded")
    labels = ("features", "trained", "reader")
    rows = over_seeds(lambda seed: _measure(images, seed, budget), seeds, labels)
    return Table(rows, images.source)


def _measure(images, seed, budget):
    x_train, y_train, x_test, y_test = draw(images, budget.train, budget.test, seed)
    model = seeded(seed, net)
    fit(model, x_train, y_train, seed=seed, epochs=budget.epochs)
    rows = [_row("block 3", True, "net", accuracy(model, x_test, y_test))]
    readers = {"linear": linear, "mean": nearest_mean}
    cases = [(model, True, stage, readers) for stage in STAGES]
    cases.append((model, True, "block 3", {"tenth": linear}))
    cases.append((seeded(seed, net), False, "block 3", readers))
    generator = torch.Generator().manual_seed(seed)
    for source, trained, stage, chosen in cases:
        known, new = (outputs(source[: STAGES[stage]], x).flatten(1) for x in (x_train, x_test))
        for name, reader in chosen.items():
            if name == "tenth":
                kept = torch.randperm(known.shape[1], generator=generator)
                known, new = (part[:, kept[: len(kept) // TENTH]] for part in (known, new))
            given = reader(*standardised(known, new), y_train)
            right = 100 * (given == y_test).double().mean().item()
            rows.append(_row(stage, trained, name, right))
    return rows


def _row(features, trained, reader, score):
    return {"features": features, "trained": trained, "reader": reader, "accuracy": score}


def net():
    """Build three blocks of convolution and max pooling, a hidden layer and the last layer."""
    body = nn.Sequential(*trunk("max"), nn.Flatten())
    count = feature_count(body, SIDE)
    return nn.Sequential(*body, nn.Linear(count, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 10))


def standardised(known, new):
    """Shift and scale features `(N, D)` so that those known have mean 0 and sd 1."""
    centre, spread = known.mean(0), known.std(0) + 1e-3
    return (known - centre) / spread, (new - centre) / spread


def linear(known, new, labels):
    """Answer with a linear classifier, trained on features alone by L-BFGS."""
    weight = torch.zeros(known.shape[1], 10, requires_grad=True)
    bias = torch.zeros(10, requires_grad=True)
    solver = torch.optim.LBFGS([weight, bias], max_iter=STEPS, line_search_fn="strong_wolfe")

    def loss():
        solver.zero_grad()
        value = F.cross_entropy(known @ weight + bias, labels) + PENALTY / 2 * weight.square().sum()
        value.backward()
        return value

    solver.step(loss)
    return (new @ weight + bias).argmax(1)


def nearest_mean(known, new, labels):
    """Answer with the class whose mean is nearest."""
    means = torch.stack([known[labels == label].mean(0) for label in range(10)])
    return torch.cdist(new, means).argmin(1)


def read(rows, features, reader, trained=True):
    """Look up the accuracies of a reader of some features, a value a seed."""
    return find(rows, features=features, reader=reader, trained=trained)["accuracy"]


def verdicts(rows):
    """Decide C20 by what a linear reader of the last map lacks to the whole net."""
    whole, last, pixels = (
        read(rows, *case)
        for case in (("block 3", "net"), ("block 3", "linear"), ("pixels", "linear"))
    )
    added = difference(whole, last)
    number = (
        f"test accuracy: the net with a hidden FC layer {plus_minus(whole)} %, a linear classifier "
        f"on its last map {plus_minus(last)} % (the hidden layer adds {added} points), on pixels "
        f"{plus_minus(pixels)} %. The nearest class mean, without any weights: "
        f"{plus_minus(read(rows, 'pixels', 'mean'))} % on the pixels, "
        f"{plus_minus(read(rows, 'block 3', 'mean'))} % on the last map, "
        f"{plus_minus(read(rows, 'hidden layer', 'mean'))} % behind the hidden layer"
    )
    if difference(last, pixels).below:
        return {"C20": Verdict("fails", number)}
    if not added.above:
        return {"C20": Verdict("holds if one linear layer is meant", number)}
    return {"C20": Verdict("holds", number)}
