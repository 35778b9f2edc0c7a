"""C13: GoogLeNet's blocks with and without the 1×1 convolutions that narrow their input."""

import torch
import torch.nn.functional as F
from torch import nn

from autograder.checks.inception import GOOGLENET
from autograder.layers import layers
from experiments.block_nets import milliseconds, trained
from experiments.data import load
from experiments.spread import difference
from experiments.table import Budget, Table, find, over_seeds
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=2000, test=2000, epochs=6)
# For small nets: 3a and 3b, at an eighth and at a quarter of their widths. The last line of each
# is narrower, so that without any 1×1 convolution before the large kernels it has as many weights.
EIGHTH = ((16, 8, 12, 16, 2, 4, 4), (32, 16, 16, 24, 4, 12, 8))
EIGHTH_NARROWED = ((16, 4, 0, 10, 0, 2, 3), (19, 10, 0, 17, 0, 6, 7))
QUARTER = ((32, 16, 24, 32, 4, 8, 8), (64, 32, 32, 48, 8, 24, 16))
QUARTER_NARROWED = ((32, 9, 0, 18, 0, 5, 5), (37, 19, 0, 29, 0, 15, 10))
SCALES = ("1/8", "1/4")
NETS = {
    "naive 1/8": ("naive", EIGHTH),
    "same width 1/8": ("straight", EIGHTH),
    "reduced 1/8": ("reduced", EIGHTH),
    "same weights 1/8": ("straight", EIGHTH_NARROWED),
    "naive 1/4": ("naive", QUARTER),
    "same width 1/4": ("straight", QUARTER),
    "reduced 1/4": ("reduced", QUARTER),
    "same weights 1/4": ("straight", QUARTER_NARROWED),
}


class Straight(nn.Module):
    """An Inception block whose 3×3 and 5×5 convolutions read the whole input."""

    def __init__(self, in_channels, n1x1, n3x3, n5x5, pool_proj):
        super().__init__()
        self.one = nn.Conv2d(in_channels, n1x1, 1)
        self.three = nn.Conv2d(in_channels, n3x3, 3, padding=1)
        self.five = nn.Conv2d(in_channels, n5x5, 5, padding=2)
        self.project = nn.Conv2d(in_channels, pool_proj, 1) if pool_proj else None

    def forward(self, x):
        """Concatenate the branches; without a projection the pooled one keeps all channels."""
        pooled = F.max_pool2d(x, 3, stride=1, padding=1)
        if self.project is not None:
            pooled = F.relu(self.project(pooled))
        wide = [F.relu(layer(x)) for layer in (self.one, self.three, self.five)]
        return torch.cat([*wide, pooled], 1)


def run(seeds=SEEDS, budget=FULL):
    """Count and time GoogLeNet's blocks, then train a small net with each form of block.

    Returns
    -------
    Table
        Rows with `block`: weights `parameters` and `macs` without biases, output channels `width`,
        both as in the paper (`naive`, `reduced`) and where every block before was naive too
        (`stacked`); forward CPU `milliseconds` of one image, a value a seed, also of the `pooling
        alone` that both forms have. Rows with `net`:
        `weights` of both blocks, `train` and `test` accuracy in percent.
    """
    images = load("fashion_mnist", source="embedded")
    labels = ("block", "form", "parameters", "macs", "width", "net", "weights")
    rows = over_seeds(lambda seed: _measure(images, seed, budget), seeds, labels)
    return Table(rows, f"{images.source}; normal noise for the times")


def _measure(images, seed, budget):
    counted = [row for name in GOOGLENET for row in counts(name, seed, repeats=budget.epochs)]
    nets = {name: lambda n=name: small(*NETS[n]) for name in NETS}
    return counted + trained(images, nets, seed, budget)


def block(form, sizes):
    """Build a block from GoogLeNet's seven numbers: `"naive"`, `"straight"` or `"reduced"`."""
    in_channels, n1x1, _, n3x3, _, n5x5, pool_proj = sizes
    if form == "reduced":
        return layers("one_by_one_torch").Inception(*sizes)
    return Straight(in_channels, n1x1, n3x3, n5x5, 0 if form == "naive" else pool_proj)


def width(form, sizes):
    """Channels that a block hands on: the naive one keeps all of its input, pooled."""
    in_channels, n1x1, _, n3x3, _, n5x5, pool_proj = sizes
    return n1x1 + n3x3 + n5x5 + (in_channels if form == "naive" else pool_proj)


