"""Ways to lay a kernel over a map, by the property that they test: for every kind of convolution.

A layer with one fault should fail the kernels of one property only: all but those of ``stride`` go
in steps of 1 and leave nothing over, all but ``padding`` go without, all but ``rectangles`` are
square, all but ``channels`` have one channel in and one out, all but ``batch`` one image, all but
``bias`` no bias. The mixed ones are all of this at once, for faults that take two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.cases import DTYPE, ERRORS, INPUT, Strided
from autograder.checks.draw import batch, given, several

Size = int | tuple[int, int]


@dataclass(frozen=True)
class Kernels:
    """Shapes of a map and of the kernels on it, and what a convolution is called with.

    Attributes
    ----------
    property
        What the kernels test.
    shape
        (N, C, H, W) of the input.
    kernel_size, stride, padding
        As a convolution takes them.
    out_channels
        O, the number of kernels.
    bias
        Whether there is a bias.
    dtype
        Of input, weight and bias.
    strided
        Whether these are non-contiguous views.
    error
        Numbers of which the error's message names one.
    mixed
        Whether several properties meet, as in `autograder.cases.Case`.
    """

    property: str
    shape: tuple[int, int, int, int]
    kernel_size: Size
    stride: Size = 1
    padding: Size = 0
    out_channels: int = 1
    bias: bool = False
    dtype: str = "float64"
    strided: bool = False
    error: tuple[int, ...] = ()
    mixed: bool = False

    @property
    def options(self) -> dict[str, Any]:
        """Return stride and padding by name, as far as they are no defaults."""
        given = {"stride": (self.stride, 1), "padding": (self.padding, 0)}
        return {name: value for name, (value, default) in given.items() if value != default}

    @property
    def weight_shape(self) -> tuple[int, ...]:
        """Return (O, C, kh, kw)."""
        return self.out_channels, self.shape[1], *_pair(self.kernel_size)

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Return (N, O, H', W') with H' = floor((H + 2 padding - kernel) / stride) + 1."""
        if self.error:
            return self.shape[0], self.out_channels, 1, 1
        sides = (self.shape[2:], *map(_pair, (self.kernel_size, self.stride, self.padding)))
        sizes = ((n + 2 * p - k) // s + 1 for n, k, s, p in zip(*sides, strict=True))
        return self.shape[0], self.out_channels, *sizes

    def draw(self, rng: np.random.Generator, *shape: int) -> np.ndarray | Strided:
        """Draw an array as these kernels want their input and weight."""
        return given(rng.standard_normal(shape), self.dtype, self.strided)


def _pair(size: Size) -> tuple[int, int]:
    return size if isinstance(size, tuple) else (size, size)


def kernels(rng: np.random.Generator) -> Iterator[Kernels]:
    """Draw the kernels of all properties."""
    for size in (1, 2, 3):
        yield Kernels("values", _square(size + several(rng, 1, 3)), size)
    yield from _channels(rng)
    yield from _strides(rng)
    yield from _padding(rng)
    yield from _rectangles(rng)
    yield Kernels("batch", (several(rng, 2, 4), 1, 5, 5), several(rng, 2, 3))
    images, channels = batch(rng)
    yield Kernels("batch", (images, channels, 4, 4), 2, out_channels=several(rng, 2, 3))
    for dtype in ("float16", "float32", "float64"):
        yield Kernels(DTYPE, _square(several(rng, 4, 6)), 3, dtype=dtype)
    yield Kernels(INPUT, _square(several(rng, 4, 6)), 3)
    yield Kernels(INPUT, _square(several(rng, 4, 6)), 3, strided=True)
    yield from _errors(rng)
    yield from _mixed(rng)


def _square(side: int) -> tuple[int, int, int, int]:
    return 1, 1, side, side


def _channels(rng):
    channels, out = batch(rng)
    yield Kernels("channels", (1, channels, 5, 5), 2)
    yield Kernels("channels", (1, 1, 5, 5), 2, out_channels=out)
    yield Kernels("channels", (1, channels, 4, 4), 3, out_channels=out)
    yield Kernels("bias", _square(4), 2, bias=True)
    yield Kernels("bias", _square(4), 3, out_channels=out, bias=True)


def _strides(rng):
    for kernel, stride in ((3, 2), (2, 2), (2, 3)):
        side = kernel + stride * several(rng, 1, 3)
        yield Kernels("stride", _square(side), kernel, stride)
        yield Kernels("stride", _square(side + several(rng, 1, stride - 1)), kernel, stride)
    yield Kernels("stride", _square(7), 3, tuple(rng.permutation([1, 2]).tolist()))


def _padding(rng):
    yield Kernels("padding", _square(several(rng, 4, 6)), 3, padding=1)
    yield Kernels("padding", _square(5), 3, padding=tuple(rng.permutation([0, 1, 2])[:2].tolist()))
    # The kernel is larger than the input, but not larger than the padded input.
    kernel = several(rng, 3, 5)
    yield Kernels("padding", _square(kernel - 1), kernel, padding=1)
    # Convolution may pad by more than the kernel has.
    yield Kernels("padding", _square(3), 2, padding=3)


def _rectangles(rng):
    low, high = rng.permutation([several(rng, 3, 4), several(rng, 5, 7)]).tolist()
    yield Kernels("rectangles", (1, 1, low, high), 2)
    kernel = tuple(rng.permutation([1, 2, 3])[:2].tolist())
    yield Kernels("rectangles", _square(5), kernel)
    yield Kernels("rectangles", (1, 1, high, low), kernel)


def _errors(rng):
    side = several(rng, 3, 4)
    kernel = side + several(rng, 1, 2)
    # No 2 among the numbers: the message may name the function, and its name ends in 2d.
    yield Kernels(ERRORS, (1, 1, side, 9), kernel, error=(kernel, side))
    yield Kernels(ERRORS, (1, 1, 9, side), kernel, error=(kernel, side))
    yield Kernels(ERRORS, _square(4), 9, padding=1, error=(9, 6))
    yield Kernels(ERRORS, _square(6), 3, 0, error=(0,))
    yield Kernels(ERRORS, _square(6), 3, (1, 0), error=(0,))
    # Just possible: a kernel as large as the input.
    yield Kernels(ERRORS, _square(side), side)


def _mixed(rng):
    # With padding nothing is left over on the first side and 4 pixels on the second; without it a
    # pixel on the first and nothing on the second.
    sides = [(3 + 3 * several(rng, 1, 2), 2, 3, 1), (8, 3, 5, 2)]
    size, *options = zip(*rng.permutation(sides).tolist(), strict=True)
    yield Kernels("padding", (2, 2, *size), *options, out_channels=3, bias=True, mixed=True)
    for name, dtype in ((DTYPE, "float32"), (INPUT, "float64")):
        yield Kernels(name, (2, 2, 5, 6), 3, 2, 1, 3, bias=True, dtype=dtype, mixed=True)
