"""C24's "many kernels": the same net with 1 to 32 kernels in its first convolution."""

from experiments.data import load
from experiments.layer_kinds import net
from experiments.sharing import DIGIT_EPOCHS, DIGIT_IMAGES, RATE, placed
from experiments.table import Budget, Table, over_seeds
from experiments.train import accuracy, draw, fit, parameters, seeded

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=DIGIT_IMAGES, test=597, epochs=DIGIT_EPOCHS)
FIRST, SECOND = (1, 2, 4, 8, 16, 32), 32


def run(seeds=SEEDS, budget=FULL):
    """Train the net for digits; behind the first convolution all else keeps its size.

    Returns
    -------
    Table
        A row a number of `kernels`: `weights` of both convolutions, test `accuracy` in percent.
    """
    digits = load("digits")
    rows = over_seeds(lambda seed: _measure(digits, seed, budget), seeds, ("kernels", "weights"))
    return Table(rows, digits.source)


def _measure(digits, seed, budget):
    x, y, x_test, y_test = draw(digits, budget.train, budget.test, seed)
    x, x_test = placed(x, seed), placed(x_test, seed + 1)
    rows = []
    for count in FIRST:
        model = seeded(
            seed, lambda n=count: net("convolution", x.shape[2:], "maximum", (n, SECOND))
        )
        fit(model, x, y, seed=seed, epochs=budget.epochs, learning_rate=RATE)
        weights = parameters(model) - parameters(model[-1])
        score = accuracy(model, x_test, y_test)
        rows.append({"kernels": count, "weights": weights, "accuracy": score})
    return rows
