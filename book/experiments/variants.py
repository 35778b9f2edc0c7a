"""C11, C29: maximum against average, overlapping against standard windows, in the same net."""

from experiments.data import load
from experiments.nets import classifier
from experiments.spread import difference, plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.train import accuracy, draw, fit, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3, 4)
FULL = Budget(train=2500, test=2000, epochs=6)
SIDE = 28
KINDS = ("max", "max 3/2", "average", "average 3/2", "stride")


def run(seeds=SEEDS, budget=FULL):
    """Train the same net with each way of shrinking; equal seeds mean equal first weights.

    Returns
    -------
    Table
        A row a kind: `train` and `test` accuracy in percent.
    """
    images = load("fashion_mnist", source="embedded")
    rows = over_seeds(lambda seed: _measure(images, seed, budget), seeds, ("kind",))
    return Table(rows, images.source)


def _measure(images, seed, budget):
    x_train, y_train, x_test, y_test = draw(images, budget.train, budget.test, seed)
    rows = []
    for kind in KINDS:
        model = seeded(seed, lambda k=kind: classifier(k, SIDE))
        fit(model, x_train, y_train, seed=seed, epochs=budget.epochs)
        train, test = accuracy(model, x_train, y_train), accuracy(model, x_test, y_test)
        rows.append({"kind": kind, "train": train, "test": test})
    return rows


def tested(rows, kind):
    """Test accuracies of one kind, a value a seed."""
    return find(rows, kind=kind)["test"]


def verdicts(rows):
    """Decide C11 (overlapping windows) and C29 (maximum against average)."""
    overlap = {
        kind: difference(tested(rows, f"{kind} 3/2"), tested(rows, kind))
        for kind in ("max", "average")
    }
    number = (
        f"overlapping 3/2 minus standard 2/2, test accuracy in points: maximum {overlap['max']}, "
        f"average {overlap['average']}"
    )
    if all(gain.above for gain in overlap.values()):
        word = "holds"
    elif overlap["max"].above or overlap["average"].above:
        helped = "maximum" if overlap["max"].above else "average"
        word = f"holds if the pooling takes the {helped}"
    elif any(gain.below for gain in overlap.values()):
        word = "fails"
    else:
        word = "not reproduced here"
    return {"C11": Verdict(word, number), "C29": _maximum(rows)}


def _maximum(rows):
    gain = {
        size: difference(tested(rows, f"max{size}"), tested(rows, f"average{size}"))
        for size in ("", " 3/2")
    }
    number = (
        f"maximum {plus_minus(tested(rows, 'max'))} %, average "
        f"{plus_minus(tested(rows, 'average'))} %; difference, seed by seed, {gain['']} points "
        f"(windows 2/2) and {gain[' 3/2']} (windows 3/2)"
    )
    if gain[""].above:
        return Verdict(
            "holds if it shrinks maps inside a net; how rare averages are, we did not count",
            number,
        )
    return Verdict("fails" if gain[""].below else "not reproduced here", number)
