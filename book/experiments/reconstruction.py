"""C27: how much of an image 2×2 pooling keeps, beside PCA with as many values."""

import numpy as np
import torch.nn.functional as F
from sklearn.decomposition import PCA

from experiments.data import load
from experiments.spread import difference, plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.train import draw
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=2000, test=500, epochs=1)
SIDE = 28
KEPT = (SIDE // 2) ** 2
RIDGE = 1e-3


def run(seeds=SEEDS, budget=FULL):
    """Keep 196 of 784 values in three ways and rebuild the image from them.

    Pooled values are put back twice: each in its four pixels, and by the best linear map from
    the 196 values to the 784 pixels, fitted on the training images as PCA is.

    Returns
    -------
    Table
        A row a method and decoder: `error`, the percentage of the test images' variance that is
        lost; `enough`, how many principal components lose no more; `accuracy`, the percentage of
        classes that a linear map from the kept values gets right.
    """
    images = load("fashion_mnist", source="embedded")
    rows = over_seeds(lambda seed: _measure(images, seed, budget), seeds, ("method", "decoder"))
    return Table(rows, images.source)


def _measure(images, seed, budget):
    train, labels, test, answers = draw(images, budget.train, budget.test, seed)
    pixels, truth = (x.flatten(1).double().numpy() for x in (train, test))
    one_hot = np.eye(10)[labels.numpy()]
    pca = PCA(n_components=min(KEPT, len(train)), svd_solver="full").fit(pixels)
    variance = ((truth - pca.mean_) ** 2).sum()
    # Components are orthogonal: each takes the square of its coefficient off the error.
    by_count = 100 * (1 - np.cumsum((pca.transform(truth) ** 2).sum(0)) / variance)

    def row(method, decoder, rebuilt, kept, kept_test):
        error = 100 * ((rebuilt - truth) ** 2).sum() / variance
        given = linear_map(kept, one_hot)(kept_test).argmax(1)
        return {
            "method": method,
            "decoder": decoder,
            "error": float(error),
            "enough": int((by_count > error + 1e-9).sum()) + 1,
            "accuracy": 100 * float((given == answers.numpy()).mean()),
        }

    rows = []
    for method, pool in (("average", F.avg_pool2d), ("max", F.max_pool2d)):
        kept, kept_test = (pool(x, 2).flatten(1).double().numpy() for x in (train, test))
        copied = F.interpolate(pool(test, 2), scale_factor=2).flatten(1).double().numpy()
        rows.append(row(method, "copy", copied, kept, kept_test))
        rows.append(row(method, "linear", linear_map(kept, pixels)(kept_test), kept, kept_test))
    kept, kept_test = pca.transform(pixels), pca.transform(truth)
    rows.append(row("PCA", "linear", pca.inverse_transform(kept_test), kept, kept_test))
    return rows


def linear_map(inputs, targets):
    """Fit targets to inputs by least squares with an intercept, lightly regularised.

    Parameters
    ----------
    inputs, targets : np.ndarray
        `(N, A)` and `(N, B)`.

    Returns
    -------
    callable
        From `(M, A)` to `(M, B)`.
    """
    mean_in, mean_out = inputs.mean(0), targets.mean(0)
    centred = inputs - mean_in
    gram = centred.T @ centred + RIDGE * len(centred) * np.eye(centred.shape[1])
    weights = np.linalg.solve(gram, centred.T @ (targets - mean_out))
    return lambda x: (x - mean_in) @ weights + mean_out


def verdicts(rows):
    """Decide C27 by the variance that pooling loses beside PCA, each with its best decoder."""
    errors = {(row["method"], row["decoder"]): row["error"] for row in rows}
    pca = find(rows, method="PCA")
    best = {
        method: min((errors[method, decoder] for decoder in ("copy", "linear")), key=sum)
        for method in ("average", "max")
    }
    maximum, average = (find(rows, method=m, decoder="linear") for m in ("max", "average"))
    number = (
        f"variance lost when {KEPT} of {SIDE**2} values are kept: PCA {plus_minus(pca['error'])} "
        f"%, average pooling {plus_minus(best['average'])} %, max pooling "
        f"{plus_minus(best['max'])} %; {plus_minus(maximum['enough'], 0)} principal components do "
        f"as well as the {KEPT} maxima. A linear classifier reads {plus_minus(pca['accuracy'])} % "
        f"of the classes from PCA, {plus_minus(maximum['accuracy'])} % from the maxima, "
        f"{plus_minus(average['accuracy'])} % from the averages"
    )
    worse = {method: sum(error) / sum(pca["error"]) for method, error in best.items()}
    if worse["max"] < 1.5:
        return {"C27": Verdict("holds", number)}
    if worse["average"] < 1.5:
        return {"C27": Verdict("holds if it is average pooling", number)}
    if not difference(pca["accuracy"], maximum["accuracy"]).above:
        return {"C27": Verdict("holds if classes, not pictures, are to be told from them", number)}
    return {"C27": Verdict("fails", number)}
