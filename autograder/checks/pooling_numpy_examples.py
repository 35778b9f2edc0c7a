"""Examples of pooling worked out by hand; each hint names the likely cause of a miss."""

from __future__ import annotations

import numpy as np

from autograder.cases import DTYPE, ERRORS, INPUT, Case, Example


def image(*rows: list[float]) -> np.ndarray:
    """Return one image of one channel, (1, 1, H, W), from its rows."""
    return np.array(rows, dtype=np.float64)[None, None]


def channels(*numbers: float, images: int = 2) -> np.ndarray:
    """Return one number per image and channel, (N, C, 1, 1)."""
    return np.array(numbers, dtype=np.float64).reshape(images, -1, 1, 1)


def example(name: str, hint: str, args: tuple, output: object = None, error: tuple = ()) -> Example:
    """Return an example with one output, or with an error."""
    return Example(Case(name, args, error=error), {} if error else {"output": output}, hint)


BLOCKS = image([1, 2, 5, 6], [3, 4, 7, 8], [-1, -2, 0, 0], [-3, -4, 0, 9])
NEGATIVE = image([-1, -2], [-3, -4])
WIDE = image([1, 2, 3, 4], [8, 7, 6, 5])
#: Every number of this square is the maximum of no, one, two or four of its 2x2 windows.
SQUARE = image([5, 1, 2], [0, 3, 4], [9, 6, 7])
LEFT_OVER = image([1, 2, 9], [3, 4, 9], [9, 9, 9])
TWO_BY_TWO = np.arange(16.0).reshape(2, 2, 2, 2)
SMALL = image([1, 2], [3, 4])
FLOAT32 = SMALL.astype(np.float32)

_ALONE = "Every image and every channel is pooled on its own."
_PAIR = "A pair is (height, width): rows first."
_STRIDE = "Windows start `stride` pixels apart, and they may overlap."
_LEFT_OVER = "Pixels at the end that fill no whole window are left out: round down."
_ERROR = "A window that does not fit raises ValueError, and the message contains its size."
_ADAPTIVE = ("Window i is [floor(i * H / oh), ceil((i + 1) * H / oh)): starts round down, "
             "ends round up.")

MAX_POOL2D = (
    example("values", "Each 2x2 block gives its largest value, negative or not.",
            (BLOCKS, 2), image([4, 8], [-1, 9])),
    example("stride", _STRIDE, (SQUARE, 2, 1), image([5, 4], [9, 7])),
    example("rectangles", _PAIR, (WIDE, (1, 2)), image([2, 4], [8, 6])),
    example("padding", "Pad with -inf: a padded 0 beats every negative value.",
            (NEGATIVE, 2, None, 1), NEGATIVE),
    example("odd sizes", _LEFT_OVER, (LEFT_OVER, 2), image([4])),
    example("batch", _ALONE, (TWO_BY_TWO, 2), channels(3, 7, 11, 15)),
    example(DTYPE, "", (FLOAT32, 2), image([4])),
    example(INPUT, "", (SMALL, 2), image([4])),
    example(ERRORS, _ERROR, (image([1, 2, 3], [4, 5, 6], [7, 8, 9]), 4), error=(4, 3)),
)

