"""C03, C22, C31: a global average before the classifier against fully connected layers.

The same convolutions end in one of three heads. A fourth net has the global average and so much
wider convolutions that it has as many weights as the net that flattens.
"""

import torch.nn.functional as F
from torch import nn

from autograder.layers import layers
from experiments.data import load
from experiments.macs import macs
from experiments.nets import trunk
from experiments.pruning import pruned
from experiments.spread import difference, plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.timing import milliseconds
from experiments.train import accuracy, draw, fit, parameters, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=2000, test=2000, epochs=12)
SIDE, MARGIN, HIDDEN = 32, 2, 128
WIDTHS, WIDER = (8, 16, 32), (11, 22, 44)
LEARNING_RATE = 1e-2
NETS = ("flatten", "flatten, hidden", "GAP", "GAP, wider")
#: What the images and the epochs are divided by.
BUDGETS = {"few images": (4, 1), "few epochs": (1, 4), "full": (1, 1)}
SHIFTS = (2, 4)
PASSES = 15
#: Points of accuracy that removing redundant weights may cost.
LITTLE = 1


def run(seeds=SEEDS, budget=FULL):
    """Train every net at every budget, and disturb those of the full one.

    Returns
    -------
    Table
        Rows with `budget`, one a net: `weights`, of them in the `head`, `macs`, and `train` and
        `test` accuracy in percent. Rows with `shift`: accuracy on images shifted by so many
        pixels. Rows with `pruned`: accuracy of "flatten, hidden" with a share of the weights of a
        kind of layer set to zero. Rows with `milliseconds`: CPU time of a training step.
    """
    images = load("fashion_mnist", source="embedded")
    labels = ("net", "budget", "weights", "head", "macs", "shift", "pruned", "chosen", "share")
    rows = over_seeds(lambda seed: _measure(images, seed, budget), seeds, labels)
    return Table(rows, images.source)


