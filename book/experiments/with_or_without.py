"""C07: the same CNN with each kind of pooling, with strides, and with neither; and plain nets.

A plain net (MLP) has one hidden layer with batch norm, and as many weights as the CNN that it is
compared with. A CNN that does not shrink its maps hands on 64 times the values, so it also comes
with a global average, with which all four have the same weights.
"""

import torch
import torch.nn.functional as F

from experiments.data import load
from experiments.growing_data import DIGITS, mlp, scatter
from experiments.heads import shifted_accuracy
from experiments.macs import macs
from experiments.nets import classifier
from experiments.pixel_bags import shuffle_all
from experiments.spread import difference
from experiments.table import Budget, Table, find, over_seeds
from experiments.timing import milliseconds
from experiments.train import accuracy, draw, fit, parameters, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=2000, test=2000, epochs=8)
KINDS = ("max", "average", "stride", "none")
MATCHED = {"max": "MLP, as max", "none": "MLP, as none"}
#: The nets that also learn permuted pixels.
PERMUTED = (*MATCHED, *MATCHED.values())
SIDE, MARGIN, SHIFTS, MOVED = 32, 2, (2, 4), 1000
RATE, PASSES = 1e-2, 5


def run(seeds=SEEDS, budget=FULL):
    """Train every net on centred clothes and on digits anywhere.

    Returns
    -------
    Table
        A row a `task` and `net`: `weights`, `macs`, CPU `milliseconds` of a training step of 64
        images, `train` and `test` accuracy in percent. For clothes also accuracy on 1000 images
        shifted by 2 and 4 pixels (`shift 2`, `shift 4`) and, where it was tried, of a net trained
        and tested on images that were all permuted in the same way (`permuted`).
    """
    clothes, digits = load("fashion_mnist", source="embedded"), load("digits")

    def measure(seed):
        return on_clothes(clothes, seed, budget) + on_digits(digits, seed, budget)

    rows = over_seeds(measure, seeds, ("task", "net", "weights", "macs"))
    return Table(rows, f"{clothes.source}; {digits.source}")


def nets(side):
    """Name the nets for images of `side` × `side` pixels, and how each is built."""
    built = {kind: lambda k=kind: classifier(k, side) for kind in KINDS}
    for kind, name in MATCHED.items():
        count = parameters(classifier(kind, side))
        built[name] = lambda c=count: mlp(side**2, c)
    for kind in KINDS:
        built[f"{kind}, GAP"] = lambda k=kind: classifier(k, side, head="gap")
    return built


def on_clothes(images, seed, budget):
    """Train on clothes with a margin of two pixels, then shift the test images."""
    x, y, x_test, y_test = draw(images, budget.train, budget.test, seed)
    x, x_test = (F.pad(part, [MARGIN] * 4) for part in (x, x_test))
    moved = (x_test[:MOVED], y_test[:MOVED])
    order = torch.randperm(SIDE**2, generator=torch.Generator().manual_seed(seed))
    rows = []
    for row, model in _trained("clothes", (x, y, x_test, y_test), seed, budget.epochs):
        for amount in SHIFTS:
            row[f"shift {amount}"] = shifted_accuracy(model, *moved, amount)
        if row["net"] in PERMUTED:
            model = seeded(seed, nets(SIDE)[row["net"]])
            learn(model, shuffle_all(x, order), y, seed, budget.epochs)
            row["permuted"] = accuracy(model, shuffle_all(x_test, order), y_test)
        rows.append(row)
    return rows


def on_digits(images, seed, budget):
    """Train on digits that lie anywhere on a canvas of 20×20 pixels."""
    x, y, x_test, y_test = draw(images, min(budget.train, DIGITS), budget.test, seed)
    data = (scatter(x, seed), y, scatter(x_test, seed + 1), y_test)
    return [row for row, _ in _trained("digits", data, seed, 2 * budget.epochs)]


def learn(model, x, y, seed, epochs):
    """Train with the recipe of this experiment."""
    return fit(model, x, y, seed=seed, epochs=epochs, learning_rate=RATE)


def _trained(task, data, seed, epochs):
    x, y, x_test, y_test = data
    side = x.shape[-1]
    models = {name: seeded(seed, build) for name, build in nets(side).items()}
    taken = milliseconds(models, x[:64], PASSES)
    for name, model in models.items():
        learn(model, x, y, seed, epochs)
        yield {
            "task": task,
            "net": name,
            "weights": parameters(model),
            "macs": macs(model, 1, 1, side, side),
            "milliseconds": taken[name],
            "train": accuracy(model, x, y),
            "test": accuracy(model, x_test, y_test),
        }, model


def lead(rows, name, column="test", task="clothes"):
    """Accuracy of a CNN minus that of a plain net of at least its size, seed by seed."""
    size = MATCHED["none" if name.startswith("none") else "max"]
    return difference(*(find(rows, task=task, net=net)[column] for net in (name, size)))


def leads(rows, name):
    """Compare a CNN with its plain net on clothes as they are, shifted by 4 px, and on digits."""
    return (
        lead(rows, name),
        lead(rows, name, f"shift {SHIFTS[-1]}"),
        lead(rows, name, task="digits"),
    )


def verdicts(rows):
    """Decide C07: a CNN has to be clearly ahead of a plain net with pooling, and without."""
    found = {kind: leads(rows, kind) for kind in ("max", "none")}
    mean = lead(rows, "none, GAP", task="digits")
    words = {
        kind: "; ".join(
            f"{where} {gain}"
            for where, gain in zip(
                ("on clothes", f"shifted by {SHIFTS[-1]} px", "on digits anywhere"),
                found[kind],
                strict=True,
            )
        )
        for kind in found
    }
    number = (
        f"test accuracy of a CNN minus a fully connected net of as many weights, in points: with "
        f"max pooling {words['max']}; with nothing in its place and a flattened map "
        f"{words['none']}; with nothing but a mean at the end, on digits anywhere {mean}. The same "
        f"after permuting all pixels: with max pooling {lead(rows, 'max', 'permuted')}, with "
        f"nothing {lead(rows, 'none', 'permuted')}"
    )
    if not all(gain.above for gain in found["max"]):
        return {"C07": Verdict("fails", number)}
    if all(gain.above for gain in found["none"]):
        return {"C07": Verdict("holds", number)}
    word = "holds if it pools; without, little of the difference is left"
    if mean.above:
        word = (
            "holds if something puts the places of the map together, be it pooling or a mean at "
            "the end; with neither, little of the difference is left"
        )
    return {"C07": Verdict(word, number)}
