"""What a convolution's geometry makes of its output and of its weights. Nothing to train."""

from itertools import product

import numpy as np
import torch
import torch.nn.functional as F

from autograder.layers import layers

SIDES, KERNELS = range(1, 14), range(1, 6)
STRIDES, PADDINGS, DILATIONS = (1, 2, 3), (0, 1, 2), (1, 2)


def compared_sizes():
    """Compare the formula of the output's size with what PyTorch returns, or refuses, on a grid.

    Returns
    -------
    dict
        `geometries` tried and those that `agree`; `impossible` ones among them; `fewest` and
        `most` outputs that the longest side gives with stride 1 and no padding.
    """
    grid = list(product(SIDES, KERNELS, STRIDES, PADDINGS, DILATIONS))
    ours, theirs = ([size(*case) for case in grid] for size in (_by_formula, _by_torch))
    free = [found for case, found in zip(grid, ours, strict=True) if _stride_1_of_longest(case)]
    return {
        "geometries": len(grid),
        "agree": sum(a == b for a, b in zip(ours, theirs, strict=True)),
        "impossible": theirs.count(None),
        "fewest": min(free),
        "most": max(free),
    }


def _stride_1_of_longest(case):
    side, _, stride, padding, _ = case
    return (side, stride, padding) == (max(SIDES), 1, 0)


def _by_formula(*case):
    try:
        return layers("convolution_numpy").output_size(*case)
    except ValueError:
        return None


def _by_torch(side, kernel_size, stride, padding, dilation):
    signal, kernel = torch.zeros(1, 1, side), torch.zeros(1, 1, kernel_size)
    try:
        return F.conv1d(signal, kernel, None, stride, padding, dilation).shape[-1]
    except RuntimeError:
        return None


def matrix_entries(weight, input_size, stride):
    """Count what stands in the matrix of a convolution.

    Parameters
    ----------
    weight : np.ndarray (O, C, kh, kw)
    input_size : tuple
        `(H, W)`.
    stride : int

    Returns
    -------
    dict
        `entries` of the matrix, those that are not zero (`used`), and how many of these are
        `different`.
    """
    matrix = layers("convolution_numpy").conv2d_matrix(weight, input_size, stride)
    used = matrix[matrix != 0]
    return {"entries": matrix.size, "used": used.size, "different": np.unique(used).size}
