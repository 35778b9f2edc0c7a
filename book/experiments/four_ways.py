"""The same convolution computed in four ways: what each multiplies, holds and takes."""

import time
from statistics import median

import numpy as np
import torch.nn.functional as F

from autograder.layers import layers
from experiments.table import Table, over_seeds
from experiments.timing import noise

SEEDS = (0, 1, 2)
FULL = None
IMAGES, CHANNELS, KERNELS, SIDE, KERNEL_SIZE, PADDING = 8, 8, 16, 16, 3, 1
ROUNDS = 7


def run(seeds=SEEDS, budget=FULL):
    """Compute a 3×3 convolution from 8 to 16 channels on 16×16 pixels in each way.

    Returns
    -------
    Table
        A row a `way`: `macs` (multiplications) of one image; `held`, numbers written down beside
        images, weights and outputs, for one image; CPU `milliseconds` for 8 images, the median of
        rounds in which the ways take turns; `error`, the largest difference from PyTorch's values.
    """
    del budget
    return Table(over_seeds(_measure, seeds, ("way", "macs", "held")), "normal noise, 16×16")


def _measure(seed):
    x = noise(seed, IMAGES, CHANNELS, SIDE, SIDE)
    weight = noise(seed + 1, KERNELS, CHANNELS, KERNEL_SIZE, KERNEL_SIZE) / KERNEL_SIZE
    matrix = layers("convolution_numpy").conv2d_matrix(weight.numpy(), SIDE, 1, PADDING)
    across = matrix.T
    window, places = CHANNELS * KERNEL_SIZE**2, SIDE**2
    fewest = KERNELS * places * window
    ways = {
        "pixel by pixel": (fewest, 0, by_pixel),
        "one large matrix": (matrix.size, matrix.size, lambda x, _: x.flatten(1).numpy() @ across),
        "im2col": (fewest, window * places, by_im2col),
        "PyTorch": (fewest, 0, by_pytorch),
    }
    expected = by_pytorch(x, weight).flatten(1).numpy()
    results = {name: np.asarray(way(x, weight)) for name, (_, _, way) in ways.items()}
    rounds = [
        {name: _milliseconds(way, x, weight) for name, (_, _, way) in ways.items()}
        for _ in range(ROUNDS)
    ]
    return [
        {
            "way": name,
            "macs": macs,
            "held": held,
            "milliseconds": median(taken[name] for taken in rounds),
            "error": float(np.abs(results[name].reshape(expected.shape) - expected).max()),
        }
        for name, (macs, held, _) in ways.items()
    ]


def by_pixel(x, weight):
    """Convolve with padding 1, one output value after the other, as the definition says."""
    padded = F.pad(x, [PADDING] * 4).numpy()
    weight, result = weight.numpy(), np.empty((len(x), KERNELS, SIDE, SIDE), np.float32)
    for n, o, i, j in np.ndindex(result.shape):
        patch = padded[n, :, i : i + KERNEL_SIZE, j : j + KERNEL_SIZE]
        result[n, o, i, j] = (patch * weight[o]).sum()
    return result


def by_im2col(x, weight):
    """Convolve by the course's own layer: every patch a column, then one matrix product."""
    return layers("convolution_torch").conv2d(x, weight, None, 1, PADDING)


def by_pytorch(x, weight):
    """Convolve by PyTorch's operator."""
    return F.conv2d(x, weight, padding=PADDING)


def _milliseconds(way, x, weight):
    start = time.process_time()
    way(x, weight)
    return 1000 * (time.process_time() - start)
