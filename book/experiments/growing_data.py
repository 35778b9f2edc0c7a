"""Accuracy against the number of training images: a CNN and fully connected nets of its size.

The CNN is the course's usual one with max pooling; a net of the other kind (an MLP) has one hidden
layer with batch norm. Tasks are clothes in the middle of 28×28 pixels and digits of 8×8 pixels
anywhere on 20×20. Whatever the number of images, every net takes the same number of steps.
"""

import torch
from torch import nn

from autograder.layers import layers
from experiments.macs import macs
from experiments.nets import classifier
from experiments.pixel_bags import shuffle_all
from experiments.train import accuracy, draw, fit, parameters, seeded

WIDTHS = (16, 32, 64)
SIDE, DIGITS, PLACES = 20, 1200, 8
#: What the number of training images is divided by; all but the last have each digit in one place.
PARTS = {"clothes": (64, 16, 4, 1), "digits": (16 * PLACES, 4 * PLACES, PLACES, 1)}
CNN, MLP, LARGE = "CNN", "MLP", "MLP, ten times"
NORMED = (CNN, MLP, LARGE)
PLAIN = ("CNN, no batch norm", "MLP, no batch norm")
ORDERS = ("in order", "permuted")
#: Of 0.003 and 0.01, tried on another seed, this one is better, or a tie, for CNN and MLP.
RATE = 1e-2


def curves(images, seed, budget):
    """Train every net on a growing part of the images, in order and all permuted in one way.

    Parameters
    ----------
    images : dict of str to Images
        `"clothes"` and `"digits"`.
    seed : int
    budget : Budget
        `epochs` are for `train` clothes; the steps that this makes are those of every net.

    Returns
    -------
    list of dict
        A row a `task`, `order`, number of `images` and `net`: its `weights` and `macs`; `train`
        and `test` accuracy in percent. The nets without batch norm have rows for the largest
        number of images in order only; the larger MLP for images in order only.
    """
    steps = budget.epochs * -(-budget.train // 64)
    rows = []
    for task, (x, y, x_test, y_test) in tasks(images, seed, budget).items():
        side = x.shape[-1]
        order = torch.randperm(side**2, generator=torch.Generator().manual_seed(seed))
        for arranged in ORDERS:
            if arranged == "permuted":
                x, x_test = shuffle_all(x, order), shuffle_all(x_test, order)
            for count in (max(2, len(x) // part) for part in PARTS[task]):
                for name in _compared(arranged, count == len(x)):
                    model = seeded(seed, lambda n=name, s=side: net(n, s))
                    row = {"task": task, "order": arranged, "images": count, "net": name}
                    row |= {"weights": parameters(model), "macs": macs(model, 1, 1, side, side)}
                    train(model, x[:count], y[:count], seed, steps)
                    scores = accuracy(model, x[:count], y[:count]), accuracy(model, x_test, y_test)
                    rows.append({**row, "train": scores[0], "test": scores[1]})
    return rows


def _compared(order, all_images):
    if order == "permuted":
        return NORMED[:2]
    return NORMED + PLAIN if all_images else NORMED


def tasks(images, seed, budget):
    """Draw the training and test images of both tasks: `x_train, y_train, x_test, y_test`.

    Behind the first eighth of the training digits come the same digits in seven other places.
    """
    x, y, x_test, y_test = draw(images["digits"], min(budget.train, DIGITS), budget.test, seed)
    scattered = torch.cat([scatter(x, 100 * seed + place) for place in range(PLACES)])
    digits = (scattered, y.repeat(PLACES), scatter(x_test, 100 * seed + PLACES), y_test)
    return {
        "clothes": draw(images["clothes"], budget.train, budget.test, seed),
        "digits": digits,
    }


def scatter(x, seed):
    """Put each digit `(N, 1, 8, 8)` anywhere on a black canvas of 20×20."""
    side = x.shape[-1]
    generator = torch.Generator().manual_seed(seed)
    corners = torch.randint(SIDE - side + 1, (len(x), 2), generator=generator).tolist()
    canvas = torch.zeros(len(x), 1, SIDE, SIDE)
    for image, digit, (row, column) in zip(canvas, x, corners, strict=True):
        image[:, row : row + side, column : column + side] = digit
    return canvas


def net(name, side):
    """Build a net of `NORMED` or `PLAIN` for images of `side` × `side` pixels."""
    cnn = classifier("max", side, widths=WIDTHS)
    if name == CNN:
        return cnn
    if name == PLAIN[0]:
        body, head = cnn
        trunk = [layer for layer in body[0] if not isinstance(layer, nn.BatchNorm2d)]
        return nn.Sequential(*trunk, nn.Flatten(), head)
    count = parameters(cnn) * (10 if name == LARGE else 1)
    return mlp(side**2, count, norm=name != PLAIN[1])


def mlp(inputs, count, norm=True):
    """Build a fully connected net with one hidden layer and about `count` parameters."""
    plain = layers("without_pooling_torch").mlp_of_size(inputs, 10, count)
    hidden, output = (layer for layer in plain.modules() if isinstance(layer, nn.Linear))
    between = [nn.BatchNorm1d(hidden.out_features)] if norm else []
    return nn.Sequential(nn.Flatten(), hidden, *between, nn.ReLU(), output)


def train(model, x, y, seed, steps, learning_rate=RATE):
    """Train for about so many steps of 64 images, however few images there are."""
    epochs = max(1, round(steps / -(-len(x) // 64)))
    return fit(model, x, y, seed=seed, epochs=epochs, learning_rate=learning_rate)
