"""Sizes for adaptive pooling and pyramids, by the property that they test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from autograder.cases import DTYPE, INPUT, Strided
from autograder.checks.draw import batch, given, several


@dataclass(frozen=True)
class Adaptive:
    """A shape, and the size of the output or the levels of the pyramid.

    Attributes
    ----------
    property
        What the sizes test.
    shape
        (N, C, H, W).
    sizes
        The one argument; empty: left to its default.
    dtype
        Of the input.
    strided
        Whether the input is a non-contiguous view.
    mixed
        Whether several properties meet, as in `autograder.cases.Case`.
    """

    property: str
    shape: tuple[int, int, int, int]
    sizes: tuple
    dtype: str = "float64"
    strided: bool = False
    mixed: bool = False

    def fill(self, array: np.ndarray) -> np.ndarray | Strided:
        """Return an array as these sizes want their input."""
        return given(array, self.dtype, self.strided)


def _square(side: int) -> tuple[int, int, int, int]:
    return 1, 1, side, side


def _uneven(rng: np.random.Generator, parts: int) -> int:
    """Return a side that ``parts`` does not divide."""
    return parts * several(rng, 1, 2) + several(rng, 1, parts - 1)


def adaptive_windows(rng: np.random.Generator) -> Iterator[Adaptive]:
    """Draw shapes and output sizes for adaptive pooling."""
    for size in (1, 2, 3):
        yield Adaptive("values", _square(size * several(rng, 2, 3)), (size,))
    for size in (2, 3, 4, 5):
        yield Adaptive("uneven", _square(_uneven(rng, size)), (size,))
    side = several(rng, 2, 3)
    yield Adaptive("larger output", _square(side), (side + 1,))
    yield Adaptive("larger output", _square(side), (2 * side + 1,))
    low, high = several(rng, 1, 2), several(rng, 3, 4)
    yield Adaptive("rectangles", (1, 1, 2 * low, 2 * high), (2,))
    yield Adaptive("rectangles", (1, 1, 2 * high, 2 * low), (2,))
    yield Adaptive("rectangles", _square(12), (tuple(rng.permutation([2, 3, 4])[:2].tolist()),))
    images, channels = batch(rng)
    for shape in ((images, channels), (images, 1), (1, channels)):
        yield Adaptive("batch", (*shape, 4, 4), (2,))
    for dtype in ("float16", "float32", "float64"):
        yield Adaptive(DTYPE, _square(2 * several(rng, 2, 3)), (2,), dtype)
    yield Adaptive(INPUT, _square(2 * several(rng, 2, 3)), (2,))
    yield Adaptive(INPUT, _square(6), (3,), strided=True)
    side = several(rng, 3, 5)
    yield Adaptive("values", _square(side), (side,))
    yield Adaptive("values", _square(side), (1,))
    pair = tuple(rng.permutation([2, 3]).tolist())
    yield Adaptive("uneven", (images, channels, 5, 7), (pair,), mixed=True)
    yield Adaptive("larger output", (images, channels, 2, 7), ((5, 3),), mixed=True)
    for name, dtype in ((DTYPE, "float32"), (INPUT, "float64")):
        yield Adaptive(name, (2, 2, 7, 5), (pair,), dtype, mixed=True)


def pyramids(rng: np.random.Generator) -> Iterator[Adaptive]:
    """Draw shapes and levels for spatial pyramid pooling; one level where order is no matter."""
    for level in (1, 2, 3):
        yield Adaptive("values", _square(level * several(rng, 2, 3)), ((level,),))
    channels = several(rng, 2, 4)
    yield Adaptive("order", (1, channels, 4, 4), ((2,),))
    yield Adaptive("order", (1, channels, 4, 4), ((1, 2),))
    levels = rng.permutation([1, 2, 3]).tolist()
    yield Adaptive("levels", _square(4 * several(rng, 1, 2)), ())
    yield Adaptive("levels", _square(6), (tuple(levels),))
    yield Adaptive("levels", _square(6), (tuple(levels[::-1]),))
    for level in (2, 3, 4):
        yield Adaptive("uneven", _square(_uneven(rng, level)), ((level,),))
    yield Adaptive("uneven", _square(2), ((several(rng, 3, 5),),))
    low, high = several(rng, 1, 2), several(rng, 3, 4)
    yield Adaptive("rectangles", (1, 1, 2 * low, 2 * high), ((2,),))
    yield Adaptive("rectangles", (1, 1, 2 * high, 2 * low), ((2,),))
    images, channels = batch(rng)
    yield Adaptive("batch", (images, 1, 4, 4), ((2,),))
    yield Adaptive("batch", (images, channels, 4, 4), ((1,),))
    for dtype in ("float16", "float32", "float64"):
        yield Adaptive(DTYPE, _square(2 * several(rng, 2, 3)), ((2,),), dtype)
    yield Adaptive(INPUT, _square(2 * several(rng, 2, 3)), ((2,),))
    yield Adaptive(INPUT, _square(6), ((3,),), strided=True)
    yield Adaptive("values", _square(several(rng, 3, 5)), ((1,),))
    # A level may come twice.
    levels = tuple([*levels, levels[0]])
    yield Adaptive("levels", (images, channels, 5, 7), (levels,), mixed=True)
    for name, dtype in ((DTYPE, "float32"), (INPUT, "float64")):
        yield Adaptive(name, (2, 2, 7, 5), ((1, 3),), dtype, mixed=True)
