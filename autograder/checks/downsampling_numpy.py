"""What right answers to the NumPy downsampling exercises are: points by property, random cases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.cases import DTYPE, ERRORS, INPUT, Case, Exercise, Strided
from autograder.checks import downsampling_numpy_examples as examples
from autograder.checks.counts import INTEGERS, observe_counts
from autograder.checks.draw import batch, distinct, several, whole
from autograder.checks.results import belonging
from autograder.observe_numpy import observe

#: Which of the two counts a property is about; others are about both.
COUNTS = {"parameters": ("parameters",), "macs": ("macs",), "stride": ("macs",),
          "padding": ("macs",), ERRORS: ("parameters",)}


def _conv2d_cost_cases(rng: np.random.Generator) -> Iterator[Case]:
    def cost(name: str, kernel: Any, size: Any, error: tuple = (), channels: int = 1,
             mixed: bool = False, **more: Any) -> Case:
        # Without bias, but where it is the point: to forget it costs one property.
        more = {"bias": False, **more} if name != "bias" else more
        inside, outside = channels * several(rng, 2, 5), channels * several(rng, 2, 5)
        return Case(name, (inside, outside, kernel, size), more, error=error, mixed=mixed)

    for name in ("parameters", "macs", INTEGERS):
        for kernel in (1, several(rng, 3, 5)):
            yield cost(name, kernel, several(rng, 6, 12))
    for kernel, stride in ((3, 2), (several(rng, 1, 4), several(rng, 3, 4)), (4, 9)):
        # A rest that is no whole stride: to round up shows.
        rest = several(rng, 1, stride - 1)
        yield cost("stride", kernel, kernel + several(rng, 1, 3) * stride + rest, stride=stride)
    for kernel in (3, several(rng, 4, 6)):
        yield cost("padding", kernel, several(rng, 6, 9), padding=several(rng, 1, 3))
    yield cost("padding", 5, 3, padding=1)
    # What stride 3 leaves of the image and of the padding makes a whole stride together.
    yield cost("padding", 4, 4 + 3 * several(rng, 1, 3) + several(rng, 1, 2), mixed=True, stride=3,
               padding=1)
    high, wide = rng.permutation([3, 4, 5, 6])[:2].tolist()
    yield cost("rectangles", (high, wide), 8)
    yield cost("rectangles", 3, (high, 3 * wide))
    yield cost("rectangles", 3, 12, stride=(high - 1, wide - 1))
    yield cost("rectangles", 3, 12, padding=(high - 3, wide - 3))
    yield cost("rectangles", (high, wide), (wide + 6, high + 9), stride=(1, 2), padding=(1, 0))
    for groups in (2, 3):
        yield cost("groups", 3, several(rng, 4, 8), groups=groups, channels=groups)
    channels = several(rng, 4, 8)
    yield Case("groups", (channels, channels, 3, 6), {"groups": channels, "bias": False})
    yield cost("bias", 3, several(rng, 4, 8))
    yield cost("bias", 3, several(rng, 4, 8), bias=True)
    yield cost("bias", 3, several(rng, 4, 8), bias=False)
    yield cost("bias", 3, several(rng, 4, 8), channels=3, groups=3)
    yield cost("groups", (high, wide), (wide + 6, high + 9), channels=2, mixed=True, stride=(3, 2),
               padding=(1, 2), groups=2, bias=True)
    side = several(rng, 3, 5)
    large = side + several(rng, 1, 2)
    yield cost(ERRORS, large, (side, 9), (large, side))
    yield cost(ERRORS, large, (9, side), (large, side))
    yield cost(ERRORS, (3, 7), 4, (7, 4, 6), padding=1)
    yield cost(ERRORS, 3, 6, (0,), stride=0)
    yield cost(ERRORS, 3, 6, (0,), stride=(1, 0))
    yield cost(ERRORS, side, side)


def _subsample_cases(rng: np.random.Generator) -> Iterator[Case]:
    def maps(name: str, stride: Any, *shape: int, error: tuple = ()) -> Case:
        return Case(name, (distinct(rng, *shape), stride), error=error)

    for stride in (1, 2, 3):
        side = stride * several(rng, 2, 4)
        yield maps("values", stride, 1, 1, side, side)
    for stride in (2, 3, 4):
        side = stride * several(rng, 1, 2) + several(rng, 1, stride - 1)
        yield maps("odd sizes", stride, 1, 1, side, side)
    yield maps("odd sizes", 5, 1, 1, 3, 3)
    low, high = rng.permutation([2, 3, 4])[:2].tolist()
    yield maps("rectangles", 2, 1, 1, 2 * low, 2 * high)
    yield maps("rectangles", (low, high), 1, 1, 12, 12)
    yield maps("rectangles", (1, high), 1, 1, 12, 12)
    images, channels = batch(rng)
    for shape in ((images, channels), (images, 1), (1, channels)):
        yield maps("batch", 2, *shape, 4, 4)
    for dtype in ("float16", "float32", "float64"):
        yield Case(DTYPE, (distinct(rng, 1, 1, 4, 4).astype(dtype), 2))
    yield maps(INPUT, 2, 1, 1, 6, 6)
    yield Case(INPUT, (Strided(distinct(rng, 1, 1, 6, 6)), 3))
    yield maps(ERRORS, 0, 1, 1, 4, 4, error=(0,))
    yield maps(ERRORS, (3, 0), 1, 1, 6, 6, error=(0,))
    yield maps(ERRORS, (0, 3), 1, 1, 6, 6, error=(0,))
    yield maps(ERRORS, 1, 1, 1, 1, 1)


def _conv_transpose2d_cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(name: str, size: Any, kernel: Any, *rest: Any, shape: tuple = (1, 1, 1),
             error: tuple = (), dtype: str = "float64", wrap: Any = np.asarray) -> Case:
        images, inside, outside = shape
        height, width = size if isinstance(size, tuple) else (size, size)
        kernel = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        x = wrap(whole(rng, images, inside, height, width).astype(dtype))
        weight = wrap((whole(rng, inside, outside, *kernel) - 3).astype(dtype))
        return Case(name, (x, weight, *rest), error=error)

    for size, kernel in ((1, 3), (3, 1), (several(rng, 2, 4), 3), (3, several(rng, 2, 4))):
        yield case("values", size, kernel)
    for kernel, stride in ((2, 2), (3, 2), (4, 2), (1, 2), (2, 3)):
        yield case("stride", several(rng, 2, 4), kernel, stride)
    for kernel, padding in ((3, 1), (4, 1), (5, 2)):
        yield case("padding", several(rng, 3, 4), kernel, 1, padding)
    yield case("padding", 3, 3, 2, 1)
    # More is cut off than a kernel's overhang: whole copies go.
    yield case("padding", 4, 1, 1, 1)
    low, high = rng.permutation([1, 2, 3])[:2].tolist()
    yield case("rectangles", (low + 1, high + 1), 2)
    yield case("rectangles", 3, (low, high))
    yield case("rectangles", 3, 3, (low, high))
    yield case("rectangles", 4, 5, 1, (low - 1, high - 1))
    yield case("channels", 2, 2, shape=(1, 3, 1))
    yield case("channels", 2, 2, shape=(1, 1, 3))
    images, channels = batch(rng)
    yield case("channels", 2, 3, shape=(1, images, channels))
    yield case("channels", 2, 3, shape=(1, channels, channels))
    yield case("batch", 3, 2, shape=(images, 1, 1))
    yield case("batch", 2, 2, shape=(channels, images, images))
    for dtype in ("float16", "float32", "float64"):
        yield case(DTYPE, 2, 2, dtype=dtype)
    yield case(INPUT, 3, 2)
    yield case(INPUT, 3, 2, wrap=Strided)
    yield case(ERRORS, 3, 3, 0, error=(0,))
    yield case(ERRORS, 3, 3, (1, 0), error=(0,))
    yield case(ERRORS, 3, 3, (0, 1), error=(0,))
    # A map of 5, then of 6, of which the padding takes 6.
    yield case(ERRORS, 3, 3, 1, 3, error=(3, -1, 5, 6))
    yield case(ERRORS, (6, 3), (3, 4), 1, 3, error=(3, 0, 6))
    yield case(ERRORS, 1, 1, 1, 0)


def _overlap_counts_cases(rng: np.random.Generator) -> Iterator[Case]:
    for kernel in (1, 2, 3):
        yield Case("values", (several(rng, 2, 4), kernel, kernel))
    yield Case("values", (1, several(rng, 3, 4), several(rng, 1, 2)))
    for kernel, stride in ((3, 2), (4, 2), (5, 3), (several(rng, 2, 4), 1), (5, 2)):
        yield Case("overlap", (several(rng, 3, 5), kernel, stride))
    for kernel, stride in ((1, 2), (2, several(rng, 3, 4))):
        yield Case("gaps", (several(rng, 2, 4), kernel, stride))
    low, high = rng.permutation([2, 3, 4])[:2].tolist()
    yield Case("rectangles", ((low, high), 2, 2))
    yield Case("rectangles", (3, (low, high), 2))
    yield Case("rectangles", (3, 4, (low, high)))
    yield Case("rectangles", ((high, low), (low + 1, high + 1), (low, high)))
    for kernel in (2, 3):
        yield Case(INTEGERS, (several(rng, 2, 4), kernel, kernel))
    yield Case(ERRORS, (3, 3, 0), error=(0,))
    yield Case(ERRORS, (3, 3, (1, 0)), error=(0,))
    yield Case(ERRORS, (3, 3, (0, 1)), error=(0,))
    yield Case(ERRORS, (1, 1, 1))


conv2d_cost = Exercise(
    name="conv2d_cost",
    points={"parameters": 1, "macs": 2, "stride": 1, "padding": 1, "rectangles": 1, "groups": 1,
            "bias": 1, INTEGERS: 1, ERRORS: 1},
    examples=examples.CONV2D_COST,
    cases=_conv2d_cost_cases,
    observe=belonging(COUNTS, observe_counts),
    outputs=("parameters", "macs"),
)

subsample = Exercise(
    name="subsample",
    points={"values": 2, "odd sizes": 2, "rectangles": 2, "batch": 1, DTYPE: 1, INPUT: 1,
            ERRORS: 1},
    examples=examples.SUBSAMPLE,
    cases=_subsample_cases,
    observe=observe,
)

conv_transpose2d = Exercise(
    name="conv_transpose2d",
    points={"values": 1, "stride": 2, "padding": 1, "rectangles": 1, "channels": 1, "batch": 1,
            DTYPE: 1, INPUT: 1, ERRORS: 1},
    examples=examples.CONV_TRANSPOSE2D,
    cases=_conv_transpose2d_cases,
    observe=observe,
    arguments=("x", "weight"),
)

overlap_counts = Exercise(
    name="overlap_counts",
    points={"values": 2, "overlap": 3, "gaps": 1, "rectangles": 2, INTEGERS: 1, ERRORS: 1},
    examples=examples.OVERLAP_COUNTS,
    cases=_overlap_counts_cases,
    observe=observe_counts,
)
