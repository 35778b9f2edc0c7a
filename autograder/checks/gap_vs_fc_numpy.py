"""What right answers to the NumPy exercises on heads are: points by property, cases at random."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.cases import (
    DTYPE,
    INPUT,
    Case,
    Exercise,
    Observation,
    Strided,
    WrongType,
    failed,
)
from autograder.checks import gap_vs_fc_numpy_examples as examples
from autograder.checks.activation_maps import activation_map_cases
from autograder.checks.draw import batch, several, signed
from autograder.checks.results import belonging
from autograder.observe_numpy import observe, value_of

#: Which of several results a property is about; the others are about all of them.
RESULTS = {
    **{name: (name,) for name in ("grad_x", "grad_weight", "grad_bias", "flatten", "gap")},
    "hidden": ("flatten",), "rectangles": ("flatten",), INPUT: ("grad_x",),
}
#: Channels, side and classes, and the hidden layers: where the heads of AlexNet (one column) and
#: of VGG-16 begin, Krizhevsky et al. 2012, section 3.5, and Simonyan & Zisserman 2015, table 1.
ALEXNET = (256, 6, 1000, (4096, 4096))
VGG16 = (512, 7, 1000, (4096, 4096))
#: GoogLeNet's (Szegedy et al. 2014, table 1) and ResNet-50's (He et al. 2016, table 1), both GAP.
GOOGLENET = (1024, 7, 1000)
RESNET50 = (2048, 7, 1000)


def observe_pooled(
    exercise: Exercise, function: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Observe (N, C, 1, 1) as (N, C), but where the shape is the point."""
    seen = observe(exercise, function, case, device)
    output = seen.values.get("output")
    if case.property == "shape" or output is None or output.array.shape[2:] != (1, 1):
        return seen
    return replace(seen, values={"output": replace(output, array=output.array[:, :, 0, 0])})