MAX_POOL2D_BACKWARD = (
    example("values", "Only the largest pixel of a window gets its gradient, the others get 0.",
            (image([5]), image([1, 2], [4, 3]), 2), image([0, 0], [5, 0])),
    example("ties", "Of equal maxima only the first in row-major order gets the gradient.",
            (image([5]), image([0, 7], [7, 7]), 2), image([0, 5], [0, 0])),
    example("overlap", "A pixel that wins several windows gets the sum of their gradients.",
            (image([1, 10], [100, 1000]), image([0, 1, 2], [3, 9, 4], [5, 6, 7]), 2, 1),
            image([0, 0, 0], [0, 1111, 0], [0, 0, 0])),
    example("gaps", "The result has the shape of x; pixels that no window covers get 0.",
            (image([5]), LEFT_OVER, 2), image([0, 0, 0], [0, 5, 0], [0, 0, 0])),
    example("rectangles", _PAIR, (image([1, 2], [3, 4]), WIDE, (1, 2)),
            image([0, 1, 0, 2], [3, 0, 4, 0])),
    example("padding", "Padding counts as -inf: it never wins, and the result is without it.",
            (image([1, 2], [3, 4]), NEGATIVE, 2, None, 1), image([1, 2], [3, 4])),
    example("batch", _ALONE, (channels(1, 2, 3, 4), TWO_BY_TWO, 2),
            np.array([[[[0, 0], [0, 1]], [[0, 0], [0, 2]]], [[[0, 0], [0, 3]], [[0, 0], [0, 4]]]])),
    example(DTYPE, "", (image([5]).astype(np.float32), FLOAT32, 2), image([0, 0], [0, 5])),
    example(INPUT, "", (image([5]), SMALL, 2), image([0, 0], [0, 5])),
    example(ERRORS, _ERROR, (image([1]), LEFT_OVER, 4), error=(4, 3)),
)

AVG_POOL2D = (
    example("values", "The mean of a window is its sum over kernel height times kernel width.",
            (image([4, 8, 1, 3], [0, 4, 5, 7], [-1, -1, 0, 0], [-1, -1, 0, 2]), 2),
            image([4, 4], [-1, 0.5])),
    example("stride", _STRIDE, (image([5, 1, 2], [0, 2, 3], [9, 5, 2]), 2, 1),
            image([2, 2], [4, 3])),
    example("rectangles", _PAIR, (image([1, 3, 5, 7], [8, 6, 4, 2]), (1, 2)),
            image([2, 6], [7, 3])),
    example("padding", "Padded zeros are counted: divide by the whole window, at the border too.",
            (image([4, 8], [0, 4]), 2, None, 1), image([1, 2], [0, 1])),
    example("odd sizes", _LEFT_OVER, (image([1, 2, 9], [3, 6, 9], [9, 9, 9]), 2), image([3])),
    example("batch", _ALONE, (TWO_BY_TWO, 2), channels(1.5, 5.5, 9.5, 13.5)),
    example(DTYPE, "", (FLOAT32, 2), image([2.5])),
    example(INPUT, "", (SMALL, 2), image([2.5])),
    example(ERRORS, _ERROR, (LEFT_OVER, 4), error=(4, 3)),
)

AVG_POOL2D_BACKWARD = (
    example("values", "Each pixel of a window gets the window's gradient over the window's size.",
            (image([4, 8], [12, -4]), (1, 1, 4, 4), 2),
            image([1, 1, 2, 2], [1, 1, 2, 2], [3, 3, -1, -1], [3, 3, -1, -1])),
    example("overlap", "A pixel in several windows gets the sum of its shares.",
            (image([4, 8], [12, 16]), (1, 1, 3, 3), 2, 1),
            image([1, 3, 2], [4, 10, 6], [3, 7, 4])),
    example("gaps", "The result has the shape input_shape; pixels that no window covers get 0.",
            (image([8]), (1, 1, 3, 3), 2), image([2, 2, 0], [2, 2, 0], [0, 0, 0])),
    example("rectangles", _PAIR, (image([2, 4], [6, 8]), (1, 1, 2, 4), (1, 2)),
            image([1, 1, 2, 2], [3, 3, 4, 4])),
    example("padding", "Divide by the whole window; what falls on the padding is lost.",
            (image([4, 8], [12, 16]), (1, 1, 2, 2), 2, None, 1), image([1, 2], [3, 4])),
    example("batch", "The gradient of every image and every channel stays on its own.",
            (channels(4, 8, 12, 16), (2, 2, 2, 2), 2),
            np.array([1, 2, 3, 4]).repeat(4).reshape(2, 2, 2, 2)),
    example(DTYPE, "", (image([4]).astype(np.float32), (1, 1, 2, 2), 2), image([1, 1], [1, 1])),
    example(INPUT, "", (image([4]), (1, 1, 2, 2), 2), image([1, 1], [1, 1])),
    example(ERRORS, _ERROR, (image([1]), (1, 1, 3, 3), 4), error=(4, 3)),
)

