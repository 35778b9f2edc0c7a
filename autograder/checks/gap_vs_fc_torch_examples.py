"""Examples of PyTorch heads worked out by hand; most weights in them are whole numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.cases import DTYPE, INPUT, Case, Example
from autograder.checks.activation_maps import map_case
from autograder.checks.gap_vs_fc_numpy_examples import image
from autograder.checks.heads import CHANGED, INSIDE
from autograder.checks.sliding_examples import named, numbers
from autograder.checks.stacked import COUNT


def scores(*rows: list) -> np.ndarray:
    """Return one float64 row of scores for each image."""
    return np.array(rows, dtype=np.float64)


def _head(name: str, hint: str, init: tuple, x: np.ndarray, weights: dict, grad: Any = None,
          **expected: Any) -> Example:
    x = x.astype("f8" if name == DTYPE else "f4")
    case = Case(name, (x,), init=init, weights=named(**weights), grad=grad)
    return Example(case, named(**expected), hint)


def _counted(hint: str, init: tuple, count: int) -> Example:
    case = Case("parameters", (np.zeros((1, init[0], 1, 1)),), init=init)
    return Example(case, {COUNT: count}, hint)


_MEAN_3 = image([[1, 2], [3, 6]])
_GAP = {"weight": scores([10], [20]), "bias": np.zeros(2)}

GAP_HEAD = (
    _head("values", "The mean of each channel, here 3, times weight (10, 20), plus bias (1, 2).",
          (1, 2), _MEAN_3, {**_GAP, "bias": numbers(1, 2)}, output=scores([31, 62])),
    _head("any size", "The mean is over all H · W pixels, however many: here 1 · 3.", (1, 2),
          image([[1, 2, 6]]), _GAP, output=scores([30, 60])),
    _head("batch", "Each channel of each image has a mean of its own: axes 2 and 3.", (2, 1),
          np.repeat([[[[1.0, 3]], [[5, 5]]], [[[0, 0]], [[2, 8]]]], 2, axis=2),
          {"weight": scores([1, 10]), "bias": np.zeros(1)}, output=scores([52], [50])),
    _head("classifier", "The fully connected layer is the submodule `classifier`.", (1, 2),
          _MEAN_3, _GAP, output=scores([30, 60]), **{INSIDE: 2}),
    _counted("channels · classes weights and `classes` biases, no more.", (3, 2), 8),
    # The head of ResNet-50: He et al. 2016, table 1.
    _counted("", (2048, 1000), 2049000),
    _head("gradient", "Each pixel gets 1 / (H · W) of the mean's gradient.", (1, 2), _MEAN_3, _GAP,
          scores([1, 10]), output=scores([30, 60]),
          gradient_of_x=image([[52.5, 52.5], [52.5, 52.5]]),
          gradient_of_weight=scores([3], [30]), gradient_of_bias=numbers(1, 10)),
    _head(DTYPE, "", (1, 2), _MEAN_3, _GAP, output=scores([30, 60])),
    _head(INPUT, "", (1, 2), _MEAN_3, _GAP, output=scores([30, 60])),
)


def _layers(first: Any, first_bias: Any, second: Any, second_bias: Any) -> dict[str, np.ndarray]:
    return {"first_weight": scores(*first), "first_bias": numbers(*first_bias),
            "second_weight": scores(*second), "second_bias": numbers(*second_bias)}


_PIXEL = image([[7]])
_CONSTANT = _layers([[0]] * 64, [1] * 64, [[n + 1 for n in range(64)], [1] * 64], [5, 6])
_LAST = _layers([[1]] * 64, [1] * 64, [[0] * 64, [0] * 64], [5, 6])
_PLAIN = _layers([[1], [2], [3]], [1, 1, 1], [[1, 10, 100], [0, 0, 1]], [1, 2])

FLATTEN_HEAD = (
    _head("values", "First layer, ReLU, second layer: here the hidden units are 8, 15 and 22. The "
          "head is in eval mode, where dropout does nothing.", (1, 1, 2, 3), _PIXEL, _PLAIN,
          output=scores([2359, 24])),
    _head("relu", "The ReLU follows the first layer: here it turns -7 into 0, and the second layer "
          "has none.", (1, 1, 2, 3), _PIXEL,
          _layers([[-1], [1], [0]], [0, 0, 0], [[100, 1, 0], [0, -1, 0]], [0, 0]),
          output=scores([7, -7])),
    _head("rectangles", "A pair is (height, width): the first layer has C · h · w inputs, here 2.",
          (1, (1, 2), 3, 4), image([[1, 2]]),
          _layers([[1, 10]] * 4, [0] * 4, [[1, 0, 0, 0], [0, 2, 0, 0], [0, 0, 0, 3]], [0] * 3),
          output=scores([21, 42, 63])),
    _head("batch", "All C · h · w numbers of an image in one row, channels first: flatten(1).",
          (2, 2, 3, 5), np.array([*range(1, 9), *range(8, 0, -1)]).reshape(2, 2, 2, 2),
          _layers([[1, 10, 100, 1000, 0, 0, 0, 0]] * 5, [0] * 5, [[1, 0, 0, 0, 0]] * 3, [0, 1, 2]),
          output=scores([4321, 4322, 4323], [5678, 5679, 5680])),
    _head("dropout", "In train mode dropout drops hidden units: these scores must differ from "
          "those in eval mode.", (1, 1, 2, 64), _PIXEL, _CONSTANT, output=scores([2085, 70]),
          **{CHANGED: 1}),
    _head("dropout", "Dropout is before the second layer, not behind it: without weights there the "
          "scores are the bias.", (1, 1, 2, 64), _PIXEL, _LAST, output=scores([5, 6]),
          **{CHANGED: 0}),
    _counted("C · h · w · hidden + hidden in the first layer, hidden · classes + classes in the "
             "second.", (2, 3, 5, 4), 101),
    _counted("By default there are 4096 hidden units.", (1, 2, 3), 32771),
    _head("gradient", "Gradients flow to the input and to the weights of both layers.",
          (1, 1, 2, 3), _PIXEL, _PLAIN, scores([1, 0]), output=scores([2359, 24]),
          gradient_of_x=numbers(321), gradient_of_first_weight=scores([7], [70], [700]),
          gradient_of_first_bias=numbers(1, 10, 100),
          gradient_of_second_weight=scores([8, 15, 22], [0, 0, 0]),
          gradient_of_second_bias=numbers(1, 0)),
    _head(DTYPE, "", (1, 1, 2, 3), _PIXEL, _PLAIN, output=scores([2359, 24])),
    _head(INPUT, "", (1, 1, 2, 3), _PIXEL, _PLAIN, output=scores([2359, 24])),
)


def _map(name: str, hint: str, x: np.ndarray, weight: list, *maps: list, label: int = 0,
         features: str = "Identity()", dtype: str = "float32") -> Example:
    weight = scores(*weight)
    case = map_case(name, features, weight, np.zeros(len(weight)), x.astype(dtype), label)
    return Example(case, {"output": np.array(maps, dtype=np.float64)}, hint)


_FEATURES = image([[1, 0.5], [1, 2]], [[0, 0.5], [0.5, 1.75]])
_DIFFERENCE = [[1, 0], [0.5, 0.25]]
_PEAK = image([[0, 1], [0.5, 0.25]])
#: The row 0 1 0, enlarged to 0 1/4 3/4 3/4 1/4 0, then scaled.
_LOWERED = numbers(0, 1 / 3, 1, 1, 1 / 3, 0)

CLASS_ACTIVATION_MAP = (
    _map("values", "The sum over c of head.classifier.weight[label, c] · features(x)[:, c].",
         _FEATURES, [[1, -1]], _DIFFERENCE),
    _map("values", "Weigh what `features` makes of x: here the ReLU turns -1 into 0.",
         image([[-1, 0.5], [0.25, 1]]), [[1]], [[0, 0.5], [0.25, 1]], features="ReLU()"),
    _map("label", "Row `label` of head.classifier.weight holds the weights of the class.",
         _FEATURES, [[1, 0], [1, -1]], _DIFFERENCE, label=1),
    _map("scaling", "First subtract the minimum, then divide by maximum - minimum; negative values "
         "are scaled like all others.", image([[4, -4], [-2, 0]]), [[1]],
         [[1, 0], [0.25, 0.5]]),
    _map("scaling", "Scale the enlarged map: upsampling lowers the peak, which is to be 1.",
         np.pad(image([[4, 4], [4, 4]]), ((0, 0), (0, 0), (2, 2), (2, 2))), [[1]],
         np.outer(_LOWERED, _LOWERED), features="AvgPool2d(2)"),
    _map("upsampling", "F.interpolate: size=x.shape[2:], mode='bilinear', align_corners=False.",
         image([[0, 0, 1, 1]] * 4), [[1]], [[0, 0.25, 0.75, 1]] * 4, features="AvgPool2d(2)"),
    _map("batch", "Each image's map is scaled by its own minimum and maximum.",
         np.array([[[[0.0, 1], [2, 2]]], [[[6, 4], [2, 2]]]]), [[1]], [[0, 0.5], [1, 1]],
         [[1, 0.5], [0, 0]]),
    _map("flat", "Where a map's maximum equals its minimum, the result is zeros.",
         image([[3, 3], [3, 3]]), [[2]], [[0, 0], [0, 0]]),
    _map("rectangles", "The map has the H rows and W columns of x.", image([[0, 0.25, 1]]), [[1]],
         [[0, 0.25, 1]]),
    _map(DTYPE, "", 1000 * _PEAK, [[1]], [[0, 1], [0.5, 0.25]], dtype="float64"),
    _map(INPUT, "", _PEAK, [[1]], [[0, 1], [0.5, 0.25]]),
)
