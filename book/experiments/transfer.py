"""C23: whether fully connected layers are a firewall in transfer.

Nets with and without a hidden fully connected layer differ in what they can learn from anything at
all. So convolutions and head are varied on their own: pretrained under either head or new, and
fine-tuned under either head. What the hidden layer has kept from the source is what it has over
the same layer drawn anew.
"""

from copy import deepcopy

import torch
import torch.nn.functional as F
from torch import nn

from experiments.data import load
from experiments.nets import trunk
from experiments.spread import difference
from experiments.table import Budget, Table, find, over_seeds
from experiments.train import accuracy, fit, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3, 4, 5)
FULL = Budget(train=2000, test=500, epochs=8)
SIDE, WIDTH, MAP_SIDE, HIDDEN, CLASSES = 28, 32, 3, 128, 5
#: Images of each class of a target; epochs of fine-tuning, as multiples of those on the source.
SHOTS, LONGER = 3, 10
TARGETS = ("near", "far")
#: The head on the target, the head under which the convolutions learned, and whether the hidden
#: layer is the source's.
ARMS = {
    "FC": ("FC", "FC", True),
    "FC, hidden layer new": ("FC", "FC", False),
    "FC, on GAP's": ("FC", "GAP", False),
    "FC, all new": ("FC", None, False),
    "GAP": ("GAP", "GAP", False),
    "GAP, on FC's": ("GAP", "FC", False),
    "GAP, all new": ("GAP", None, False),
}


def run(seeds=SEEDS, budget=FULL):
    """Learn five kinds of clothing, then five others (near) or five digits (far) from few images.

    Returns
    -------
    Table
        Rows with `source`, a head: test `accuracy` in percent on the source. Rows with `target`
        and `arm`, a key of `ARMS`: `train` and `test` accuracy, and by how many percent of their
        norm the convolutions' weights `moved` from where they began.
    """
    clothes, digits = load("fashion_mnist", source="embedded"), load("digits")
    rows = over_seeds(
        lambda seed: _measure(clothes, digits, seed, budget), seeds, ("source", "target", "arm")
    )
    return Table(rows, f"{clothes.source}; {digits.source}")


def _measure(clothes, digits, seed, budget):
    generator = torch.Generator().manual_seed(seed)
    source, near = torch.randperm(10, generator=generator).split(CLASSES)
    far = torch.randperm(10, generator=generator)[:CLASSES]
    x, y = of_classes(clothes.x_train, clothes.y_train, source, budget.train, generator)
    x_test, y_test = of_classes(clothes.x_test, clothes.y_test, source, budget.test, generator)
    learned, rows = {None: None}, []
    for head in ("FC", "GAP"):
        model = seeded(seed, lambda h=head: net(h))
        learned[head] = fit(model, x, y, seed=seed, epochs=budget.epochs)
        rows.append({"source": head, "accuracy": accuracy(model, x_test, y_test)})
    for target, images, classes in (("near", clothes, near), ("far", digits, far)):
        test = of_classes(images.x_test, images.y_test, classes, budget.test, generator)
        train = few(*of_classes(images.x_train, images.y_train, classes, None, generator))
        for arm, (head, under, keeps) in ARMS.items():
            model = started(seed, head, learned[under], keeps)
            before = convolution_weights(model).clone()
            fit(model, *train, seed=seed, epochs=LONGER * budget.epochs)
            moved = 100 * ((convolution_weights(model) - before).norm() / before.norm()).item()
            scores = {"train": accuracy(model, *train), "test": accuracy(model, *test)}
            rows.append({"target": target, "arm": arm, **scores, "moved": moved})
    return rows


def of_classes(x, y, classes, size, generator):
    """Draw at most `size` images of some classes, at 28×28, labelled in the order of `classes`."""
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    if x.shape[-1] != SIDE:
        x = F.interpolate(x, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
    named = (y[:, None] == classes).nonzero()
    named = named[torch.randperm(len(named), generator=generator)[:size]]
    return x[named[:, 0]], named[:, 1]


def few(x, y):
    """Keep the first `SHOTS` images of each class."""
    kept = torch.cat([(y == label).nonzero()[:SHOTS, 0] for label in range(CLASSES)])
    return x[kept], y[kept]


def net(head):
    """Build convolutions, the hidden part of a head, and the last layer."""
    if head == "FC":
        hidden = [nn.Flatten(), nn.Linear(WIDTH * MAP_SIDE**2, HIDDEN), nn.ReLU()]
        last = nn.Linear(HIDDEN, CLASSES)
    else:
        hidden = [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        last = nn.Linear(WIDTH, CLASSES)
    return nn.Sequential(trunk("max"), nn.Sequential(*hidden), last)


def started(seed, head, learned, keeps):
    """Build a net for the target: new, but for what it takes from a net that has `learned`."""
    model = seeded(seed + 100, lambda: net(head))
    if learned is not None:
        model[0] = deepcopy(learned[0])
    if keeps:
        model[1] = deepcopy(learned[1])
    return model


def convolution_weights(model):
    """All weights of the convolutions in one vector."""
    convs = [m.weight.detach().flatten() for m in model.modules() if isinstance(m, nn.Conv2d)]
    return torch.cat(convs)


def scores(rows, target, arm, column="test"):
    """Look up a column of an arm on a target, a value a seed."""
    return find(rows, target=target, arm=arm)[column]


def gain(rows, target, first, second):
    """Test accuracy of one arm minus another's, seed by seed."""
    return difference(scores(rows, target, first), scores(rows, target, second))


def firewall(rows, target):
    """Subtract what pretraining brings without a hidden layer from what it brings with one."""
    columns = [scores(rows, target, arm) for arm in ("FC", "FC, all new", "GAP", "GAP, all new")]
    return [(a - b) - (c - d) for a, b, c, d in zip(*columns, strict=True)]


def verdicts(rows):
    """Decide C23: the layer must matter more than from scratch, by its content, and if far."""
    zero = [0] * len(firewall(rows, "far"))
    benefit = {target: difference(firewall(rows, target), zero) for target in TARGETS}
    farther = difference(firewall(rows, "far"), firewall(rows, "near"))
    plain, new, kept = (
        {target: gain(rows, target, *pair) for target in TARGETS}
        for pair in (("FC", "GAP"), ("FC, all new", "GAP, all new"), ("FC", "FC, hidden layer new"))
    )
    number = (
        f"test accuracy in points, near / far target: fine-tuned, FC minus GAP {plain['near']} / "
        f"{plain['far']}; the same from scratch {new['near']} / {new['far']}; so pretraining "
        f"brings the net with FC {benefit['near']} / {benefit['far']} more than the one without. "
        f"The pretrained hidden layer against the same drawn anew: {kept['near']} / {kept['far']}"
    )
    if benefit["far"].above and kept["far"].above and farther.above:
        return {"C23": Verdict("holds", number)}
    if benefit["far"].below:
        return {"C23": Verdict("fails", number)}
    return {"C23": Verdict("not reproduced here", number)}
