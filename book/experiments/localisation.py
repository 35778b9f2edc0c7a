"""C04: what pooling costs where the answer is a position.

A digit lies anywhere on a 32×32 canvas (each training digit at four places); one net says which
digit it is and where its middle is.
"""

import torch
import torch.nn.functional as F
from torch import nn

from experiments.data import load
from experiments.nets import feature_count, trunk
from experiments.spread import difference, plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.train import draw, fit, outputs, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2)
FULL = Budget(train=1200, test=597, epochs=4)
SIDE, DIGIT = 32, 16
WINDOWS = (1, 2, 8, 32)
TIMES = (2, 3, 5)
COPIES = 4


def run(seeds=SEEDS, budget=FULL):
    """Train nets with one window of growing size, or with more and more 2×2 windows.

    Returns
    -------
    Table
        A row a net: `window` of each pooling, how many `times`; mean distance `error` between
        true and given position in pixels, `accuracy` of the digit in percent. The row with
        window 0 answers the middle of the canvas for every image.
    """
    digits = load("digits")
    rows = over_seeds(lambda seed: _measure(digits, seed, budget), seeds, ("window", "times"))
    return Table(rows, digits.source)


def _measure(digits, seed, budget):
    x_train, y_train, x_test, y_test = draw(digits, budget.train, budget.test, seed)
    generator = torch.Generator().manual_seed(seed)
    x_train, y_train = x_train.repeat(COPIES, 1, 1, 1), y_train.repeat(COPIES)
    x_train, at_train = scattered(x_train, generator)
    x_test, at_test = scattered(x_test, generator)
    target = torch.cat([at_train, y_train[:, None].float()], dim=1)
    chance = (at_test * SIDE / 2).norm(dim=1).mean().item()
    rows = [{"window": 0, "times": 0, "error": chance, "accuracy": 10.0}]
    designs = [(window, 1) for window in WINDOWS] + [(2, times) for times in TIMES]
    for window, times in designs:
        model = seeded(seed, lambda w=window, t=times: net(w, t))
        fit(model, x_train, target, seed=seed, epochs=budget.epochs, loss=both_losses)
        given = outputs(model, x_test)
        off = ((given[:, :2] - at_test) * SIDE / 2).norm(dim=1).mean().item()
        right = 100 * (given[:, 2:].argmax(1) == y_test).double().mean().item()
        rows.append({"window": window, "times": times, "error": off, "accuracy": right})
    return rows


def scattered(x, generator):
    """Enlarge digits to 16×16 and put each anywhere on the canvas.

    Returns
    -------
    tuple of Tensor
        Images `(N, 1, 32, 32)` and the position `(N, 2)` of the digit's middle, from −0.5 to 0.5
        (half a canvas is 1), rows first.
    """
    large = F.interpolate(x, size=(DIGIT, DIGIT), mode="bilinear", align_corners=False)
    corners = torch.randint(0, SIDE - DIGIT + 1, (len(x), 2), generator=generator)
    canvas = torch.zeros(len(x), 1, SIDE, SIDE)
    for image, digit, (top, left) in zip(canvas, large, corners.tolist(), strict=True):
        image[:, top : top + DIGIT, left : left + DIGIT] = digit
    return canvas, (corners + DIGIT / 2) / (SIDE / 2) - 1


def net(window, times):
    """Three convolutions; `times` max poolings, spread among and behind them; one linear layer.

    A single pooling comes after the last convolution, so that every net sees the same 7×7 pixels
    before it. Several 2×2 poolings follow the convolutions one by one, the rest come at the end.
    """
    if times == 1:
        features = nn.Sequential(trunk("none"), nn.MaxPool2d(window))
    else:
        blocks = list(trunk("none"))
        for place in range(min(times, 3)):
            blocks[4 * place + 3] = nn.MaxPool2d(2)
        features = nn.Sequential(*blocks, *[nn.MaxPool2d(2) for _ in range(times - 3)])
    body = nn.Sequential(features, nn.Flatten())
    return nn.Sequential(body, nn.Linear(feature_count(body, SIDE), 12))


def both_losses(given, target):
    """Squared error of the position plus cross-entropy of the digit."""
    position = F.mse_loss(given[:, :2], target[:, :2])
    return 10 * position + F.cross_entropy(given[:, 2:], target[:, 2].long())


def verdicts(rows):
    """Decide C04 by the position's error behind small windows and behind one over everything."""

    def case(window, times=1):
        return find(rows, window=window, times=times)

    none, chance, whole = case(1), case(0, 0), case(SIDE)
    small = {times: case(2, times) for times in (1, 2, 3)}
    cost = {times: difference(row["error"], none["error"]) for times, row in small.items()}
    number = (
        f"mean error of the position: no pooling {plus_minus(none['error'])} px, one 2×2 "
        f"{plus_minus(small[1]['error'])}, three 2×2 {plus_minus(small[3]['error'])}, the whole "
        f"map {plus_minus(whole['error'])}, always the middle {plus_minus(chance['error'])}; "
        f"digits recognised without pooling {plus_minus(none['accuracy'])} %, with three 2×2 "
        f"{plus_minus(small[3]['accuracy'])} %"
    )
    if not difference(whole["error"], none["error"]).above:
        return {"C04": Verdict("fails", number)}
    if not any(loss.above for loss in cost.values()):
        word = "holds if the window is large; up to three 2×2 poolings cost nothing here"
        return {"C04": Verdict(word, number)}
    if cost[1].mean > 1:
        return {"C04": Verdict("holds if no pooling at all is used", number)}
    return {"C04": Verdict("holds", number)}
