"""C15: which 5×5 kernels two 3×3 kernels can be, if nothing but convolutions is between them."""

import numpy as np

from autograder.layers import layers
from experiments.table import Budget, Table, over_seeds

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=10, test=0, epochs=100)
MIDDLE, STARTS = (1, 2, 3), 3


def run(seeds=SEEDS, budget=FULL):
    """Fit two 3×3 layers to random 5×5 kernels of one channel, by least squares in turn.

    Returns
    -------
    Table
        A row a number of channels in the `middle`: the `numbers` that both layers have, and the
        `error` left, in percent of the kernel (root of the mean squares over `budget.train`).
    """
    rows = over_seeds(lambda seed: _measure(seed, budget), seeds, ("middle", "numbers"))
    return Table(rows, "kernels of normal noise")


def _measure(seed, budget):
    rng = np.random.default_rng(seed)
    targets = rng.normal(size=(budget.train, 1, 1, 5, 5))
    rows = []
    for middle in MIDDLE:
        lost = [fit(target, middle, rng, budget.epochs) for target in targets]
        rows.append({"middle": middle, "numbers": 18 * middle, "error": 100 * mean_square(lost)})
    return rows


def mean_square(values):
    """Return the root of the mean of squares."""
    return float(np.sqrt(np.mean(np.square(values))))


def fit(target, middle, rng, rounds):
    """Fit `(1, 1, 5, 5)` by two layers; return the best start's relative error.

    With one layer held fixed the composed kernel is linear in the other, so that each in turn can
    be solved for.
    """
    errors = []
    for _ in range(STARTS):
        second = rng.normal(size=(1, middle, 3, 3))
        for _ in range(rounds):
            first = solve(second, target).transpose(1, 0, 2, 3)
            # Convolutions of one channel commute: the layers can change places.
            second = solve(first.transpose(1, 0, 2, 3), target)
        rest = layers("kernel_size_numpy").compose_kernels(first, second) - target
        errors.append(np.linalg.norm(rest) / np.linalg.norm(target))
    return min(errors)


def solve(fixed, target):
    """Return the layer `(1, middle, 3, 3)` that, composed with `fixed`, comes closest."""
    middle = fixed.shape[1]
    unit = np.eye(9 * middle).reshape(9 * middle, middle, 3, 3).transpose(1, 0, 2, 3)
    columns = layers("kernel_size_numpy").compose_kernels(unit, fixed)[0].reshape(9 * middle, 25)
    found = np.linalg.lstsq(columns.T, target.ravel(), rcond=None)[0]
    return found.reshape(1, middle, 3, 3)
