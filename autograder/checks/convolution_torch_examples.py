"""Examples of the PyTorch exercises worked out by hand; those they share with NumPy are shared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from autograder.cases import DTYPE, ERRORS, INPUT, Case, Example
from autograder.checks import convolution_numpy_examples as numpy_examples
from autograder.checks.convolution_layers import INITIALISATION, PARAMETERS
from autograder.checks.convolution_numpy_examples import (
    DIGITS,
    FOUR,
    NINE,
    ONE,
    image,
    numbers,
)

_GRADIENTS = {
    "output": image([37, 47], [67, 77]),
    "gradient of x": image([1, 12, 20], [103, 1234, 2040], [300, 3400, 4000]),
    "gradient of weight": image([5421, 6532], [8754, 9865]),
}


def _channels(example: Example) -> Example:
    """Return an example with images counted among the channels."""
    name = "channels" if example.case.property == "batch" else example.case.property
    return replace(example, case=replace(example.case, property=name))


CONV2D = (
    *map(_channels, numpy_examples.CONV2D),
    Example(Case("gradient", (NINE, FOUR), grad=DIGITS), _GRADIENTS),
    Example(Case("gradient", (NINE, FOUR, np.zeros(1)), grad=DIGITS),
            _GRADIENTS | {"gradient of bias": [1111]}),
)


def layer(
    name: str, hint: str, init: tuple, x: np.ndarray, weight: np.ndarray, output: Any,
    bias: Any = (0,), grad: np.ndarray | None = None, **options
) -> Example:
    """Return an example of a layer with given weights; ``bias=None`` constructs it without."""
    if bias is None:
        options["bias"] = False
    weights = {"weight": weight} | ({} if bias is None else {"bias": np.array(bias, float)})
    case = Case(name, (x,), init=init, init_kwargs=options, weights=weights, grad=grad)
    return Example(case, output if isinstance(output, dict) else {"output": output}, hint)


def held(hint: str, init: tuple, weight: list, bias: list | None, count: int) -> Example:
    """Return an example of a layer's parameters: their shapes and how many values are trained."""
    options = {"bias": False} if bias is None else {}
    of_bias = {"bias is None": True} if bias is None else {"shape of bias": bias}
    expected = {"shape of weight": weight, **of_bias, "number of trained values": count}
    return Example(Case(PARAMETERS, init=init, init_kwargs=options), expected, hint)


def refused(hint: str, init: tuple, error: tuple, **options) -> Example:
    """Return an example of impossible geometry on a map of 3x3."""
    return Example(Case(ERRORS, (NINE,), init=init, init_kwargs=options, error=error), hint=hint)


_FIT = ("What does not fit raises ValueError, at construction or at the call, and the message "
        "contains the number at fault.")
_SIZES = "weight.shape[2:] is (kh, kw), rows first; a pair is (height, width)."
_QUARTERS = [0.25, 0.25, 0.25, 0.25]

CONV2D_LAYER = (
    layer("values", "The kernel is not flipped: its top left weight meets the top left pixel.",
          (1, 1, 2), NINE, DIGITS, image([5421, 6532], [8754, 9865])),
    layer("values", "Every output channel adds up all input channels and has one bias.",
          (2, 3, 1), numbers((1, 2, 1, 1), 1, 2), numbers((3, 2, 1, 1), 1, 10, 0, 1, 1, -1),
          numbers((1, 3, 1, 1), 121, 202, 299), [100, 200, 300]),
    layer("values", "Without a bias nothing is added.", (1, 1, 1), FOUR, ONE, FOUR, None),
    held("`weight` and `bias` are nn.Parameters of shapes (O, C, kh, kw) and (O,), and all there "
         "is to train.", (3, 8, (3, 5)), [8, 3, 3, 5], [8], 368),
    held("With bias=False the attribute `bias` is there, and is None.",
         (3, 8, 3), [8, 3, 3, 3], None, 216),
    Example(Case(INITIALISATION, init=(4, 16384, (3, 2))),
            {"share of weights in each quarter of ±1/sqrt(fan-in)": _QUARTERS,
             "share of biases in each quarter of ±1/sqrt(fan-in)": _QUARTERS},
            "Both start uniform between ±1/sqrt(in_channels * kh * kw), here ±0.204: see "
            "Tensor.uniform_."),
    layer("stride", "The kernel moves `stride` pixels at a time.",
          (1, 1, 1), NINE, ONE, image([1, 3], [7, 9]), stride=2),
    layer("padding", "Padding adds zeros on all four sides.",
          (1, 1, 3), FOUR, NINE, image([77, 67], [47, 37]), padding=1),
    layer("rectangles", _SIZES, (1, 1, (1, 2)), image([1, 2, 3], [4, 5, 6]), image([1, 10]),
          image([21, 32], [54, 65])),
    layer("gradient", "", (1, 1, 2), NINE, FOUR, _GRADIENTS | {"gradient of bias": [1111]},
          grad=DIGITS),
    layer(DTYPE, "", (1, 1, 2), FOUR, DIGITS, image([4321])),
    layer(INPUT, "", (1, 1, 2), FOUR, DIGITS, image([4321])),
    refused(_FIT, (1, 1, 4), (4, 3)),
    refused("", (1, 1, 1), (0,), stride=0),
)


