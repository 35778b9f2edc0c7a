"""What right answers to the NumPy 1x1 exercises are: points by property, cases at random."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.cases import DTYPE, INPUT, Case, Exercise, Strided
from autograder.checks import one_by_one_numpy_examples as examples
from autograder.checks.draw import batch, distinct, several, signed
from autograder.checks.inception import inception_cost_cases
from autograder.checks.results import belonging
from autograder.checks.separable import separable_cost_cases
from autograder.observe_numpy import observe, observe_without_loops

#: Which of several results a property is about; the others are about all of them.
RESULTS = {
    **{name: (name,) for name in ("grad_x", "grad_weight", "grad_bias", "parameters", "macs")},
    "naive parameters": ("parameters",), "naive macs": ("macs",),
    "rectangles": ("grad_x", "parameters", "macs"), INPUT: ("grad_x", "grad_weight"),
}


def _conv1x1_cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(name: str, inside: int, outside: int, images: int = 1, height: int = 3,
             width: int = 3, bias: bool = False, dtype: str = "float64", wrap: Any = np.asarray):
        x = wrap(signed(rng, images, inside, height, width).astype(dtype))
        weight = wrap(signed(rng, outside, inside).astype(dtype))
        return Case(name, (x, weight, wrap(signed(rng, outside).astype(dtype)))[: 2 + bias])

    for channels in (2, 3, several(rng, 4, 5)):
        yield case("values", channels, channels)
    few, many = several(rng, 2, 3), several(rng, 4, 6)
    for inside, outside in ((few, many), (many, few), (1, many), (many, 1), (1, 1)):
        yield case("channels", inside, outside)
    yield case("bias", 3, 3, bias=True)
    # As many channels as columns, and as rows: a bias along the wrong axis raises nothing.
    yield case("bias", few, few, height=few, width=few, bias=True)
    without = case("bias", 3, 3)
    yield replace(without, args=(*without.args, None))
    named = case("bias", 2, 2, bias=True)
    yield replace(named, args=named.args[:2], kwargs={"bias": named.args[2]})
    high, wide = rng.permutation([1, 2, 4, 5])[:2].tolist()
    yield case("rectangles", 3, 3, height=high, width=wide)
    yield case("rectangles", 3, 3, height=wide, width=high)
    images, channels = batch(rng)
    yield case("batch", channels, channels, images)
    yield case("batch", 1, 1, images)
    yield case("batch", images, images, images)
    for dtype in ("float16", "float32", "float64"):
        yield case(DTYPE, 3, 3, dtype=dtype)
    # A bias of zeros: whoever forgets it loses its own property only.
    zeros = case(DTYPE, 3, 3, dtype="float32")
    yield replace(zeros, args=(*zeros.args, np.zeros(3, np.float32)))
    yield case(INPUT, 3, 3)
    yield case(INPUT, 3, 3, wrap=Strided)


def _conv1x1_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(name: str, inside: int, outside: int, images: int = 1, height: int = 3,
             width: int = 3, dtype: str = "float64", wrap: Any = np.asarray):
        shapes = ((images, outside, height, width), (images, inside, height, width),
                  (outside, inside))
        return Case(name, tuple(wrap(signed(rng, *shape).astype(dtype)) for shape in shapes))

    few, many = several(rng, 2, 3), several(rng, 4, 6)
    for name in ("grad_x", "grad_weight", "grad_bias"):
        for inside, outside in ((3, 3), (few, many), (many, few), (1, 1)):
            yield case(name, inside, outside)
    high, wide = rng.permutation([1, 2, 4, 5])[:2].tolist()
    yield case("rectangles", 3, 3, height=high, width=wide)
    yield case("rectangles", 2, 2, height=wide, width=high)
    images, channels = batch(rng)
    yield case("batch", channels, channels, images)
    yield case("batch", channels, images, images)
    yield case("batch", 1, 1, images)
    for dtype in ("float16", "float32", "float64"):
        yield case(DTYPE, 2, 2, height=2, width=2, dtype=dtype)
    yield case(INPUT, 2, 2)
    yield case(INPUT, 2, 2, wrap=Strided)


def _permute_pixels_cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(name: str, permutation: np.ndarray, height: int, width: int, images: int = 1,
             channels: int = 1):
        return Case(name, (distinct(rng, images, channels, height, width), permutation))

    for side in (2, 3, several(rng, 4, 5)):
        yield case("values", _swaps(rng, side * side), side, side)
    yield case("values", np.arange(4), 2, 2)
    for side in (2, 3, several(rng, 4, 5)):
        yield case("direction", _cycle(rng, side * side), side, side)
    high, wide = rng.permutation([1, 3, 4, 5])[:2].tolist()
    yield case("rectangles", _swaps(rng, high * wide), high, wide)
    yield case("rectangles", _swaps(rng, high * wide), wide, high)
    images, channels = batch(rng)
    for shape in ((images, channels), (images, 1), (1, channels)):
        yield case("batch", _swaps(rng, 9), 3, 3, *shape)
    for dtype in ("float16", "float32", "float64"):
        x, permutation = case(DTYPE, _swaps(rng, 9), 3, 3).args
        yield Case(DTYPE, (x.astype(dtype), permutation))
    yield case(INPUT, _swaps(rng, 9), 3, 3)
    yield Case(INPUT, (Strided(distinct(rng, 1, 1, 3, 3)), _swaps(rng, 9)))


def _swaps(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw a permutation that is its own inverse: disjoint swaps."""
    order, result = rng.permutation(count), np.arange(count)
    half = count // 2
    result[order[:half]], result[order[half : 2 * half]] = order[half : 2 * half], order[:half]
    return result


def _cycle(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw a permutation that is one cycle of at least three: its inverse is another one."""
    order, result = rng.permutation(count), np.arange(count)
    result[order] = np.roll(order, 1)
    return result


conv1x1 = Exercise(
    name="conv1x1",
    points={"values": 2, "bias": 2, "channels": 2, "rectangles": 1, "batch": 1, DTYPE: 1,
            INPUT: 1},
    examples=examples.CONV1X1,
    cases=_conv1x1_cases,
    observe=observe_without_loops,
)

conv1x1_backward = Exercise(
    name="conv1x1_backward",
    points={"grad_x": 2, "grad_weight": 2, "grad_bias": 1, "rectangles": 1, "batch": 2, DTYPE: 1,
            INPUT: 1},
    examples=examples.CONV1X1_BACKWARD,
    cases=_conv1x1_backward_cases,
    observe=belonging(RESULTS, observe),
    outputs=("grad_x", "grad_weight", "grad_bias"),
    arguments=("grad_output", "x", "weight"),
)

permute_pixels = Exercise(
    name="permute_pixels",
    points={"values": 2, "direction": 2, "rectangles": 2, "batch": 2, DTYPE: 1, INPUT: 1},
    examples=examples.PERMUTE_PIXELS,
    cases=_permute_pixels_cases,
    observe=observe,
    arguments=("x", "permutation"),
)

inception_cost = Exercise(
    name="inception_cost",
    points={"parameters": 3, "macs": 2, "naive parameters": 2, "naive macs": 1, "rectangles": 2},
    examples=examples.INCEPTION_COST,
    cases=inception_cost_cases,
    observe=belonging(RESULTS, observe),
    outputs=("parameters", "macs"),
    arguments=(),
)

separable_cost = Exercise(
    name="separable_cost",
    points={"parameters": 4, "macs": 3, "rectangles": 3},
    examples=examples.SEPARABLE_COST,
    cases=separable_cost_cases,
    observe=belonging(RESULTS, observe),
    outputs=("parameters", "macs"),
    arguments=(),
)
