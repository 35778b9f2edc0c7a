"""C12: one net on images of many sizes (pyramid pooling), and on regions of a scene (RoI pooling).

The nets learn Fashion-MNIST; sizes are made by bilinear resizing, scenes by placing four test
images on a canvas of 72×72.
"""

import torch
import torch.nn.functional as F
from torch import nn

from autograder.layers import layers
from experiments.data import load
from experiments.nets import feature_count, trunk
from experiments.spread import difference, plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.train import accuracy, draw, fit, outputs, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=2000, test=1000, epochs=6)
SIDE, STEP, SCENE = 28, 4, 72
SIZES = (16, 20, 24, 28, 32, 40, 56)
LEARNT = (20, 28, 40)


def run(seeds=SEEDS, budget=FULL):
    """Train a pyramid net on one size and on three, and a region net on single images.

    Returns
    -------
    Table
        Rows with `trained`: test `accuracy` on images resized to `side`; `values`, how many the
        pyramid hands on; `flattened`, how many the map itself holds. Rows with `boxes`: accuracy
        on the images of a scene, from RoI pooling of one feature map (`roi`) and from the net run
        on each image cut out (`crop`).
    """
    images = load("fashion_mnist", source="embedded")
    labels = ("trained", "side", "values", "flattened", "boxes")
    rows = over_seeds(lambda seed: _measure(images, seed, budget), seeds, labels)
    return Table(rows, images.source)


def _measure(images, seed, budget):
    x_train, y_train, x_test, y_test = draw(images, budget.train, budget.test, seed)
    options = {"seed": seed, "epochs": budget.epochs}
    rows = []
    for trained, augment in (("28 only", None), ("20, 28, 40", resized_at_random)):
        model = seeded(seed, lambda: net(layers("pooling_torch").SpatialPyramidPool((1, 2, 4))))
        fit(model, x_train, y_train, augment=augment, **options)
        for side in SIZES:
            copies = resized(x_test, side)
            row = {"trained": trained, "side": side, "values": feature_count(model[0], side)}
            row["flattened"] = feature_count(model[0][0], side)
            rows.append({**row, "accuracy": accuracy(model, copies, y_test)})
    model = seeded(seed, lambda: net(nn.AdaptiveMaxPool2d(4)))
    fit(model, x_train, y_train, **options)
    return rows + [_scenes(model, x_test, y_test, seed, boxes) for boxes in ("on grid", "anywhere")]


def net(pool):
    """Put two max-pooled convolutions, a third, a pooling of fixed output and a linear layer."""
    features = trunk("max")[:-1]
    body = nn.Sequential(features, pool, nn.Flatten())
    return nn.Sequential(body, nn.Linear(feature_count(body, SIDE), 10))


def resized(x, side):
    """Resize images `(N, 1, H, W)` to `side` × `side` pixels."""
    return F.interpolate(x, size=(side, side), mode="bilinear", antialias=True)


def resized_at_random(batch, generator):
    """Resize a whole batch to one of the sizes of `LEARNT`."""
    return resized(batch, LEARNT[torch.randint(len(LEARNT), (1,), generator=generator).item()])


def _scenes(model, x, y, seed, boxes):
    x, y = x[: len(x) // 4 * 4], y[: len(x) // 4 * 4]
    scenes, corners = scene(x, seed, STEP if boxes == "on grid" else 1)
    crops = torch.stack(
        [scenes[i // 4, :, r : r + SIDE, c : c + SIDE] for i, (r, c) in enumerate(corners)]
    )
    regions = torch.tensor(
        [
            (i // 4, r // STEP, c // STEP, -(-(r + SIDE) // STEP), -(-(c + SIDE) // STEP))
            for i, (r, c) in enumerate(corners)
        ]
    )
    maps = outputs(model[0][0], scenes).numpy()
    pooled = layers("pooling_numpy").roi_max_pool(maps, regions.numpy(), 4)
    given = outputs(model[1], torch.from_numpy(pooled).flatten(1))
    right = 100 * (given.argmax(1) == y).double().mean().item()
    return {"boxes": boxes, "roi": right, "crop": accuracy(model, crops, y)}


def scene(x, seed, step):
    """Place four images on each black canvas, at corners that are multiples of `step`.

    Returns
    -------
    tuple
        Scenes `(N / 4, 1, 72, 72)` and each image's corner `(row, column)`.
    """
    generator = torch.Generator().manual_seed(seed)
    scenes = torch.zeros(len(x) // 4, 1, SCENE, SCENE)
    places = (SCENE // 2 - SIDE) // step + 1
    offsets = step * torch.randint(places, (len(x), 2), generator=generator)
    corners = []
    for i, (down, right) in enumerate(offsets.tolist()):
        row, column = SCENE // 2 * (i % 4 // 2) + down, SCENE // 2 * (i % 2) + right
        scenes[i // 4, 0, row : row + SIDE, column : column + SIDE] = x[i, 0]
        corners.append((row, column))
    return scenes, corners


def verdicts(rows):
    """Decide C12: a fixed number of values from any size, and regions that are still recognised."""
    pyramid = [row for row in rows if row.get("trained") == "28 only"]
    fixed = len({row["values"] for row in pyramid}) == 1
    flattened = [row["flattened"] for row in pyramid]

    def at(trained, side):
        return find(rows, trained=trained, side=side)["accuracy"]

    grid, anywhere = (find(rows, boxes=boxes) for boxes in ("on grid", "anywhere"))
    number = (
        f"{pyramid[0]['values']} values from every size of {SIZES[0]} to {SIZES[-1]} px, where "
        f"flattening gives {min(flattened):,} to {max(flattened):,}; trained on 28 px, accuracy "
        f"{plus_minus(at('28 only', 28))} % there and {plus_minus(at('28 only', 56))} % at 56 px "
        f"(trained on three sizes {plus_minus(at('20, 28, 40', 56))} %); RoI pooling "
        f"{plus_minus(grid['roi'])} % with boxes on the map's grid, "
        f"{plus_minus(anywhere['roi'])} % anywhere, images cut out {plus_minus(anywhere['crop'])} %"
    )
    if not fixed:
        return {"C12": Verdict("fails", number)}
    if difference(at("28 only", 28), at("28 only", 56)).above:
        return {
            "C12": Verdict("holds if the size of the output is meant, not its accuracy", number)
        }
    return {"C12": Verdict("holds", number)}
