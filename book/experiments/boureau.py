"""C30: which pooling separates two classes better, and what each does to weights that are off.

After Boureau, Ponce and LeCun, 2010: a feature is active with one probability in class A, with
another in class B; the pooled value of P features has to tell the classes apart.
"""

import numpy as np

from experiments.data import load
from experiments.spread import plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=4000, test=200, epochs=1)
POOLS = (4, 16, 64, 256)
FEATURES = {
    "dense": (0.4, 0.6),
    "sparse": (0.02, 0.04),
    "rare spikes": (0.0, 0.01),
}
SPIKE, NOISE = 5.0, 0.3
FILTERS = 32
WEIGHTS = ("any filters", "edge filters", "edge filters, error without offset")


def run(seeds=SEEDS, budget=FULL):
    """Simulate separability, then disturb the weights of real filters.

    Returns
    -------
    Table
        Rows with `features`: for a pool of `size`, the `separability` of each `pooling`, the
        distance of the classes' means over the sum of their sds. Rows with `weights`: the change
        of each `pooling`'s output when filters are off by 20 %, over the output's sd, split in
        its mean `shift` and its `scatter`.
    """
    images = load("fashion_mnist", source="embedded")
    labels = ("features", "size", "pooling", "weights")
    rows = over_seeds(lambda seed: _measure(images, seed, budget), seeds, labels)
    return Table(rows, f"simulated features; {images.source}")


def _measure(images, seed, budget):
    rng = np.random.default_rng(seed)
    rows = []
    for name in FEATURES:
        for size in POOLS:
            a, b = (features(rng, name, label, budget.train, size) for label in (0, 1))
            for pooling, pool in (("average", np.mean), ("max", np.max)):
                value = separability(pool(a, axis=1), pool(b, axis=1))
                rows.append(
                    {"features": name, "size": size, "pooling": pooling, "separability": value}
                )
    return rows + disturbed(images.x_test[:, 0], rng, budget.test)


def features(rng, name, label, count, size):
    """Draw `(count, size)` features of a class.

    Dense and sparse ones are 0 or 1, on with the class's probability in `FEATURES`. Rare spikes
    are noise of sd 0.3, to which a spike of height 5 is added with that probability.
    """
    active = rng.random((count, size)) < FEATURES[name][label]
    if name != "rare spikes":
        return active.astype(float)
    return NOISE * rng.standard_normal((count, size)) + SPIKE * active


def separability(a, b):
    """Distance of the means over the sum of the standard deviations; 0 where nothing varies."""
    spread = a.std() + b.std()
    return float(abs(b.mean() - a.mean()) / spread) if spread else 0.0


def disturbed(images, rng, count):
    """Pool the responses of random 3×3 filters, exact and off by 20 %, over 4×4 windows."""
    chosen = images[rng.choice(len(images), count, replace=False)]
    patches = np.lib.stride_tricks.sliding_window_view(chosen, (3, 3), axis=(1, 2))[:, :24, :24]
    exact = rng.standard_normal((3, 3, FILTERS))
    error = 0.2 * rng.standard_normal(exact.shape)
    edges, shape_only = (w - w.mean(axis=(0, 1)) for w in (exact, error))
    cases = dict(zip(WEIGHTS, ((exact, error), (edges, error), (edges, shape_only)), strict=True))
    return [
        {"weights": name, "pooling": pooling, "shift": _shift(patches, *case, pool)}
        for name, case in cases.items()
        for pooling, pool in (("average", np.mean), ("max", np.max))
    ]


def _shift(patches, exact, error, pool):
    """How far the mean output of a filter moves, on average, over the sd of all outputs."""
    before, after = (
        pool(_responses(patches, weights).reshape(-1, 6, 4, 6, 4, FILTERS), axis=(2, 4))
        for weights in (exact, exact + error)
    )
    return float(np.abs((after - before).mean(axis=(0, 1, 2))).mean() / before.std())


def _responses(patches, weights):
    return np.maximum(np.tensordot(patches, weights, 2), 0)


def verdicts(rows):
    """Decide C30: averaging for the variance, the maximum for the shifted mean."""

    def separation(name, pooling, size=64):
        return find(rows, features=name, pooling=pooling, size=size)["separability"]

    def shift(weights, pooling):
        return find(rows, weights=weights, pooling=pooling)["shift"]

    def always(first, second):
        return all(a > b for a, b in zip(first, second, strict=True))

    number = "separability in pools of 64, average against maximum: " + "; ".join(
        f"{name} {plus_minus(separation(name, 'average'), 2)} against "
        f"{plus_minus(separation(name, 'max'), 2)}"
        for name in FEATURES
    )
    number += ". Shift of the mean, in sd, by weights off by 20 %: " + "; ".join(
        f"{name} {plus_minus(shift(name, 'average'), 2)} against "
        f"{plus_minus(shift(name, 'max'), 2)}"
        for name in WEIGHTS
    )
    average_first = always(separation("dense", "average"), separation("dense", "max"))
    max_first = {
        name: always(separation(name, "max"), separation(name, "average"))
        for name in ("sparse", "rare spikes")
    }
    corrected = [name for name in WEIGHTS if always(shift(name, "average"), shift(name, "max"))]
    if not (average_first and max_first["rare spikes"] and corrected):
        return {"C30": Verdict("fails", number)}
    if max_first["sparse"] and len(corrected) == len(WEIGHTS):
        return {"C30": Verdict("holds", number)}
    condition = "the maximum is kept for rare spikes above noise"
    if len(corrected) < len(WEIGHTS):
        condition += f", and the imprecise weights are those of {'; '.join(corrected)}"
    return {"C30": Verdict(f"holds if {condition}", number)}
