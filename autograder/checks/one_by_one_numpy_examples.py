"""Examples of 1x1 convolutions worked out by hand; each hint names the likely cause of a miss."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.cases import DTYPE, INPUT, Case, Example
from autograder.checks.inception import GOOGLENET


def pixels(*channels: list[list[float]]) -> np.ndarray:
    """Return one image, (1, C, H, W), from its channels' rows."""
    return np.array(channels, dtype=np.float64)[None]


def example(name: str, hint: str, args: tuple, output: Any) -> Example:
    """Return an example with one output."""
    return Example(Case(name, args), {"output": output}, hint)


def results(name: str, hint: str, args: tuple, **expected: Any) -> Example:
    """Return an example with several results, by name."""
    return Example(Case(name, args), expected, hint)


_X = pixels([[1, 2], [0, 1]], [[1, 0], [2, 1]])
_WEIGHT = np.array([[1.0, 2.0], [10.0, 0.0]])
_Y = pixels([[3, 2], [4, 3]], [[10, 20], [0, 10]])
_ROW = pixels([[1, 2, 3]], [[0, 1, 2]])
_PAIRS = np.array([[[[1.0]], [[2.0]]], [[[3.0]], [[4.0]]]])
_TO_ONE = np.array([[1.0, 10.0]])

CONV1X1 = (
    example("values", "Row o of weight holds the parts of the input channels in output channel o.",
            (_X, _WEIGHT), _Y),
    example("bias", "bias[o] is added to all pixels of output channel o.",
            (_X, _WEIGHT, np.array([100.0, 200.0])),
            pixels([[103, 102], [104, 103]], [[210, 220], [200, 210]])),
    example("channels", "The result has as many channels as weight has rows.",
            (pixels([[1]], [[2]]), np.array([[3.0, 4.0], [5.0, 6.0], [0.0, 1.0]])),
            pixels([[11]], [[17]], [[2]])),
    example("rectangles", "A pixel stays where it was: H rows and W columns.",
            (_ROW, _WEIGHT), pixels([[1, 4, 7]], [[10, 20, 30]])),
    example("batch", "Every image is mixed on its own, with the same weight.",
            (_PAIRS, _WEIGHT), np.array([[[[5.0]], [[10.0]]], [[[11.0]], [[30.0]]]])),
    example(DTYPE, "", (_X.astype(np.float32), _WEIGHT.astype(np.float32)), _Y),
    example(INPUT, "", (_X, _WEIGHT), _Y),
)

_BACKWARD = (pixels([[1, 10], [0, 0]]), pixels([[2, 3], [4, 5]]), np.array([[5.0]]))
_BACK = {"grad_x": pixels([[5, 50], [0, 0]]), "grad_weight": np.array([[32]])}

CONV1X1_BACKWARD = (
    results("grad_x", "The error goes back through the transposed matrix.",
            (pixels([[1]], [[10]]), pixels([[0]], [[0]]), np.array([[1.0, 2.0], [3.0, 4.0]])),
            grad_x=pixels([[31]], [[42]])),
    results("grad_weight", "Each weight gets the sum over all pixels of its output channel's "
            "gradient times its input channel.",
            (pixels([[1, 10]]), pixels([[2, 3]], [[0, 1]]), np.array([[5.0, 6.0]])),
            grad_weight=np.array([[32, 10]])),
    results("grad_bias", "A bias is added at every pixel, so its gradient is the sum over all "
            "images and pixels: shape (O,).",
            (pixels([[1, 10]], [[2, 3]]), pixels([[2, 3]]), np.array([[5.0], [6.0]])),
            grad_bias=np.array([11, 5])),
    results("rectangles", "grad_x has the shape of x: a pixel stays where it was.",
            (pixels([[1, 2, 3]]), pixels([[0, 1, 0]]), np.array([[2.0]])),
            grad_x=pixels([[2, 4, 6]])),
    results("batch", "The images share the weights: their gradients add up, without a mean.",
            (np.array([[[[1.0]]], [[[10.0]]]]), np.array([[[[2.0]]], [[[3.0]]]]),
             np.array([[5.0]])),
            grad_x=np.array([[[[5]]], [[[50]]]]), grad_weight=np.array([[32]]),
            grad_bias=np.array([11])),
    results(DTYPE, "", tuple(one.astype(np.float32) for one in _BACKWARD), **_BACK,
            grad_bias=np.array([11])),
    results(INPUT, "", _BACKWARD, **_BACK),
)