ADAPTIVE_MAX_POOL2D = (
    example("values", "Where the size divides, the windows are equal blocks.",
            (BLOCKS, 2), image([4, 8], [-1, 9])),
    example("uneven", _ADAPTIVE, (SQUARE, 2), image([5, 4], [9, 7])),
    example("larger output", "No window is empty: a larger output uses pixels again.",
            (image([7, 3], [1, 5]), 3), image([7, 7, 3], [7, 7, 5], [1, 5, 5])),
    example("rectangles", _PAIR, (WIDE, (1, 2)), image([8, 6])),
    example("batch", _ALONE, (TWO_BY_TWO, 1), channels(3, 7, 11, 15)),
    example(DTYPE, "", (FLOAT32, 1), image([4])),
    example(INPUT, "", (SMALL, 1), image([4])),
)

SPATIAL_PYRAMID_POOL = (
    example("values", "A level l gives the maxima of l x l windows, row by row.",
            (BLOCKS, (2,)), np.array([[4, 8, -1, 9]])),
    example("order", "Level after level, and within a level channel after channel.",
            (np.array([[[[1, 2], [3, 4]], [[8, 7], [6, 5]]]], float), (1, 2)),
            np.array([[4, 8, 1, 2, 3, 4, 8, 7, 6, 5]])),
    example("levels", "The levels come in the order of `levels`, whether they grow or not.",
            (SMALL, (2, 1)), np.array([[1, 2, 3, 4, 4]])),
    example("levels", "Without an argument the levels are 1, 2 and 4.",
            (BLOCKS,), np.concatenate([[9, 4, 8, -1, 9], BLOCKS.ravel()])[None]),
    example("uneven", "Window i is [floor(i * H / l), ceil((i + 1) * H / l)): starts round down, "
            "ends round up.", (SQUARE, (2,)), np.array([[5, 4, 9, 7]])),
    example("rectangles", "The rows' windows come from H, the columns' from W.",
            (WIDE, (2,)), np.array([[2, 4, 8, 6]])),
    example("batch", "One vector per image: the result has N rows.",
            (TWO_BY_TWO[:, :1], (1,)), np.array([[3], [11]])),
    example(DTYPE, "", (FLOAT32, (1,)), np.array([[4]])),
    example(INPUT, "", (SMALL, (1,)), np.array([[4]])),
)

ROI_MAX_POOL = (
    example("values", "This box is the whole map: each 2x2 block gives its largest value.",
            (BLOCKS, np.array([[0, 0, 0, 4, 4]]), 2), image([4, 8], [-1, 9])),
    example("boxes", "A box is n, y0, x0, y1, x1: y counts rows, and y1 and x1 are not included.",
            (np.arange(16.0).reshape(1, 1, 4, 4), np.array([[0, 1, 2, 3, 4]]), 1), image([11])),
    example("images", "A box's first number says which image it is cut from.",
            (TWO_BY_TWO, np.array([[1, 0, 0, 2, 2], [0, 0, 0, 2, 2]]), 1),
            channels(11, 15, 3, 7)),
    example("uneven", "Window i of h cropped rows is [floor(i * h / oh), ceil((i + 1) * h / oh)).",
            (SQUARE, np.array([[0, 0, 0, 3, 3]]), 2), image([5, 4], [9, 7])),
    example("rectangles", _PAIR, (BLOCKS, np.array([[0, 0, 0, 4, 4]]), (1, 2)), image([4, 9])),
    example(DTYPE, "", (FLOAT32, np.array([[0, 0, 0, 2, 2]]), 1), image([4])),
    example(INPUT, "", (SMALL, np.array([[0, 0, 0, 2, 2]]), 1), image([4])),
    example(ERRORS, "A box that leaves the map raises ValueError: nothing is clipped.",
            (SMALL, np.array([[0, 0, 0, 7, 2]]), 1), error=(7,)),
    example(ERRORS, "Negative coordinates don't count from the end: they raise ValueError.",
            (BLOCKS, np.array([[0, -3, 0, 4, 4]]), 1), error=(-3,)),
)
