"""C03, C22: where the weights, the multiplications and the time of AlexNet and VGG-16 are."""

from torch import nn

from autograder.layers import layers
from experiments.block_nets import milliseconds
from experiments.macs import macs
from experiments.table import Budget, Table, find, over_seeds
from experiments.timing import noise
from experiments.train import parameters

SEEDS = (0, 1, 2)
FULL = Budget(train=1, test=0, epochs=5)
CLASSES, HIDDEN, POOL = 1000, 4096, "pool"
#: Convolutions as (filters, window, stride, padding); AlexNet is the one of one column.
VGG = {width: (width, 3, 1, 1) for width in (64, 128, 256, 512)}
CONVOLUTIONS = {
    "AlexNet": (
        (64, 11, 4, 2),
        POOL,
        (192, 5, 1, 2),
        POOL,
        (384, 3, 1, 1),
        (256, 3, 1, 1),
        (256, 3, 1, 1),
        POOL,
    ),
    "VGG-16": (
        *(VGG[64], VGG[64], POOL, VGG[128], VGG[128], POOL),
        *(VGG[256], VGG[256], VGG[256], POOL),
        *(VGG[512], VGG[512], VGG[512], POOL) * 2,
    ),
}
POOL_WINDOWS = {"AlexNet": 3, "VGG-16": 2}
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
            "convolutions": (convolutions(name), x),
            "FC": (fully_connected(channels, side), last),
            "GAP": (layers("gap_vs_fc_torch").GAPHead(channels, CLASSES), last),
        }.items():
            counts = {"weights": parameters(module), "macs": macs(module, *given.shape)}
            (time,) = milliseconds([module], given, budget.epochs)
            rows.append({"net": name, "images": images, "part": part, **counts})
            rows[-1]["milliseconds"] = time
    return rows


def convolutions(name):
    """Build a net's convolutions, ReLUs and poolings: `(N, 3, 224, 224)` to its last map."""
    built, channels = [], 3
    for layer in CONVOLUTIONS[name]:
        if layer == POOL:
            built.append(nn.MaxPool2d(POOL_WINDOWS[name], stride=2))
            continue
        filters, window, stride, padding = layer
        built += [nn.Conv2d(channels, filters, window, stride, padding), nn.ReLU()]
        channels = filters
    return nn.Sequential(*built)


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
