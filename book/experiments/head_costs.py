"""C03, C22: where the weights, the multiplications and the time of AlexNet and VGG-16 are."""

from torch import nn

from autograder.layers import layers
from experiments.block_nets import milliseconds
from experiments.classic_nets import build
from experiments.macs import macs
from experiments.table import Budget, Table, find, over_seeds
from experiments.timing import noise
from experiments.train import parameters

SEEDS = (0, 1, 2)
FULL = Budget(train=1, test=0, epochs=5)
CLASSES, HIDDEN = 1000, 4096
#: Channels and side of the last map, for images of 224×224.
LAST = {"AlexNet": (256, 6), "VGG-16": (512, 7)}
#: Nets and how many images go through at once.
CASES = (("AlexNet", 1), ("AlexNet", 16), ("VGG-16", 1))


def run(seeds=SEEDS, budget=FULL):
    """Count and time the convolutions, the fully connected head and a global average instead.

    Returns
    -------
    Table
        A row a net, number of `images` and part: `weights` with biases, `macs` and forward CPU
        `milliseconds` of all of them, a median over `budget.epochs` passes, a value a seed.
    """
    labels = ("net", "images", "part", "weights", "macs")
    rows = over_seeds(lambda seed: _measure(seed, budget), seeds, labels)
    return Table(rows, "normal noise, 3×224×224; published tables of layers")


def _measure(seed, budget):
    rows = []
    for name, images in CASES:
        channels, side = LAST[name]
        x, last = noise(seed, images, 3, 224, 224), noise(seed, images, channels, side, side)
        for part, (module, given) in {
            "convolutions": (build(name), x),
            "FC": (fully_connected(channels, side), last),
            "GAP": (layers("gap_vs_fc_torch").GAPHead(channels, CLASSES), last),
        }.items():
            counts = {"weights": parameters(module), "macs": macs(module, *given.shape)}
            (time,) = milliseconds([module], given, budget.epochs)
            rows.append({"net": name, "images": images, "part": part, **counts})
            rows[-1]["milliseconds"] = time
    return rows


def fully_connected(channels, side):
    """Build the three layers that both nets end with."""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(channels * side**2, HIDDEN),
        nn.ReLU(),
        nn.Linear(HIDDEN, HIDDEN),
        nn.ReLU(),
        nn.Linear(HIDDEN, CLASSES),
    )


def share(rows, name, images, column):
    """Compute the percentage of a column that a net's FC layers have, a value a seed."""
    parts = [
        find(rows, net=name, images=images, part=part)[column] for part in ("FC", "convolutions")
    ]
    pairs = zip(*(part if isinstance(part, list) else [part] for part in parts), strict=True)
    return [100 * fc / (fc + convolutions) for fc, convolutions in pairs]
