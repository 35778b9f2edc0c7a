"""Ways to lay windows over a map, by the property that they test: for every kind of pooling.

A layer with one fault should fail the windows of one property only: all but those of ``padding``
go without padding (but for blank ones), all but ``rectangles`` are square, all but ``odd sizes``
leave nothing over, all but ``overlap`` are disjoint, all but ``batch`` cut one channel of one
image. The mixed ones are all of this at once, for faults that take two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from autograder.cases import DTYPE, ERRORS, INPUT, Strided
from autograder.checks.draw import batch, given, several, tied

Size = int | tuple[int, int]


@dataclass(frozen=True)
class Windows:
    """A shape and what pooling is called with.

    Attributes
    ----------
    property
        What the windows test.
    shape
        (N, C, H, W).
    kernel_size, stride, padding
        The arguments; ``stride=None`` means ``kernel_size``.
    dtype
        Of the input.
    strided
        Whether the input is a non-contiguous view.
    blank
        Whether the input is zero: the padding is then seen by nothing but the dtype.
    error
        Numbers of which the error's message names one.
    mixed
        Whether several properties meet, as in `autograder.cases.Case`.
    """

    property: str
    shape: tuple[int, int, int, int]
    kernel_size: Size
    stride: Size | None = None
    padding: Size = 0
    dtype: str = "float64"
    strided: bool = False
    blank: bool = False
    error: tuple[int, ...] = ()
    mixed: bool = False

    @property
    def arguments(self) -> tuple:
        """Return the arguments as short as they can be written."""
        if self.padding:
            return self.kernel_size, self.stride, self.padding
        return (self.kernel_size,) if self.stride is None else (self.kernel_size, self.stride)

    @property
    def all_arguments(self) -> tuple:
        """Return kernel size, stride and padding, none of them left to a default."""
        stride = self.kernel_size if self.stride is None else self.stride
        return self.kernel_size, stride, self.padding

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Return (N, C, H', W') with H' = floor((H + 2 padding - kernel) / stride) + 1."""
        if self.error:
            return (*self.shape[:2], 1, 1)
        sizes = zip(self.shape[2:], *map(_pair, self.all_arguments), strict=True)
        return (*self.shape[:2], *((size + 2 * p - k) // s + 1 for size, k, s, p in sizes))

    def fill(self, array: np.ndarray) -> np.ndarray | Strided:
        """Return an array as these windows want their input."""
        return given(np.zeros_like(array) if self.blank else array, self.dtype, self.strided)


def _pair(size: Size) -> tuple[int, int]:
    return size if isinstance(size, tuple) else (size, size)


def pooling_windows(rng: np.random.Generator) -> Iterator[Windows]:
    """Draw the windows of all properties."""
    yield from _values(rng)
    yield from _strides(rng)
    yield from _rectangles(rng)
    yield from _padding(rng)
    yield from _batches(rng)
    yield from _dtypes(rng)
    yield from _inputs(rng)
    yield from _errors(rng)
    yield from _mixed(rng)


def _square(side: int) -> tuple[int, int, int, int]:
    return 1, 1, side, side


def _values(rng):
    for kernel in (2, 3):
        yield Windows("values", _square(kernel * several(rng, 2, 3)), kernel)


def _strides(rng):
    for kernel, stride in ((3, 2), (several(rng, 2, 4), 1)):
        yield Windows("overlap", _square(kernel + stride * several(rng, 1, 3)), kernel, stride)
    pair = tuple(rng.permutation([1, 2]).tolist())
    yield Windows("overlap", _square(2 + 2 * several(rng, 1, 3)), 2, pair)
    kernel = several(rng, 1, 3)
    stride = kernel + several(rng, 1, 2)
    yield Windows("gaps", _square(kernel + stride * several(rng, 1, 2)), kernel, stride)
    for kernel in (2, 3):
        side = kernel * several(rng, 1, 3) + several(rng, 1, kernel - 1)
        yield Windows("odd sizes", _square(side), kernel)


def _rectangles(rng):
    low, high = rng.permutation([several(rng, 1, 2), several(rng, 3, 4)]).tolist()
    yield Windows("rectangles", (1, 1, 2 * low, 2 * high), 2)
    kernel, other = rng.permutation([2, 3, 4])[:2].tolist()
    yield Windows("rectangles", (1, 1, 12, 12), (kernel, other))
    yield Windows("rectangles", (1, 1, kernel * low, other * high), (kernel, other))


def _padding(rng):
    yield Windows("padding", _square(2 * several(rng, 1, 3)), 2, padding=1)
    yield Windows("padding", _square(1 + 3 * several(rng, 1, 2)), 3, padding=1)
    yield Windows("padding", _square(4 * several(rng, 1, 2)), 4, padding=(2, 0))
    # The window is larger than the input, but not larger than the padded input.
    kernel = several(rng, 3, 5)
    yield Windows("padding", _square(kernel - 2), kernel, padding=1)


def _batches(rng):
    side = 2 * several(rng, 2, 3)
    images, channels = batch(rng)
    yield Windows("batch", (images, channels, side, side), 2)
    yield Windows("batch", (channels, images, side, side), 2)


def _dtypes(rng):
    for dtype in ("float16", "float64"):
        yield Windows(DTYPE, _square(2 * several(rng, 2, 3)), 2, dtype=dtype)
    # Zeros, and as many windows with padding as without: wrong padding alone does not show.
    yield Windows(DTYPE, _square(6), 3, None, 1, dtype="float32", blank=True)


def _inputs(rng):
    yield Windows(INPUT, _square(2 * several(rng, 2, 3)), 2)
    yield Windows(INPUT, _square(2 * several(rng, 2, 3)), 2, strided=True)


def _errors(rng):
    side = several(rng, 3, 5)
    kernel = side + several(rng, 1, 2)
    yield Windows(ERRORS, (1, 1, side, 9), kernel, error=(kernel, side))
    yield Windows(ERRORS, (1, 1, 9, side), kernel, error=(kernel, side))
    for kernel, stride in ((3, 0), (3, (1, 0)), (0, 1)):
        yield Windows(ERRORS, _square(6), kernel, stride, error=(0,))
    # No 2 among the numbers: the message may name the function, and its name ends in 2d. A padding
    # of 3 is just over half of 5.
    for padding in ((3, 0), (0, 3)):
        yield Windows(ERRORS, _square(9), 5, 1, padding, error=(3, 5))
    # Just possible: a window as large as the input.
    yield Windows(ERRORS, _square(side), side)


def _mixed(rng):
    images, channels = batch(rng)
    yield Windows("padding", (images, channels, 7, 8), 3, 2, 1, mixed=True)
    options = zip(*rng.permutation([(4, 1, 2), (3, 2, 1)]).tolist(), strict=True)
    yield Windows("padding", (2, 2, 5, 6), *options, mixed=True)
    for name, dtype in ((DTYPE, "float32"), (INPUT, "float64")):
        yield Windows(name, (2, 2, 5, 6), 3, 2, 1, dtype=dtype, mixed=True)


#: Overlapping windows with padding that are not square, on maps with many equal values.
TIED = Windows("ties", (2, 2, 6, 7), (2, 3), (1, 2), 1, mixed=True)


def tied_maps(rng: np.random.Generator) -> np.ndarray:
    """Draw an input for `TIED`, one map of it flat and lowest: padding must not tie with it."""
    x = tied(rng, *TIED.shape)
    x[0, 0] = 0.0
    return x
