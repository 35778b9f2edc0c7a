"""C02, C26: how a trained net takes shifted, rotated and resized digits.

Digits are enlarged to 16×16 and centred on 32×32; nets learn them centred and upright, and are
tested on moved copies. One net also trains on shifted copies, for comparison.
"""

import math

import torch
import torch.nn.functional as F

from autograder.layers import layers
from experiments.data import load
from experiments.nets import blurred_max, classifier
from experiments.spread import difference, plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.train import accuracy, draw, fit, outputs, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=1200, test=597, epochs=10)
SIDE = 32
SHIFTS = (0, 1, 2, 3, 4)
ANGLES = (10, 20, 30, 45)
SCALES = (0.65, 0.8, 1.2, 1.35)
CIRCULAR, COMPARED = (1, 4), 300
STEADY = 5
POOLINGS = ("max", "average")
NETS = {
    "none": {},
    "stride": {},
    "average": {},
    "max": {},
    "blur": {},
    "max + GAP": {"head": "gap"},
    "blur + GAP": {"head": "gap"},
    "max + shifted training": {},
}


def run(seeds=SEEDS, budget=FULL):
    """Train every net of `NETS` and measure it on moved digits.

    Returns
    -------
    Table
        A row a net, change and amount: `accuracy` in percent; `distance`, how far the features
        moved, over the distance between two different digits. Rows of the change `"circular"`
        have `agreement` instead: the percentage of predictions that a shift of at most `amount`
        pixels leaves as they were (`shift_consistency`).
    """
    digits = load("digits")
    rows = over_seeds(
        lambda seed: _measure(digits, seed, budget), seeds, ("net", "change", "amount")
    )
    return Table(rows, digits.source)


def _measure(digits, seed, budget):
    x_train, y_train, x_test, y_test = draw(digits, budget.train, budget.test, seed)
    x_train, x_test = on_canvas(x_train), on_canvas(x_test)
    rows = []
    for name, options in NETS.items():
        kind = blurred_max if name.startswith("blur") else name.split(" ")[0]
        model = seeded(seed, lambda k=kind, o=options: classifier(k, SIDE, **o))
        augment = randomly_shifted if "training" in name else None
        fit(model, x_train, y_train, seed=seed, epochs=budget.epochs, augment=augment)
        rows += _rows(name, model, x_test, y_test)
    return rows


def on_canvas(x):
    """Enlarge digits `(N, 1, 8, 8)` to 16×16 and put them in the middle of 32×32."""
    large = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
    return F.pad(large, [8] * 4)


def randomly_shifted(batch, generator):
    """Shift every image by its own −4 to 4 pixels along each axis."""
    offsets = torch.randint(-4, 5, (len(batch), 2), generator=generator).tolist()
    return torch.stack(
        [torch.roll(x, tuple(o), (1, 2)) for x, o in zip(batch, offsets, strict=True)]
    )


def _rows(name, model, x, y):
    features = outputs(model[0], x)
    apart = (features - features.roll(1, 0)).norm(dim=1).mean()
    rows = []
    for change, amounts, moved in (
        ("shift", SHIFTS, shifted),
        ("angle", ANGLES, rotated),
        ("scale", SCALES, scaled),
    ):
        for amount in amounts:
            copies = moved(x, amount)
            away = [(outputs(model[0], c) - features).norm(dim=1).mean() / apart for c in copies]
            correct = [accuracy(model, c, y) for c in copies]
            row = {"net": name, "change": change, "amount": amount}
            row["accuracy"] = sum(correct) / len(copies)
            row["distance"] = float(sum(away)) / len(copies)
            rows.append(row)
    for amount in CIRCULAR:
        agreement = 100 * layers("pooling_torch").shift_consistency(model, x[:COMPARED], amount)
        rows.append({"net": name, "change": "circular", "amount": amount, "agreement": agreement})
    return rows


