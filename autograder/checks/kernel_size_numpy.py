"""What right answers to the NumPy kernel-size exercises are: points by property, random cases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.cases import DTYPE, ERRORS, INPUT, Case, Exercise, Strided
from autograder.checks import kernel_size_numpy_examples as examples
from autograder.checks.counts import INTEGERS, observe_counts
from autograder.checks.draw import several, signed
from autograder.checks.receptive_fields import PUBLISHED, observe_field, receptive_field_cases
from autograder.checks.results import belonging
from autograder.checks.sequences import conv1d_cases, max_over_time_cases
from autograder.observe_numpy import observe


def _compose_kernels_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw kernels that look the same turned by 180 degrees, but where direction is the point."""
    def case(name: str, k1: int, k2: int, channels: tuple[int, int, int] = (1, 1, 1),
             turned: bool = True, dtype: str = "float64", wrap: Any = np.asarray,
             mixed: bool = False) -> Case:
        c0, c1, c2 = channels
        kernels = [signed(rng, c1, c0, k1, k1), signed(rng, c2, c1, k2, k2)]
        if turned:
            kernels = [(one + one[:, :, ::-1, ::-1]) / 2 for one in kernels]
        return Case(name, tuple(wrap(one.astype(dtype)) for one in kernels), mixed=mixed)

    for k in (1, 2, 3):
        yield case("values", k, k)
    for k in (2, 3, several(rng, 4, 5)):
        yield case("direction", k, k, turned=False)
    for k1, k2 in ((1, 3), (3, 1), (2, several(rng, 4, 5)), (5, 3)):
        yield case("sizes", k1, k2)
    few, more, many = (several(rng, 1, 2) + 2 * i for i in range(3))
    # Where all three are equal, matrices multiplied in the wrong order raise nothing.
    for channels in ((few, more, many), (many, more, few), (1, more, 1), (2, 2, 2)):
        yield case("channels", 1, 1, channels)
        yield case("channels", 2, 2, channels)
    for dtype in ("float16", "float32", "float64"):
        yield case(DTYPE, 2, 2, dtype=dtype)
    yield case(INPUT, 2, 2)
    yield case(INPUT, 3, 3, wrap=Strided)
    for k1, k2 in ((2, 4), (3, 2)):
        yield case("sizes", k1, k2, (few, more, many), turned=False, mixed=True)
    yield case(DTYPE, 2, 3, (few, more, many), turned=False, dtype="float32", mixed=True)


#: Which of the two counts a property is about; others are about both.
COUNTS = {"parameters": ("parameters",), "macs": ("macs",)}


def _stack_cost_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw stacks of one layer, but where depth is the point."""
    for name in ("parameters", "macs", INTEGERS):
        for kernel in (1, 3, several(rng, 4, 7)):
            yield Case(name, (kernel, 1, several(rng, 2, 9), several(rng, 3, 9)))
    # A map smaller than the kernel: the padding makes room.
    yield Case("macs", (7, 1, several(rng, 2, 9), 2))
    for kernel in (3, 5):
        yield Case("depth", (kernel, several(rng, 2, 3), several(rng, 2, 9), several(rng, 3, 9)))
    # The last three convolutions of VGG-16: Simonyan and Zisserman 2014, table 1.
    yield Case("depth", (3, 3, 512, 14))
    high, wide = rng.permutation([1, 3, 5, 7])[:2].tolist()
    for kernel, size in (((high, wide), 6), (3, (high, wide + 1)), ((wide, high), (high, wide))):
        yield Case("rectangles", (kernel, 1, several(rng, 2, 9), size))
    for kernel, size in (((high, wide), (wide, high + 1)), (3, (wide, high))):
        yield Case("rectangles", (kernel, several(rng, 2, 4), several(rng, 2, 9), size),
                   mixed=True)


receptive_field = Exercise(
    name="receptive_field",
    points={"kernels": 2, "jump": 1, "stride": 2, "dilation": 1, PUBLISHED: 1, INTEGERS: 1,
            INPUT: 1, ERRORS: 1},
    examples=examples.RECEPTIVE_FIELD,
    cases=receptive_field_cases,
    observe=observe_field,
    outputs=("size", "jump"),
    arguments=(),
)

compose_kernels = Exercise(
    name="compose_kernels",
    points={"values": 2, "direction": 2, "sizes": 2, "channels": 2, DTYPE: 1, INPUT: 1},
    examples=examples.COMPOSE_KERNELS,
    cases=_compose_kernels_cases,
    observe=observe,
    arguments=("first", "second"),
)

stack_cost = Exercise(
    name="stack_cost",
    points={"parameters": 3, "macs": 2, "depth": 2, "rectangles": 2, INTEGERS: 1},
    examples=examples.STACK_COST,
    cases=_stack_cost_cases,
    observe=belonging(COUNTS, observe_counts),
    outputs=("parameters", "macs"),
    arguments=(),
)

conv1d = Exercise(
    name="conv1d",
    points={"values": 1, "channels": 2, "bias": 1, "stride": 1, "padding": 1, "batch": 1, DTYPE: 1,
            INPUT: 1, ERRORS: 1},
    examples=examples.CONV1D,
    cases=conv1d_cases,
    observe=observe,
    arguments=("x", "weight", "bias"),
)

max_over_time = Exercise(
    name="max_over_time",
    points={"values": 2, "lengths": 2, "negative": 2, "batch": 2, DTYPE: 1, INPUT: 1},
    examples=examples.MAX_OVER_TIME,
    cases=max_over_time_cases,
    observe=observe,
    arguments=("x", "lengths"),
)