def _everywhere(kernel: np.ndarray, size: int) -> np.ndarray:
    """Return a kernel repeated for every place of a square output."""
    return np.broadcast_to(kernel[..., None, None], (*kernel.shape, size, size)).copy()


_PLACES = (1, 1, 1, 1, 2, 2)

LOCALLY_CONNECTED2D = (
    layer("values", "With the same kernel at all places the layer is a convolution.",
          (1, 1, 3, 2), NINE, _everywhere(DIGITS, 2), image([5421, 6532], [8754, 9865]),
          np.zeros((1, 2, 2))),
    layer("sharing", "Output (i, j) is made with weight[..., i, j] and bias[:, i, j].",
          (1, 1, 2, 1), FOUR, numbers(_PLACES, 1, 10, 100, 1000), image([6, 26], [307, 4008]),
          [[[5, 6], [7, 8]]]),
    held("`weight` is (O, C, kh, kw, H', W') and `bias` (O, H', W'), both nn.Parameters.",
         (1, 8, 28, 5), [8, 1, 5, 5, 24, 24], [8, 24, 24], 119808),
    layer("stride", "The patch of output (i, j) starts at (i * stride, j * stride).",
          (1, 1, 3, 1), NINE, np.ones(_PLACES), image([1, 3], [7, 9]), np.zeros((1, 2, 2)),
          stride=2),
    layer("rectangles", "Input and kernel have rows and columns of their own: a pair is (height, "
          "width).", (1, 1, (1, 3), (1, 2)), image([1, 2, 3]),
          numbers((1, 1, 1, 2, 1, 2), 1, 10, 1, 0), image([3, 25]), [[[0, 5]]]),
    layer("batch", "Images go through the same kernels; each output channel adds up all input "
          "channels.", (2, 3, 1, 1), numbers((2, 2, 1, 1), 1, 2, 3, 4),
          numbers((3, 2, 1, 1, 1, 1), 1, 10, 0, 1, 1, -1),
          numbers((2, 3, 1, 1), 21, 2, -1, 43, 4, -1), np.zeros((3, 1, 1))),
    layer("gradient", "", (1, 1, 2, 1), FOUR, numbers(_PLACES, 2, 3, 4, 5), {
        "output": image([2, 6], [12, 20]), "gradient of x": image([2, 30], [400, 5000]),
        "gradient of weight": numbers(_PLACES, 1, 20, 300, 4000),
        "gradient of bias": [[[1, 10], [100, 1000]]]}, np.zeros((1, 2, 2)), grad=DIGITS),
    layer(DTYPE, "", (1, 1, 2, 2), FOUR, _everywhere(DIGITS, 1), image([4321]), [[[0]]]),
    layer(INPUT, "", (1, 1, 2, 2), FOUR, _everywhere(DIGITS, 1), image([4321]), [[[0]]]),
    refused(_FIT, (1, 1, 3, 4), (4, 3)),
    refused("", (1, 1, 3, 1), (0,), stride=0),
)
