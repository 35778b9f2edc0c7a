"""C19: checkerboards of transposed convolutions: counted, before training and after it."""

import torch
import torch.nn.functional as F
from torch import nn

from autograder.layers import layers
from experiments.data import load
from experiments.macs import macs
from experiments.spread import difference, plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.train import draw, fit, outputs, parameters, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=2000, test=500, epochs=5)
COUNTED = ((2, 2), (3, 2), (4, 2), (5, 2), (6, 3), (4, 3))
INPUTS, WIDTH, EDGE = 8, 16, 16
GREYS, GREY_SIDE = 10, 64
# Window 2 needs no padding; 3 needs one more row at one end to double a side exactly.
TRANSPOSED = {
    "2×2": {"kernel_size": 2},
    "3×3": {"kernel_size": 3, "padding": 1, "output_padding": 1},
    "4×4": {"kernel_size": 4, "padding": 1},
}
RESIZED = "resize, 3×3"
KINDS = (*TRANSPOSED, RESIZED)


def run(seeds=SEEDS, budget=FULL):
    """Count overlaps, then train nets that shrink images to 7×7 and rebuild them.

    Returns
    -------
    Table
        Rows with `kernel_size` and `stride`: the fewest and most writes, `least` and `most`, of an
        inner pixel. Rows with `kind`: `parameters` of the layers that double and `macs` of the
        net; `before` and `after` training, the `ripple` in percent of what comes out for plain
        grey images; the trained net's mean squared `error` on test images, times 1000.
    """
    images = load("fashion_mnist", source="embedded")
    counts = [_overlap(*case) for case in COUNTED]
    labels = ("kind", "parameters", "macs")
    return Table(
        counts + over_seeds(lambda seed: _measure(images, seed, budget), seeds, labels),
        images.source,
    )


def _overlap(kernel_size, stride):
    counts = layers("downsampling_numpy").overlap_counts(INPUTS, kernel_size, stride)
    inner = counts[kernel_size:-kernel_size, kernel_size:-kernel_size]
    least, most = int(inner.min()), int(inner.max())
    return {"kernel_size": kernel_size, "stride": stride, "least": least, "most": most}


def _measure(images, seed, budget):
    x_train, _, x_test, _ = draw(images, budget.train, budget.test, seed)
    rows = []
    for kind in KINDS:
        model = seeded(seed, lambda k=kind: net(k))
        row = {"kind": kind, "parameters": parameters(model[1]), "macs": macs(model, 1, 1, 28, 28)}
        row["before"] = ripple(model)
        fit(model, x_train, x_train, seed=seed, epochs=budget.epochs, loss=F.mse_loss)
        error = 1000 * F.mse_loss(outputs(model, x_test), x_test).item()
        rows.append({**row, "after": ripple(model), "error": error})
    return rows


def net(kind):
    """Halve a 28×28 image twice by strided convolutions and double it twice as `kind` says."""
    encoder = nn.Sequential(
        nn.Conv2d(1, WIDTH, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(WIDTH, WIDTH, 3, stride=2, padding=1),
        nn.ReLU(),
    )
    return nn.Sequential(encoder, nn.Sequential(double(kind, WIDTH), nn.ReLU(), double(kind, 1)))


def double(kind, channels):
    """Make the layer that doubles the sides of `(N, WIDTH, H, W)`."""
    if kind == RESIZED:
        return layers("downsampling_torch").ResizeConv2d(WIDTH, channels, 3, 2)
    return nn.ConvTranspose2d(WIDTH, channels, stride=2, **TRANSPOSED[kind])


def ripple(model):
    """Let a net rebuild plain grey images: the sd of what comes out, in percent of its size.

    Sides are 64 pixels of which 16 at each border are left out, so that no padding shows: whatever
    is not flat there was made by the layers that double.
    """
    greys = torch.linspace(0.1, 1, GREYS).reshape(-1, 1, 1, 1).expand(-1, 1, GREY_SIDE, GREY_SIDE)
    inner = outputs(model, greys)[:, :, EDGE:-EDGE, EDGE:-EDGE]
    uneven = inner - inner.mean((2, 3), keepdim=True)
    return 100 * float(uneven.square().mean().sqrt() / inner.square().mean().sqrt())


def verdicts(rows):
    """Decide C19: ripples of transposed convolutions against those behind a resize."""
    found = {row["kind"]: row for row in rows if "kind" in row}
    three = find(rows, kernel_size=3, stride=2)
    number = (
        f"in a 3×3 transposed convolution with stride 2 an inner pixel is written {three['least']} "
        f"to {three['most']} times, in a 4×4 always {find(rows, kernel_size=4, stride=2)['most']} "
        f"times. What a trained net makes of plain grey has a ripple of "
        + ", ".join(f"{plus_minus(found[kind]['after'])} % ({kind})" for kind in TRANSPOSED)
        + f" and {plus_minus(found[RESIZED]['after'])} % with resizing and convolution; rebuilding "
        f"images, their error ×1000 is {plus_minus(found['3×3']['error'])} (3×3), "
        f"{plus_minus(found['4×4']['error'])} (4×4) and {plus_minus(found[RESIZED]['error'])} "
        "(resize)"
    )
    rippled = [
        kind
        for kind in TRANSPOSED
        if difference(found[kind]["after"], found[RESIZED]["after"]).above
    ]
    if not rippled:
        return {"C19": Verdict("fails", number)}
    if len(rippled) < len(TRANSPOSED):
        return {"C19": Verdict(f"holds if the window is {' or '.join(rippled)}", number)}
    return {"C19": Verdict("holds", number)}
