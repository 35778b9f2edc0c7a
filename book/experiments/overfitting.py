"""C08: whether pooling lowers the number of parameters, and so prevents overfitting.

Two choices are crossed: pooling or not, and few or many weights behind the convolutions. A net
without pooling gets few by keeping every eighth row and column of its last map; a net with
pooling gets many by a hidden layer.
"""

from statistics import mean

from torch import nn

from experiments.data import load
from experiments.nets import classifier, feature_count, trunk
from experiments.spread import plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.train import accuracy, draw, fit, parameters, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3, 4)
FULL = Budget(train=1000, test=2000, epochs=12)
SIDE = 28
HIDDEN = 825
NETS = (
    "no pooling, many weights",
    "no pooling, few weights",
    "max pooling, many weights",
    "max pooling, few weights",
)


def run(seeds=SEEDS, budget=FULL):
    """Train the four nets on few images and measure both accuracies.

    Returns
    -------
    Table
        A row a net: parameters of its convolutions `conv` and of what follows `head`; `train` and
        `test` accuracy in percent.
    """
    images = load("fashion_mnist", source="embedded")
    rows = over_seeds(lambda seed: _measure(images, seed, budget), seeds, ("net", "conv", "head"))
    return Table(rows, images.source)


def _measure(images, seed, budget):
    x_train, y_train, x_test, y_test = draw(images, budget.train, budget.test, seed)
    rows = []
    for name in NETS:
        model = seeded(seed, lambda n=name: net(n))
        fit(model, x_train, y_train, seed=seed, epochs=budget.epochs)
        conv = sum(parameters(m) for m in model.modules() if isinstance(m, nn.Conv2d))
        head = sum(parameters(m) for m in model.modules() if isinstance(m, nn.Linear))
        train, test = accuracy(model, x_train, y_train), accuracy(model, x_test, y_test)
        rows.append({"net": name, "conv": conv, "head": head, "train": train, "test": test})
    return rows


def net(name):
    """Build one of `NETS`."""
    if name == "no pooling, many weights":
        return classifier("none", SIDE)
    if name == "max pooling, few weights":
        return classifier("max", SIDE)
    if name == "no pooling, few weights":
        # MaxPool2d with a 1×1 window takes every eighth pixel and pools nothing.
        body = nn.Sequential(trunk("none"), nn.MaxPool2d(1, stride=8, padding=0), nn.Flatten())
        return nn.Sequential(body, nn.Linear(feature_count(body, SIDE), 10))
    body = nn.Sequential(trunk("max"), nn.Flatten())
    count = feature_count(body, SIDE)
    return nn.Sequential(body, nn.Linear(count, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 10))


def gaps(row):
    """Train minus test accuracy in points, a value a seed."""
    return [a - b for a, b in zip(row["train"], row["test"], strict=True)]


def verdicts(rows):
    """Decide C08: preventing overfitting has to mean at least halving the gap."""
    row = {name: find(rows, net=name) for name in NETS}
    many, few = row["no pooling, many weights"], row["no pooling, few weights"]
    pooled, pooled_many = row["max pooling, few weights"], row["max pooling, many weights"]
    number = (
        f"convolution weights {many['conv']:,} in all four nets; behind them {many['head']:,} "
        f"without pooling, {pooled['head']:,} with. Train minus test accuracy "
        f"{plus_minus(gaps(many))} points without pooling, {plus_minus(gaps(pooled))} with; "
        f"as few weights without pooling {plus_minus(gaps(few))}; as many with pooling "
        f"{plus_minus(gaps(pooled_many))} (to prevent overfitting, pooling would have to halve it)"
    )
    if mean(gaps(pooled)) > mean(gaps(many)) / 2:
        return {"C08": Verdict("fails", number)}
    if pooled["conv"] == many["conv"]:
        return {"C08": Verdict("holds if a fully connected layer follows the pooling", number)}
    return {"C08": Verdict("holds", number)}
