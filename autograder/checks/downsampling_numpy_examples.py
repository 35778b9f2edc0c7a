"""Examples of NumPy downsampling worked out by hand; each hint names the likely cause of a miss."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.cases import DTYPE, ERRORS, INPUT, Case, Example
from autograder.checks.counts import INTEGERS
from autograder.checks.pooling_numpy_examples import channels, example, image


def cost(name: str, hint: str, args: tuple, parameters: int | None, macs: int | None,
         **kwargs: Any) -> Example:
    """Return an example of a convolution's cost; None where a count is no matter."""
    expected = {"parameters": parameters, "macs": macs}
    expected = {key: count for key, count in expected.items() if count is not None}
    return Example(Case(name, args, kwargs), expected, hint)


CONV2D_COST = (
    cost("parameters", "Each of the 4 kernels has 3 * 3 weights for each of the 2 input channels.",
         (2, 4, 3, 5), 72, None, bias=False),
    cost("macs", "Every weight is used once per output pixel, and here there are 3 * 3 of these. "
         "A multiplication with its addition is one MAC.",
         (2, 4, 3, 5), None, 648, bias=False),
    # The first layer of AlexNet: Krizhevsky et al. 2012, section 3.5.
    cost("stride", "This is AlexNet's first layer: 55 x 55 output pixels. A stride divides the "
         "output's sides, and the result is rounded down.",
         (3, 96, 11, 227), None, 105_415_200, stride=4, bias=False),
    # The first layer of VGG-16: Simonyan & Zisserman 2015, table 1.
    cost("padding", "This is VGG-16's first layer: padding is added on both sides, so the output "
         "has 224 x 224 pixels.",
         (3, 64, 3, 224), None, 86_704_128, padding=1, bias=False),
    cost("rectangles", "A pair is (height, width): here 2 x 3 weights and 3 x 2 output pixels.",
         (1, 1, (2, 3), 4), 6, 36, bias=False),
    # The second layer of AlexNet: Krizhevsky et al. 2012, section 3.5.
    cost("groups", "This is AlexNet's second layer: in 2 groups, a kernel reads 48 of the 96 "
         "channels.", (96, 256, 5, 27), 307_200, None, padding=2, groups=2, bias=False),
    cost("bias", "The default is a bias: one parameter per output channel, and no MAC.",
         (2, 4, 3, 5), 76, 648),
    cost(INTEGERS, "", (2, 4, 3, 5), 72, 648, bias=False),
    example(ERRORS, "A kernel larger than the padded input raises ValueError, and the message "
            "contains its size.", (1, 1, 7, 4, 1, 1), error=(7, 6, 4)),
)

_GRID = np.arange(25.0).reshape(1, 1, 5, 5)
_SMALL = image([1, 2], [3, 4])
_FLOAT32 = _SMALL.astype(np.float32)
_PAIR = "A pair is (height, width): rows first."
_ALONE = "Every image and every channel is treated alike: only rows and columns are dropped."

SUBSAMPLE = (
    example("values", "Keep rows and columns 0, stride, 2 * stride, ...: pixels as they are, no "
            "means or maxima.", (_GRID[..., :4, :4], 2), image([0, 2], [10, 12])),
    example("odd sizes", "Of 5 rows, 0, 2 and 4 stay: round up.",
            (_GRID, 2), image([0, 2, 4], [10, 12, 14], [20, 22, 24])),
    example("rectangles", _PAIR, (_GRID[..., :4, :4], (2, 1)),
            image([0, 1, 2, 3], [10, 11, 12, 13])),
    example("batch", _ALONE, (np.arange(16.0).reshape(2, 2, 2, 2), 2), channels(0, 4, 8, 12)),
    example(DTYPE, "", (_FLOAT32, 2), image([1])),
    example(INPUT, "", (_SMALL, 2), image([1])),
    example(ERRORS, "A stride of 0 raises ValueError, and the message contains the 0.",
            (_SMALL, 0), error=(0,)),
)

_ONE = image([1])
_KERNEL = image([1, 10], [100, 1000])
_TWO = np.array([[[[1.0]], [[3.0]]]])

CONV_TRANSPOSE2D = (
    example("values", "Each pixel writes a copy of the kernel, not flipped, times its value; where "
            "copies overlap they add up.", (image([1, 2]), _KERNEL),
            image([1, 12, 20], [100, 1200, 2000])),
    example("stride", "The copies of neighbours start `stride` pixels apart: (W - 1) * stride + k "
            "columns.", (image([1, 2]), image([1, 10, 100]), 2),
            image([1, 10, 102, 20, 200])),
    example("stride", "A stride larger than the kernel leaves gaps, and they are 0.",
            (image([1, 2]), _ONE, 3), image([1, 0, 0, 2])),
    example("padding", "Here padding makes the output smaller: it is cut off at each border.",
            (image([1, 2], [3, 4]), _KERNEL, 1, 1), image([1234])),
    example("rectangles", _PAIR, (image([1], [2]), image([1, 10]), (2, 1)),
            image([1, 10], [0, 0], [2, 20])),
    example("channels", "The weight is (C, O, kh, kw): input channels first, and an output channel "
            "is a sum over them.", (_TWO, np.array([[[[1.0]], [[10.0]]], [[[100.0]], [[1000.0]]]])),
            np.array([301.0, 3010.0]).reshape(1, 2, 1, 1)),
    example("batch", "Every image is on its own.",
            (channels(1, 2, 3, images=3), image([1, 10])),
            np.array([1.0, 10, 2, 20, 3, 30]).reshape(3, 1, 1, 2)),
    example(DTYPE, "", (_FLOAT32, _ONE.astype(np.float32)), _SMALL),
    example(INPUT, "", (_SMALL, _ONE), _SMALL),
    example(ERRORS, "If the padding leaves no pixel, raise ValueError with the numbers: here a map "
            "of 5 x 5 would lose 6.", (np.ones((1, 1, 3, 3)), np.ones((1, 1, 3, 3)), 1, 3),
            error=(3, 5, 6, -1)),
)

OVERLAP_COUNTS = (
    example("values", "Where kernel and stride are equal, each position is written once: "
            "(H - 1) * stride + kernel rows.", (2, 2, 2), np.ones((4, 4), int)),
    example("overlap", "An output row y is written by the input rows i with i * s <= y < i * s + "
            "k; a position's count is the product of its row's and its column's.",
            (2, 3, 2), np.array([[1, 1, 2, 1, 1], [1, 1, 2, 1, 1], [2, 2, 4, 2, 2],
                                 [1, 1, 2, 1, 1], [1, 1, 2, 1, 1]])),
    example("gaps", "A position that no copy reaches is counted 0 times.",
            (2, 1, 2), np.array([[1, 0, 1], [0, 0, 0], [1, 0, 1]])),
    example("rectangles", _PAIR, ((1, 3), (1, 3), (1, 2)), np.array([[1, 1, 2, 1, 2, 1, 1]])),
    example(INTEGERS, "", (2, 1, 1), np.ones((2, 2), int)),
    example(ERRORS, "A stride of 0 raises ValueError, and the message contains the 0.",
            (2, 2, 0), error=(0,)),
)
