"""Examples of heads worked out by hand; each hint names the likely cause of a miss."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.cases import DTYPE, INPUT, Case, Example


def channels(*maps: list[list[float]]) -> np.ndarray:
    """Return the maps of one image, (C, H, W), from their rows."""
    return np.array(maps, dtype=np.float64)


def image(*maps: list[list[float]]) -> np.ndarray:
    """Return a batch of one image, (1, C, H, W), from its channels' rows."""
    return channels(*maps)[None]


def example(name: str, hint: str, args: tuple, output: Any) -> Example:
    """Return an example with one output."""
    return Example(Case(name, args), {"output": output}, hint)


def results(name: str, hint: str, args: tuple, **expected: Any) -> Example:
    """Return an example with several results, by name."""
    return Example(Case(name, args), expected, hint)


_SQUARE = image([[1, 2], [3, 6]])
_MEAN = np.array([[3]])

GLOBAL_AVG_POOL2D = (
    example("values", "The mean of all pixels of the channel: 12 / 4.", (_SQUARE,), _MEAN),
    example("shape", "(N, C): no axes of length 1 are left behind.", (image([[5]], [[-7]]),),
            np.array([[5, -7]])),
    example("rectangles", "H · W pixels: here 1 · 3.", (image([[1, 2, 6]]),), _MEAN),
    example("batch", "Each channel of each image has a mean of its own: axes 2 and 3.",
            (np.repeat([[[[1.0, 3]], [[5, 5]]], [[[0, 0]], [[2, 8]]]], 2, axis=2),),
            np.array([[2, 5], [0, 5]])),
    example(DTYPE, "", (image([[3]]).astype(np.float32),), _MEAN),
    example(INPUT, "", (_SQUARE,), _MEAN),
)

GLOBAL_AVG_POOL2D_BACKWARD = (
    example("values", "Each of the H · W pixels has 1 / (H · W) of the mean, so it gets that share "
            "of the gradient.", (np.array([[8.0]]), (1, 1, 2, 2)), image([[2, 2], [2, 2]])),
    example("rectangles", "The gradient has the shape of the input and is divided by H · W: here "
            "1 · 3.", (np.array([[6.0]]), (1, 1, 1, 3)), image([[2, 2, 2]])),
    example("batch", "Each channel of each image gets its own gradient.",
            (np.array([[4.0, 8], [12, 16]]), (2, 2, 2, 2)),
            np.array([1, 2, 3, 4]).repeat(4).reshape(2, 2, 2, 2)),
    example(DTYPE, "", (np.array([[5]], np.float32), (1, 1, 1, 1)), image([[5]])),
    example(INPUT, "", (np.array([[5.0]]), (1, 1, 1, 1)), image([[5]])),
)

_LINEAR = (np.array([[10.0]]), np.array([[2.0]]), np.array([[4.0]]))

LINEAR_BACKWARD = (
    results("grad_x", "grad_x[n, i] is the sum over o of grad_output[n, o] · weight[o, i].",
            (np.array([[1.0, 10.0]]), np.zeros((1, 2)), np.array([[1.0, 2.0], [3.0, 4.0]])),
            grad_x=np.array([[31, 42]])),
    results("grad_weight", "grad_weight has the shape of weight, (O, I).",
            (np.array([[1.0, 10.0]]), np.array([[2.0, 3.0]]), np.zeros((2, 2))),
            grad_weight=np.array([[2, 3], [20, 30]])),
    results("grad_bias", "grad_bias has the shape (O,): the sum over the images.",
            (np.array([[1.0, 10.0]]), np.zeros((1, 3)), np.zeros((2, 3))),
            grad_bias=np.array([1, 10])),
    results("batch", "The images share the weights: their gradients add up, without a mean.",
            (np.array([[1.0], [10.0]]), np.array([[2.0], [3.0]]), np.array([[4.0]])),
            grad_x=np.array([[4], [40]]), grad_weight=np.array([[32]]), grad_bias=np.array([11])),
    results(DTYPE, "", tuple(one.astype(np.float32) for one in _LINEAR),
            grad_x=np.array([[40]]), grad_weight=np.array([[20]]), grad_bias=np.array([10])),
    results(INPUT, "", _LINEAR, grad_x=np.array([[40]])),
)

HEAD_COST = (
    results("flatten", "C · H · W inputs, one weight for each of them and class, and a bias for "
            "each class.", (2, 3, 5), flatten=95),
    results("gap", "C means go in: C weights for each class, and a bias.", (2, 3, 5), gap=15),
    results("gap", "GAP has one fully connected layer, whatever `hidden` says.", (2, 3, 5, (4,)),
            gap=15),
    results("hidden", "Each layer's outputs are the next one's inputs; every layer has biases.",
            (2, 3, 5, (4,)), flatten=101),
    # Simonyan & Zisserman 2015, table 1; 138,357,544 parameters less 14,714,688 of convolutions.
    results("hidden", "These are the three fully connected layers of VGG-16.",
            (512, 7, 1000, (4096, 4096)), flatten=123642856),
    results("rectangles", "A pair is (height, width): H · W pixels a channel.", (2, (1, 3), 5),
            flatten=35),
)


def _map(name: str, hint: str, maps: np.ndarray, weight: list, label: int, *rows: list,
         dtype: str = "float32") -> Example:
    args = maps.astype(dtype), np.array(weight, dtype=dtype), label
    return example(name, hint, args, np.array(rows))


#: For the weights 1 and -1 a map from 0 to 1.
_FEATURES = channels([[1, 0.5], [1, 2]], [[0, 0.5], [0.5, 1.75]])
_DIFFERENCE = ([1, 0], [0.5, 0.25])
_PEAK = channels([[0, 1], [0.5, 0.25]])

CLASS_ACTIVATION_MAP = (
    _map("values", "The sum over c of weight[label, c] · features[c].",
         _FEATURES, [[1, -1]], 0, *_DIFFERENCE),
    _map("label", "Row `label` of weight holds the weights of the class.", _FEATURES,
         [[1, 0], [1, -1]], 1, *_DIFFERENCE),
    _map("scaling", "First subtract the minimum, then divide by maximum - minimum.",
         channels([[6, 2], [3, 4]]), [[1]], 0, [1, 0], [0.25, 0.5]),
    _map("negative", "Negative values are evidence against the class: they are scaled like all "
         "others, without a ReLU.", channels([[2, -2], [-1, 0]]), [[1]], 0, [1, 0], [0.25, 0.5]),
    _map("flat", "Where the maximum equals the minimum, the result is zeros.",
         channels([[3, 3], [3, 3]]), [[2]], 0, [0, 0], [0, 0]),
    _map("rectangles", "The map has H rows and W columns.", channels([[0, 0.25, 1]]), [[1]], 0,
         [0, 0.25, 1]),
    _map(DTYPE, "", 1000 * _PEAK, [[1]], 0, [0, 1], [0.5, 0.25], dtype="float64"),
    _map(INPUT, "", _PEAK, [[1]], 0, [0, 1], [0.5, 0.25]),
)