def small(form, both):
    """Build both blocks of a small net, the second for what the first hands on, and all widths."""
    widths, blocks = [both[0][0]], []
    for _, *rest in both:
        sizes = (widths[-1], *rest)
        blocks.append(block(form, sizes))
        widths.append(width(form, sizes))
    return blocks, widths


def counts(name, seed, repeats):
    """Count and time one of GoogLeNet's blocks, naive and reduced, and count it stacked."""
    *sizes, side = GOOGLENET[name]
    wide = [stacked_input(name), *sizes[1:]]
    x = torch.randn(1, sizes[0], side, side, generator=torch.Generator().manual_seed(seed))
    modules = [block("naive", sizes), block("reduced", sizes), nn.MaxPool2d(3, 1, 1)]
    naive, reduced, pooling = milliseconds(modules, x, repeats)
    rows = [{"block": name, "form": "pooling alone", "milliseconds": pooling}]
    for form, numbers, times in (
        ("naive", sizes, {"milliseconds": naive}),
        ("reduced", sizes, {"milliseconds": reduced}),
        ("stacked", wide, {}),
    ):
        parameters, macs = layers("one_by_one_numpy").inception_cost(
            *numbers, side, reduced=form == "reduced"
        )
        channels = width("naive" if form == "stacked" else form, numbers)
        labels = {"block": name, "form": form, "parameters": parameters, "macs": macs}
        rows.append({**labels, "width": channels, **times})
    return rows


def stacked_input(name):
    """Channels that a block gets if all blocks before it are naive."""
    channels = GOOGLENET["3a"][0]
    for before, (_, *sizes, _) in GOOGLENET.items():
        if before == name:
            return channels
        channels = width("naive", (channels, *sizes))
    raise KeyError(name)


def pace(rows, name, form):
    """Million multiplications a millisecond of a block's convolutions, a value a seed."""
    row, pooling = (find(rows, block=name, form=f) for f in (form, "pooling alone"))
    pairs = zip(row["milliseconds"], pooling["milliseconds"], strict=True)
    return [row["macs"] / 1e6 / (whole - pool) for whole, pool in pairs]


def totals(rows, form):
    """Weights of all nine blocks together."""
    return sum(row["parameters"] for row in rows if row.get("form") == form)


def gain(rows, scale, rival):
    """Test accuracy of reduced blocks over a rival of the same scale, seed by seed."""
    ours, theirs = (find(rows, net=f"{form} {scale}")["test"] for form in ("reduced", rival))
    return difference(ours, theirs)


def behind(rows, scale):
    """With how many seeds reduced blocks score less than naive ones, as in `3 of 4`."""
    ours, naive = (find(rows, net=f"{form} {scale}")["test"] for form in ("reduced", "naive"))
    return f"{sum(a < b for a, b in zip(ours, naive, strict=True))} of {len(ours)}"


def verdicts(rows):
    """Decide C13: whether about half of the weights go, and whether accuracy stays."""
    kept = [
        find(rows, block=name, form="reduced")["parameters"]
        / find(rows, block=name, form="naive")["parameters"]
        for name in GOOGLENET
    ]
    stacked = totals(rows, "reduced") / totals(rows, "stacked")
    number = (
        f"of the weights of GoogLeNet's nine naive blocks the reduced ones keep "
        f"{100 * min(kept):.0f} to {100 * max(kept):.0f} %, and of nine naive blocks in a row "
        f"{100 * stacked:.0f} %. Accuracy in a small net, reduced minus naive, in points: "
    )
    number += "; ".join(
        f"at {scale} of GoogLeNet's width {gain(rows, scale, 'naive')}, less with "
        f"{behind(rows, scale)} seeds (against as wide an output "
        f"{gain(rows, scale, 'same width')}, against as few weights "
        f"{gain(rows, scale, 'same weights')})"
        for scale in SCALES
    )
    lossless = [
        scale
        for scale in SCALES
        if not any(gain(rows, scale, rival).below for rival in ("naive", "same width"))
    ]
    if max(kept) > 0.75 or not lossless:
        return {"C13": Verdict("fails", number)}
    conditions = []
    if min(kept) < 0.4:
        conditions.append("at least half is meant")
    if len(lossless) < len(SCALES):
        conditions.append("the bottleneck is not too narrow")
    conditions.append("a tie counts as no loss")
    return {"C13": Verdict(f"holds if {' and '.join(conditions)}", number)}