def _measure(images, seed, budget):
    x_train, y_train, x_test, y_test = draw(images, budget.train, budget.test, seed)
    x_train, x_test = (F.pad(x, [MARGIN] * 4) for x in (x_train, x_test))
    rows, timed = [], {}
    for name in NETS:
        for words, (fewer, shorter) in BUDGETS.items():
            model = seeded(seed, lambda n=name: net(n))
            counts = {
                "weights": parameters(model),
                "head": parameters(model[1]),
                "macs": macs(model, 1, 1, SIDE, SIDE),
            }
            x, y = (part[: -(-len(part) // fewer)] for part in (x_train, y_train))
            epochs = max(1, budget.epochs // shorter)
            fit(model, x, y, seed=seed, epochs=epochs, learning_rate=LEARNING_RATE)
            scores = {"train": accuracy(model, x, y), "test": accuracy(model, x_test, y_test)}
            rows.append({"net": name, "budget": words, **counts, **scores})
        for amount in SHIFTS:
            moved = shifted_accuracy(model, x_test, y_test, amount)
            rows.append({"net": name, "shift": amount, "accuracy": moved})
        if name == "flatten, hidden":
            rows += pruned(model, x_test, y_test, seed)
        timed[name] = model
    taken = milliseconds(timed, x_train[:64], PASSES)
    return rows + [{"net": name, "milliseconds": time} for name, time in taken.items()]


def net(name):
    """Build one of `NETS`: convolutions, then a head."""
    widths = WIDER if name == "GAP, wider" else WIDTHS
    side = SIDE // 2 ** len(widths)
    if name == "flatten, hidden":
        head = layers("gap_vs_fc_torch").FlattenHead(widths[-1], side, 10, HIDDEN)
    elif name == "flatten":
        head = nn.Sequential(nn.Flatten(), nn.Linear(widths[-1] * side**2, 10))
    else:
        head = layers("gap_vs_fc_torch").GAPHead(widths[-1], 10)
    return nn.Sequential(trunk("max", widths=widths), head)


def shifted_accuracy(model, x, y, amount):
    """Mean accuracy over shifts of `amount` pixels to the left, right, top and bottom."""
    steps = ((amount, 0), (-amount, 0), (0, amount), (0, -amount))
    return sum(accuracy(model, shifted(x, *step), y) for step in steps) / len(steps)


def shifted(x, right, down):
    """Shift images `(N, C, H, W)`; zeros come in, and what leaves the image is gone."""
    return F.pad(x, [right, -right, down, -down])


def scores(rows, name, column="test", budget="full"):
    """Look up a column of a net at a budget, a value a seed."""
    return find(rows, net=name, budget=budget)[column]


def gaps(rows, name, budget="full"):
    """Subtract test from train accuracy, in points, a value a seed."""
    columns = (scores(rows, name, column, budget) for column in ("train", "test"))
    return [a - b for a, b in zip(*columns, strict=True)]


def at_shift(rows, name, amount):
    """Accuracy of a net on shifted images, a value a seed."""
    return find(rows, net=name, shift=amount)["accuracy"]


def verdicts(rows):
    """Decide C03 (cost), C22 (redundancy) and C31 (in place of flattening)."""
    return {"C03": _cheaper(rows), "C22": _redundant(rows), "C31": _replaces(rows)}


def gain(rows, first, second, budget="full"):
    """Test accuracy of one net minus another's, seed by seed."""
    return difference(scores(rows, first, budget=budget), scores(rows, second, budget=budget))


def _cheaper(rows):
    flat, hidden, gap, wide = (find(rows, net=name, budget="full") for name in NETS)
    plain, wider = (gain(rows, name, "flatten") for name in ("GAP", "GAP, wider"))
    number = (
        f"weights in the head {gap['head']:,} (GAP), {flat['head']:,} (flatten), "
        f"{hidden['head']:,} (with a hidden layer), but MACs of the whole net {gap['macs']:,}, "
        f"{flat['macs']:,}, {hidden['macs']:,}. Test accuracy, GAP minus flatten, in points: with "
        f"few images {gain(rows, 'GAP', 'flatten', 'few images')}, in few epochs "
        f"{gain(rows, 'GAP', 'flatten', 'few epochs')}, in full {plain}; with as many weights, by "
        f"wider convolutions ({wide['macs'] / flat['macs']:.1f} times the MACs), in full {wider}"
    )
    if gap["head"] >= flat["head"]:
        return Verdict("fails", number)
    if not plain.below:
        return Verdict("holds if weights are the cost, and training is long", number)
    if not wider.below:
        words = "holds if weights are the cost, training is long, and some go into more channels"
        return Verdict(words, number)
    return Verdict("holds if weights are the cost, and some accuracy may be lost", number)


def _redundant(rows):
    whole = scores(rows, "flatten, hidden")
    fc, convolutions = (
        [
            difference(find(rows, pruned=kind, chosen="smallest", share=s)["accuracy"], whole)
            for s in (0.5, 0.8)
        ]
        for kind in ("FC", "convolutions")
    )
    gains = {words: gain(rows, "GAP", "flatten, hidden", words) for words in BUDGETS}
    number = (
        f"without the smallest 50 / 80 % of the weights of the FC layers the test accuracy changes "
        f"by {fc[0]} / {fc[1]} points, of the convolutions by {convolutions[0]} / "
        f"{convolutions[1]}. GAP minus flatten with a hidden layer, in points: "
        + ", ".join(f"{words} {found}" for words, found in gains.items())
    )
    if fc[0].mean < -LITTLE:
        return Verdict("fails", number)
    behind = [words for words, found in gains.items() if found.below]
    if behind:
        return Verdict(
            "holds if redundancy is all that is meant; GAP is behind here with "
            + " or ".join(behind),
            number,
        )
    return Verdict("holds", number)


def _replaces(rows):
    plain = gain(rows, "GAP", "flatten")
    far = max(SHIFTS)
    steady = difference(at_shift(rows, "GAP", far), at_shift(rows, "flatten", far))
    number = (
        f"test accuracy of GAP minus flatten: {plain} points on images as they are, {steady} at a "
        f"shift of {far} px ({plus_minus(at_shift(rows, 'GAP', far))} % against "
        f"{plus_minus(at_shift(rows, 'flatten', far))} %); train minus test accuracy "
        f"{plus_minus(gaps(rows, 'GAP'))} points against {plus_minus(gaps(rows, 'flatten'))}"
    )
    if not steady.above:
        return Verdict("fails" if plain.below else "not reproduced here", number)
    if plain.below:
        return Verdict("holds if images are shifted; on centred ones it costs accuracy", number)
    return Verdict("holds", number)
