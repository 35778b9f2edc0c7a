"""What a net with a global average can do that others cannot: take other sizes, and point.

It learns single pictures of 28×28, with labels but without positions. Then it gets larger ones,
and scenes of four pictures, in which it has to point at a class.
"""

import torch
import torch.nn.functional as F
from torch import nn

from autograder.layers import layers
from experiments.data import load
from experiments.nets import trunk
from experiments.table import Budget, Table, over_seeds
from experiments.train import accuracy, draw, fit, outputs, seeded

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=4000, test=2000, epochs=8)
SIDE, CHANNELS, LEARNING_RATE = 28, 32, 1e-2
CANVASES = (28, 36, 44, 56)
SCENES = 200
#: Test images for the figures: single ones, and four in a scene.
PICTURES = (28, 34, 2)
SCENE = (19, 12, 30, 13)


def run(seeds=SEEDS, budget=FULL):
    """Train a net and measure it on other sizes and on scenes.

    Returns
    -------
    Table
        Rows with `canvas`, its side, and how images fill it, `by`: test `accuracy` in percent.
        A row with `pointed`: the percentage of classes in scenes of four whose map is highest on
        their picture. Rows with `pictures` (numbers of test images, one or four) and `label`: the
        first seed's class activation `map` and its `probability` for the class, in percent.
    """
    images = load("fashion_mnist", source="embedded")
    models = {}
    rows = over_seeds(lambda seed: _measure(images, seed, budget, models), seeds, ("canvas", "by"))
    return Table(rows + _shown(models[seeds[0]], images), images.source)


def _measure(images, seed, budget, models):
    x_train, y_train, x_test, y_test = draw(images, budget.train, budget.test, seed)
    model = models[seed] = seeded(seed, net)
    fit(model, x_train, y_train, seed=seed, epochs=budget.epochs, learning_rate=LEARNING_RATE)
    rows = [
        {"canvas": canvas, "by": by, "accuracy": accuracy(model, fill(x_test, canvas), y_test)}
        for canvas in CANVASES
        for by, fill in (("margin", framed), ("enlarging", enlarged))
    ]
    x, y = (torch.from_numpy(part) for part in (images.x_test, images.y_test))
    return [*rows, {"pointed": pointed(model, *scenes(x, y, seed))}]


def net():
    """Build three blocks of convolutions, the last one without pooling, and a global average."""
    features = trunk(lambda width: nn.Identity() if width == CHANNELS else nn.MaxPool2d(2))
    return nn.Sequential(features, layers("gap_vs_fc_torch").GAPHead(CHANNELS, 10))


def framed(x, side):
    """Put images `(N, 1, 28, 28)` in the middle of a black canvas."""
    return F.pad(x, [(side - SIDE) // 2] * 4)


def enlarged(x, side):
    """Enlarge images to the size of the canvas."""
    return F.interpolate(x, size=(side, side), mode="bilinear", align_corners=False)


def tiled(x):
    """Put every four images into a scene, two by two: `(N, 4, 28, 28)` to `(N, 1, 56, 56)`."""
    grid = x.reshape(-1, 2, 2, SIDE, SIDE).transpose(2, 3)
    return grid.reshape(-1, 1, 2 * SIDE, 2 * SIDE)


def scenes(x, y, seed):
    """Draw scenes of four images of different classes.

    Returns
    -------
    tuple of Tensor
        Scenes `(N, 1, 56, 56)` and the classes `(N, 4)`, row by row.
    """
    generator = torch.Generator().manual_seed(seed)
    classes = torch.rand(SCENES, 10, generator=generator).argsort(1)[:, :4]
    ranks = torch.rand(SCENES, 4, len(x), generator=generator)
    chosen = ranks.masked_fill(y != classes[..., None], -1).argmax(2)
    return tiled(x[chosen, 0]), classes


@torch.no_grad()
def pointed(model, x, classes):
    """Percentage of classes in scenes whose map is highest in the quarter where they are."""
    features, head = model
    maps = [activation_map(features, head, x, label) for label in range(10)]
    places = torch.stack([quarter(each) for each in maps], 1)
    hits = places.gather(1, classes) == torch.arange(4)
    return 100 * hits.double().mean().item()


def activation_map(features, head, x, label):
    """Class activation maps at the size of `x`, each scaled to [0, 1]: `(N, H, W)`."""
    return layers("gap_vs_fc_torch").class_activation_map(features, head, x, label)


def quarter(maps):
    """Find the quarter, numbered row by row, where each map `(N, H, W)` is highest."""
    height, width = maps.shape[1:]
    place = maps.flatten(1).argmax(1)
    return 2 * (place // width >= height // 2) + (place % width >= width // 2).long()


@torch.no_grad()
def _shown(model, images):
    features, head = model
    x, y = (torch.from_numpy(part) for part in (images.x_test, images.y_test))
    rows = []
    for chosen in [[picture] for picture in PICTURES] + [list(SCENE)]:
        picture = tiled(x[chosen, 0]) if len(chosen) > 1 else x[chosen]
        given = 100 * outputs(model, picture)[0].softmax(0)
        likely = given.argsort(descending=True)[:2]
        for label in (y[chosen] if len(chosen) > 1 else likely).tolist():
            found = layers("gap_vs_fc_numpy").class_activation_map(
                features(picture)[0].numpy(), head.classifier.weight.numpy(), label
            )
            row = {"pictures": chosen, "label": label, "probability": round(given[label].item(), 1)}
            rows.append({**row, "map": found.round(3).tolist()})
    return rows