_SQUARE = pixels([[10, 11], [12, 13]])
_SWAP = np.array([3, 1, 2, 0])

PERMUTE_PIXELS = (
    example("values", "Pixels are numbered in row-major order: left to right, then down.",
            (_SQUARE, np.array([1, 0, 2, 3])), pixels([[11, 10], [12, 13]])),
    example("direction", "out[..., i] = x[..., permutation[i]]: the permutation says where a pixel "
            "comes from, not where it goes.",
            (_SQUARE, np.array([1, 2, 3, 0])), pixels([[11, 12], [13, 10]])),
    example("rectangles", "The result has the shape of x, filled row by row.",
            (pixels([[1, 2, 3], [4, 5, 6]]), np.array([1, 0, 2, 3, 4, 5])),
            pixels([[2, 1, 3], [4, 5, 6]])),
    example("batch", "The same permutation for every channel of every image.",
            (np.arange(16.0).reshape(2, 2, 2, 2), _SWAP),
            np.array([3, 1, 2, 0, 7, 5, 6, 4, 11, 9, 10, 8, 15, 13, 14, 12]).reshape(2, 2, 2, 2)),
    example(DTYPE, "", (_SQUARE.astype(np.float32), _SWAP), pixels([[13, 11], [12, 10]])),
    example(INPUT, "", (_SQUARE, _SWAP), pixels([[13, 11], [12, 10]])),
)

#: The block "inception (3a)": Szegedy et al. 2014, table 1, where the costs are 159K and 128M.
_3A = GOOGLENET["3a"]
_K = ("1x1: C · n1x1; behind a reduction: C · reduce, then k · k · reduce · n; pool: "
      "C · pool_proj. No biases.")
_MACS = "Each weight is used once at each of the H · W pixels."
_NAIVE = ("Not reduced: 3x3 and 5x5 read all input channels, and the pooled branch has no "
          "convolution.")

INCEPTION_COST = (
    results("parameters", _K, (4, 1, 1, 1, 1, 1, 1, 1), parameters=50),
    results("parameters", "This is GoogLeNet's block 3a (Szegedy et al. 2014, table 1: 159K, "
            "counted in units of 1024).", _3A, parameters=163328),
    results("macs", _MACS, (4, 1, 1, 1, 1, 1, 1, 2), macs=200),
    results("macs", "This is GoogLeNet's block 3a on 28 x 28 pixels (Szegedy et al. 2014, table 1: "
            "128M).", _3A, macs=128049152),
    results("naive parameters", _NAIVE, (4, 1, 1, 1, 1, 1, 1, 1, False), parameters=140),
    results("naive macs", _NAIVE, (4, 1, 1, 1, 1, 1, 1, 2, False), macs=560),
    results("rectangles", "A pair is (height, width): H · W pixels.", (4, 1, 1, 1, 1, 1, 1, (2, 3)),
            parameters=50, macs=300),
)

#: A typical layer of MobileNet: Howard et al. 2017, table 3, where it costs 0.27M and 52.3M.
_MOBILE = (512, 512, 3, 14)

_DEPTHWISE = "Depthwise: one k x k kernel for each input channel. Pointwise: C · O. No biases."
_SAME = "Same padding keeps H x W pixels; both convolutions use all weights at each."

SEPARABLE_COST = (
    results("parameters", _DEPTHWISE, (2, 5, 3, 1), parameters=28),
    results("parameters", _DEPTHWISE, _MOBILE, parameters=266752),
    results("macs", _SAME, (2, 5, 3, 4), macs=448),
    results("macs", _SAME, _MOBILE, macs=52283392),
    results("rectangles", "A pair is (height, width): kh · kw weights a channel, H · W pixels.",
            (2, 5, (1, 3), (2, 4)), parameters=16, macs=128),
)