def observe_costs(
    exercise: Exercise, function: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Observe the entries of a dictionary."""
    try:
        costs = function(*case.args, **case.kwargs)
        if not isinstance(costs, dict):
            raise WrongType("expected a dictionary with the keys 'flatten' and 'gap', got "
                            f"{type(costs).__name__}")
        found = {name: value_of(costs[name]) for name in exercise.outputs if name in costs}
    except Exception as error:
        return failed(error)
    return Observation(found)


def _global_avg_pool2d_cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(name: str, *shape: int, dtype: str = "float64", wrap: Any = np.asarray) -> Case:
        return Case(name, (wrap(signed(rng, *shape).astype(dtype)),))

    for side in (2, 3, several(rng, 4, 7)):
        yield case("values", 1, 1, side, side)
    images, channels = batch(rng)
    # One pixel is its own mean: whatever is made of more, its shape can be right.
    for shape in ((1, 1), (images, 1), (images, channels)):
        yield case("shape", *shape, 1, 1)
    low, high = rng.permutation([1, 2, 3, 5])[:2].tolist()
    yield case("rectangles", 1, 1, low, high)
    yield case("rectangles", 1, 1, high, low)
    for shape in ((images, 1), (1, channels), (images, channels), (channels, channels)):
        yield case("batch", *shape, 3, 3)
    for dtype in ("float16", "float32", "float64"):
        yield case(DTYPE, 1, 1, 1, 1, dtype=dtype)
    yield case(INPUT, 1, 1, 2, 2)
    yield case(INPUT, 1, 1, 4, 4, wrap=Strided)


def _global_avg_pool2d_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(name: str, images: int, channels: int, height: int, width: int,
             dtype: str = "float64", wrap: Any = np.asarray) -> Case:
        grad = wrap(signed(rng, images, channels).astype(dtype))
        return Case(name, (grad, (images, channels, height, width)))

    for side in (2, 3, several(rng, 4, 7)):
        yield case("values", 1, 1, side, side)
    low, high = rng.permutation([1, 2, 3, 5])[:2].tolist()
    yield case("rectangles", 1, 1, low, high)
    yield case("rectangles", 1, 1, high, low)
    images, channels = batch(rng)
    for shape in ((images, 1), (1, channels), (images, channels), (channels, channels)):
        yield case("batch", *shape, 2, 2)
    # One pixel gets all: whoever does not divide loses no more than that.
    for dtype in ("float16", "float32", "float64"):
        yield case(DTYPE, 1, 1, 1, 1, dtype)
    yield case(INPUT, 1, 1, 1, 1)
    yield case(INPUT, 1, several(rng, 2, 4), 1, 1, wrap=Strided)


def _linear_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(name: str, inside: int, outside: int, images: int = 1, dtype: str = "float64",
             wrap: Any = np.asarray) -> Case:
        shapes = (images, outside), (images, inside), (outside, inside)
        return Case(name, tuple(wrap(signed(rng, *shape).astype(dtype)) for shape in shapes))

    few, many = several(rng, 2, 3), several(rng, 4, 6)
    for name in ("grad_x", "grad_weight", "grad_bias"):
        for inside, outside in ((3, 3), (few, many), (many, few), (1, 1)):
            yield case(name, inside, outside)
    images, features = batch(rng)
    yield case("batch", features, features, images)
    yield case("batch", many, images, images)
    yield case("batch", 1, 1, images)
    # One number in and one out: nothing can be transposed.
    for dtype in ("float16", "float32", "float64"):
        yield case(DTYPE, 1, 1, dtype=dtype)
    yield case(INPUT, 2, 3)
    yield case(INPUT, 2, 3, wrap=Strided)


def _head_cost_cases(rng: np.random.Generator) -> Iterator[Case]:
    def sizes() -> tuple[int, int, int]:
        channels, classes = (2 + rng.permutation(9)[:2]).tolist()
        return channels, several(rng, 2, 9), classes

    def layers(count: int) -> tuple[int, ...]:
        return tuple((2 + rng.permutation(20)[:count]).tolist())

    for args in (sizes(), sizes(), (1, 1, 1), GOOGLENET):
        yield Case("flatten", args)
    for args in (sizes(), sizes(), GOOGLENET, RESNET50, VGG16, (*sizes(), layers(1))):
        yield Case("gap", args)
    for args in ((*sizes(), layers(1)), (*sizes(), layers(2)), (*sizes(), layers(4)), ALEXNET,
                 VGG16):
        yield Case("hidden", args)
    yield Case("hidden", sizes(), {"hidden": layers(3)})
    low, high = rng.permutation([1, 2, 3, 5])[:2].tolist()
    for size in ((low, high), (high, low)):
        channels, _, classes = sizes()
        yield Case("rectangles", (channels, size, classes))


global_avg_pool2d = Exercise(
    name="global_avg_pool2d",
    points={"values": 3, "shape": 1, "rectangles": 2, "batch": 2, DTYPE: 1, INPUT: 1},
    examples=examples.GLOBAL_AVG_POOL2D,
    cases=_global_avg_pool2d_cases,
    observe=observe_pooled,
)

global_avg_pool2d_backward = Exercise(
    name="global_avg_pool2d_backward",
    points={"values": 3, "rectangles": 2, "batch": 3, DTYPE: 1, INPUT: 1},
    examples=examples.GLOBAL_AVG_POOL2D_BACKWARD,
    cases=_global_avg_pool2d_backward_cases,
    observe=observe,
    arguments=("grad_output",),
)

linear_backward = Exercise(
    name="linear_backward",
    points={"grad_x": 3, "grad_weight": 2, "grad_bias": 1, "batch": 2, DTYPE: 1, INPUT: 1},
    examples=examples.LINEAR_BACKWARD,
    cases=_linear_backward_cases,
    observe=belonging(RESULTS, observe),
    outputs=("grad_x", "grad_weight", "grad_bias"),
    arguments=("grad_output", "x", "weight"),
)

head_cost = Exercise(
    name="head_cost",
    points={"flatten": 3, "gap": 3, "hidden": 2, "rectangles": 2},
    examples=examples.HEAD_COST,
    cases=_head_cost_cases,
    observe=belonging(RESULTS, observe_costs),
    outputs=("flatten", "gap"),
    arguments=(),
)

class_activation_map = Exercise(
    name="class_activation_map",
    points={"values": 2, "label": 1, "scaling": 2, "negative": 1, "flat": 1, "rectangles": 1,
            DTYPE: 1, INPUT: 1},
    examples=examples.CLASS_ACTIVATION_MAP,
    cases=activation_map_cases,
    observe=observe,
    arguments=("features", "weight"),
)
