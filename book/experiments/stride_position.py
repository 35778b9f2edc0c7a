"""C33: the same net with its two strides early or late: what they cost and how far it sees."""

import torch
from torch import nn

from experiments.data import load
from experiments.macs import macs
from experiments.nets import feature_count
from experiments.published import receptive_field
from experiments.table import Budget, Table, over_seeds
from experiments.timing import milliseconds, noise
from experiments.train import accuracy, draw, fit, seeded

SEEDS = (0, 1, 2, 3, 4)
FULL = Budget(train=2000, test=2000, epochs=5)
SIDE, WIDTH, DEPTH = 28, 16, 4
PLACES = ((1, 2), (1, 3), (2, 4), (3, 4))
PASSES = 5


def run(seeds=SEEDS, budget=FULL):
    """Train four 3×3 convolutions of which two have stride 2: the same weights, other places.

    Returns
    -------
    Table
        A row a pair of `places` (1 is the first convolution): `receptive_field` behind the last,
        in pixels; `macs` of one image; CPU `milliseconds` of a training step of 64 images; `test`
        accuracy in percent.
    """
    images = load("fashion_mnist", source="embedded")
    labels = ("places", "receptive_field", "macs")
    rows = over_seeds(lambda seed: _measure(images, seed, budget), seeds, labels)
    return Table(rows, images.source)


def _measure(images, seed, budget):
    x_train, y_train, x_test, y_test = draw(images, budget.train, budget.test, seed)
    models = {places: seeded(seed, lambda p=places: net(p)) for places in PLACES}
    times = milliseconds(models, noise(seed, 64, 1, SIDE, SIDE), PASSES)
    rows = []
    for places, model in models.items():
        fit(model, x_train, y_train, seed=seed, epochs=budget.epochs)
        rows.append(
            {
                "places": list(places),
                "receptive_field": receptive_field([(3, s) for s in strides(places)])[0],
                "macs": macs(model, 1, 1, SIDE, SIDE),
                "milliseconds": times[places],
                "test": accuracy(model, x_test, y_test),
            }
        )
    return rows


def strides(places):
    """List the stride of every convolution, 2 at `places`, else 1."""
    return [2 if layer in places else 1 for layer in range(1, DEPTH + 1)]


def net(places):
    """Stack the convolutions, each with batch norm and ReLU, and a linear layer."""
    blocks = []
    for layer, stride in enumerate(strides(places)):
        conv = nn.Conv2d(WIDTH if layer else 1, WIDTH, 3, stride=stride, padding=1)
        blocks += [conv, nn.BatchNorm2d(WIDTH), nn.ReLU()]
    body = nn.Sequential(*blocks, nn.Flatten())
    return nn.Sequential(body, nn.Linear(feature_count(body, SIDE), 10))


def reached(places):
    """Mark the pixels that move the middle value behind the convolutions of a net.

    ReLU and batch norm are left out: they block some ways, but open none.

    Returns
    -------
    Tensor (SIDE, SIDE)
        Booleans.
    """
    convs = [m for m in seeded(0, lambda: net(places)).modules() if isinstance(m, nn.Conv2d)]
    x = torch.zeros(1, 1, SIDE, SIDE, requires_grad=True)
    y = nn.Sequential(*convs)(x)
    y[0, :, y.shape[2] // 2, y.shape[3] // 2].sum().backward()
    return x.grad[0, 0] != 0
