"""Examples of convolution worked out by hand; each hint names the likely cause of a miss."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.cases import DTYPE, ERRORS, INPUT, Case, Example
from autograder.checks.counts import INTEGERS


def image(*rows: list[float]) -> np.ndarray:
    """Return one image of one channel, or one kernel, (1, 1, H, W), from its rows."""
    return np.array(rows, dtype=np.float64)[None, None]


def numbers(shape: tuple[int, ...], *values: float) -> np.ndarray:
    """Return the values in row-major order as an array of a shape."""
    return np.array(values, dtype=np.float64).reshape(shape)


def example(
    name: str, hint: str, args: tuple, output: Any = None, error: tuple = (), **options
) -> Example:
    """Return an example with one output, or with an error."""
    case = Case(name, args, options, error=error)
    return Example(case, {} if error else {"output": output}, hint)


NINE = image([1, 2, 3], [4, 5, 6], [7, 8, 9])
FOUR = image([1, 2], [3, 4])
#: With these weights the digits of an output tell the pixels under the kernel.
DIGITS = image([1, 10], [100, 1000])
ONE = image([1])

_FIT = "What does not fit raises ValueError, and the message contains the number at fault."
_LEFT_OVER = "Pixels at the end that fill no whole step are left out: round down."
_PAIR = "A pair is (height, width): rows first."

OUTPUT_SIZE = (
    example("values", "A kernel of k has n - k + 1 places on n pixels.", (6, 3), 4),
    example("values", "", (5, 5), 1),
    example("stride", _LEFT_OVER, (6, 3, 2), 2),
    example("padding", "Padding is added at both ends.", (5, 3, 1, 1), 5),
    example("dilation", "A dilated kernel spans dilation * (kernel_size - 1) + 1 pixels.",
            (6, 3), 2, dilation=2),
    # LeCun et al. 1998, figure 2; torchvision's AlexNet; He et al. 2016, table 1.
    example("real layers", "LeNet-5's first layer gets 28 from 32.", (32, 5), 28),
    example("real layers", "AlexNet's first layer gets 55 from 224, as torchvision builds it.",
            (224, 11, 4, 2), 55),
    example("real layers", "ResNet's first layer gets 112 from 224.", (224, 7, 2, 3), 112),
    example(INTEGERS, "", (7, 3, 2), 3),
    example(ERRORS, _FIT, (3, 5), error=(5, 3)),
    example(ERRORS, "", (6, 3, 0), error=(0,)),
)

CONV2D = (
    example("values", "The kernel is not flipped: its top left weight meets the top left pixel.",
            (NINE, DIGITS), image([5421, 6532], [8754, 9865])),
    example("channels", "Every output channel adds up all input channels, each with its own "
            "kernel.", (numbers((1, 2, 1, 1), 1, 2), numbers((3, 2, 1, 1), 1, 10, 0, 1, 1, -1)),
            numbers((1, 3, 1, 1), 21, 2, -1)),
    example("bias", "Each output channel has one bias, added once at every place.",
            (FOUR, numbers((2, 1, 1, 1), 1, 10), np.array([100.0, 200.0])),
            numbers((1, 2, 2, 2), 101, 102, 103, 104, 210, 220, 230, 240)),
    example("stride", "The kernel moves `stride` pixels at a time.",
            (NINE, ONE), image([1, 3], [7, 9]), stride=2),
    example("stride", _LEFT_OVER, (NINE, DIGITS), image([5421]), stride=2),
    example("padding", "Padding adds zeros on all four sides.",
            (FOUR, NINE), image([77, 67], [47, 37]), padding=1),
    example("padding", "A padding of (1, 0) adds rows and no columns.",
            (image([5]), ONE), image([0], [5], [0]), padding=(1, 0)),
    example("rectangles", "A weight is (O, C, kh, kw): its last two sides are the kernel's rows "
            "and columns.", (image([1, 2, 3], [4, 5, 6]), image([1, 10])),
            image([21, 32], [54, 65])),
    example("batch", "The result is (N, O, H', W'): every image on its own.",
            (numbers((2, 1, 1, 1), 1, 2), numbers((3, 1, 1, 1), 1, 10, 100)),
            numbers((2, 3, 1, 1), 1, 10, 100, 2, 20, 200)),
    example(DTYPE, "", (FOUR.astype(np.float32), DIGITS.astype(np.float32)), image([4321])),
    example(INPUT, "", (FOUR, DIGITS), image([4321])),
    example(ERRORS, _FIT, (NINE, np.ones((1, 1, 4, 4))), error=(4, 3)),
    example(ERRORS, "", (NINE, ONE), error=(0,), stride=0),
)


def gradients(
    name: str, hint: str, args: tuple, error: tuple = (), options: dict | None = None, **expected
) -> Example:
    """Return an example of the backward pass; ``expected`` names the gradients."""
    return Example(Case(name, args, options or {}, error=error), expected, hint)


_TWO_KERNELS = numbers((1, 2, 1, 1), 1, 10), image([7]), numbers((2, 1, 1, 1), 3, 4)

CONV2D_BACKWARD = (
    gradients("grad_x", "A pixel gets a share from every patch that it lies in, each times the "
              "weight that it met there; the shares add up.", (DIGITS, NINE, FOUR),
              grad_x=image([1, 12, 20], [103, 1234, 2040], [300, 3400, 4000])),
    gradients("grad_x", "A pixel gets shares from all output channels.", _TWO_KERNELS,
              grad_x=image([43])),
    gradients("grad_weight", "A weight gets, from every place, the gradient there times the pixel "
              "that it met; these add up.", (DIGITS, NINE, FOUR),
              grad_weight=image([5421, 6532], [8754, 9865])),
    gradients("grad_weight", "", _TWO_KERNELS, grad_weight=numbers((2, 1, 1, 1), 7, 70)),
    gradients("grad_bias", "The bias is used at every place: the sum of all gradients.",
              (DIGITS, NINE, FOUR), grad_bias=[1111]),
    gradients("grad_bias", "", _TWO_KERNELS, grad_bias=[1, 10]),
    gradients("stride", "The patch of output (i, j) starts at (i * stride, j * stride).",
              (DIGITS, NINE, ONE), options={"stride": 2},
              grad_x=image([1, 0, 10], [0, 0, 0], [100, 0, 1000]), grad_weight=image([9731])),
    gradients("stride", "grad_x has the shape of x; pixels that no patch meets get 0.",
              (image([1]), NINE, FOUR), options={"stride": 2},
              grad_x=image([1, 2, 0], [3, 4, 0], [0, 0, 0]), grad_weight=image([1, 2], [4, 5])),
    gradients("padding", "Work on the padded image, then cut the padding off grad_x.",
              (DIGITS, FOUR, NINE), options={"padding": 1},
              grad_x=image([1245, 2356], [4578, 5689]),
              grad_weight=image([1000, 2100, 200], [3010, 4321, 402], [30, 43, 4])),
    gradients("rectangles", _PAIR, (image([1, 5]), image([1, 2, 3]), image([10, 20])),
              grad_x=image([10, 70, 100]), grad_weight=image([11, 17])),
    gradients("batch", "All images share weights and bias: their gradients are sums over images.",
              (numbers((2, 1, 1, 1), 10, 100), numbers((2, 1, 1, 1), 1, 2), image([3])),
              grad_x=numbers((2, 1, 1, 1), 30, 300), grad_weight=image([210]), grad_bias=[110]),
    gradients(DTYPE, "", tuple(one.astype(np.float32) for one in (image([2]), FOUR, DIGITS)),
              grad_x=2 * DIGITS, grad_weight=2 * FOUR, grad_bias=[2]),
    gradients(INPUT, "", (image([2]), FOUR, DIGITS), grad_x=2 * DIGITS, grad_weight=2 * FOUR),
    gradients(ERRORS, _FIT, (image([1]), NINE, np.ones((1, 1, 4, 4))), error=(4, 3)),
    gradients(ERRORS, "", (image([1]), NINE, ONE), error=(0,), options={"stride": 0}),
)

CONV2D_MATRIX = (
    example("values", "Row (i, j) has the kernel where it lies when it makes output (i, j), and 0 "
            "elsewhere.", (FOUR, 3), numbers((4, 9), *(
                [1, 2, 0, 3, 4, 0, 0, 0, 0] + [0, 1, 2, 0, 3, 4, 0, 0, 0]
                + [0, 0, 0, 1, 2, 0, 3, 4, 0] + [0, 0, 0, 0, 1, 2, 0, 3, 4]))),
    example("channels", "The columns are pixels in the order of x.ravel(): channel, row, column.",
            (numbers((1, 2, 2, 2), *range(1, 9)), 2), numbers((1, 8), *range(1, 9))),
    example("channels", "The rows are outputs in the order of ravel(): channel, row, column.",
            (numbers((2, 1, 1, 1), 5, 7), 2), np.concatenate([5 * np.eye(4), 7 * np.eye(4)])),
    example("stride", "Each output one step on, its row is `stride` columns of the image on.",
            (ONE, 3), np.eye(9)[[0, 2, 6, 8]], stride=2),
    example("padding", "Padded pixels have no columns: what of a kernel falls on them is left out.",
            (NINE, 2), numbers((4, 4), 5, 6, 8, 9, 4, 5, 7, 8, 2, 3, 5, 6, 1, 2, 4, 5), padding=1),
    example("rectangles", _PAIR, (image([3, 4]), (2, 3)), numbers((4, 6), *(
        [3, 4, 0, 0, 0, 0] + [0, 3, 4, 0, 0, 0] + [0, 0, 0, 3, 4, 0] + [0, 0, 0, 0, 3, 4]))),
    example(DTYPE, "", (image([2]).astype(np.float32), 2), 2 * np.eye(4)),
    example(INPUT, "", (image([2]), 2), 2 * np.eye(4)),
    example(ERRORS, _FIT, (np.ones((1, 1, 4, 4)), 3), error=(4, 3)),
    example(ERRORS, "", (ONE, 3), error=(0,), stride=0),
)