def shifted(x, amount):
    """Shift by `amount` pixels up, down, left and right."""
    if amount == 0:
        return [x]
    return [torch.roll(x, step, axis) for axis in (2, 3) for step in (-amount, amount)]


def rotated(x, angle):
    """Rotate about the middle by `angle` degrees, both ways."""
    turns = (math.radians(angle), -math.radians(angle))
    return [_affine(x, math.cos(t), math.sin(t)) for t in turns]


def scaled(x, factor):
    """Resize about the middle; a factor above 1 enlarges."""
    return [_affine(x, 1 / factor, 0.0)]


def _affine(x, a, b):
    matrix = torch.tensor([[a, -b, 0.0], [b, a, 0.0]]).expand(len(x), 2, 3)
    grid = F.affine_grid(matrix, list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, align_corners=False)


def column(rows, net, change, amount, name="accuracy"):
    """Values over the seeds of one net under one change."""
    return find(rows, net=net, change=change, amount=amount)[name]


def verdicts(rows):
    """Decide C02 (translation) and C26 (rotation, scale as well)."""
    return {"C02": _translation(rows), "C26": _all_three(rows)}


def _translation(rows):
    def moved(net, *amounts):
        return " / ".join(plus_minus(column(rows, net, "shift", amount)) for amount in amounts)

    agreement = column(rows, "max", "circular", 1, "agreement")
    number = (
        f"accuracy in % at a shift of 0 / 1 / 2 / 4 px: max pooling {moved('max', 0, 1, 2, 4)}, no "
        f"pooling {moved('none', 0, 1, 2, 4)}, blurred max {moved('blur', 0, 1, 2, 4)}; a shift "
        f"of 1 px leaves {plus_minus(agreement)} % of the max-pooling net's answers as they were"
    )
    if lost(rows, "max", "shift", 4).mean > -STEADY:
        return Verdict("holds", number)
    if gained(rows, "shift", 2).above:
        return Verdict("holds if a pixel or two of tolerance is all that is meant", number)
    return Verdict("fails", number)


def _all_three(rows):
    changes = {
        "shifts (2 px)": ("shift", 2),
        "rotations of 20°": ("angle", 20),
        "of 30°": ("angle", 30),
        "smaller images (0.65×)": ("scale", 0.65),
        "larger ones (1.35×)": ("scale", 1.35),
    }

    def scores(*change):
        return " / ".join(plus_minus(column(rows, net, *change)) for net in ("none", *POOLINGS))

    number = (
        f"accuracy in %, no pooling / {' / '.join(f'{kind} pooling' for kind in POOLINGS)}: "
        f"as they are {scores('shift', 0)}; "
        + "; ".join(f"{words} {scores(*change)}" for words, change in changes.items())
    )
    helped = []
    for kind in POOLINGS:
        if all(lost(rows, kind, *change).mean > -STEADY for change in changes.values()):
            return Verdict("holds", number)
        better = [words for words, change in changes.items() if spared(rows, kind, *change).above]
        helped += [f"{kind} pooling, of {', '.join(better)}"] if better else []
    if helped:
        return Verdict(f"holds if it means some tolerance: {'; '.join(helped)}", number)
    return Verdict("fails", number)


def lost(rows, net, change, amount):
    """Accuracy of a net under a change, minus its accuracy on the images as they are."""
    return difference(column(rows, net, change, amount), column(rows, net, "shift", 0))


def gained(rows, change, amount):
    """Accuracy under a change with max pooling, minus without pooling."""
    return difference(column(rows, "max", change, amount), column(rows, "none", change, amount))


def spared(rows, net, change, amount):
    """How much less accuracy a net loses under a change than the one without pooling."""

    def kept(name):
        pairs = zip(column(rows, name, change, amount), column(rows, name, "shift", 0), strict=True)
        return [moved - unmoved for moved, unmoved in pairs]

    return difference(kept(net), kept("none"))
