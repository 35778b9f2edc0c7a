"""What right answers to the NumPy convolution exercises are: points by property, random cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.cases import DTYPE, ERRORS, INPUT, Case, Exercise, Observation
from autograder.checks import convolution_numpy_examples as examples
from autograder.checks.counts import INTEGERS, observe_counts
from autograder.checks.draw import several
from autograder.checks.kernels import kernels
from autograder.observe_numpy import observe

ALL = ("grad_x", "grad_weight", "grad_bias")
#: Which gradients a property looks at; those that are not listed look at the first two.
LOOKED_AT = {name: (name,) for name in ALL} | {"batch": ALL, DTYPE: ALL, ERRORS: ()}


def _output_size_cases(rng: np.random.Generator) -> Iterator[Case]:
    for _ in range(4):
        kernel = several(rng, 1, 7)
        yield Case("values", (kernel + several(rng, 0, 30), kernel))
    for stride in (2, 3, 4):
        size = several(rng, 9, 30)
        for rest in range(stride):
            yield Case("stride", (size + rest, several(rng, 1, 5), stride))
    for padding in (1, 2, 3):
        yield Case("padding", (several(rng, 5, 9), several(rng, 1, 5)), {"padding": padding})
        yield Case("padding", (several(rng, 5, 9), several(rng, 1, 5), 1, padding))
    yield Case("padding", (3, 5), {"padding": 1})
    for dilation in (2, 3, 4):
        for kernel in (1, several(rng, 2, 5)):
            yield Case("dilation", (several(rng, 17, 30), kernel), {"dilation": dilation})
    # VGG's layers: Simonyan and Zisserman 2015, section 2.1. GoogLeNet's first and its 5x5: Szegedy
    # et al. 2015, table 1.
    for size, kernel, stride, padding in ((224, 3, 1, 1), (224, 7, 2, 3), (28, 5, 1, 2)):
        yield Case("real layers", (size, kernel, stride, padding))
    yield Case(INTEGERS, (several(rng, 9, 20), 3))
    yield Case(INTEGERS, (2 * several(rng, 5, 9) + 1, 3, 2))
    size = several(rng, 4, 6)
    yield Case(ERRORS, (size, size + 1), error=(size, size + 1))
    yield Case(ERRORS, (size, size + 3), {"padding": 1}, error=(size, size + 2, size + 3))
    yield Case(ERRORS, (size, 3), {"dilation": size}, error=(size, 2 * size + 1))
    yield Case(ERRORS, (size, 3, 0), error=(0,))
    yield Case(ERRORS, (size, size))
    # Padding of 1 and a step of 3: with it nothing is left over, without it a pixel is.
    kernel = several(rng, 3, 5)
    yield Case("padding", (kernel + 3 * several(rng, 1, 4) + 1, kernel, 3, 1), mixed=True)
    yield Case("dilation", (several(rng, 17, 30), kernel, 2, 1, several(rng, 2, 3)), mixed=True)


def _conv2d_cases(rng: np.random.Generator) -> Iterator[Case]:
    for one in kernels(rng):
        args = one.draw(rng, *one.shape), one.draw(rng, *one.weight_shape)
        bias = (one.draw(rng, one.out_channels),) if one.bias else ()
        yield Case(one.property, args + bias, one.options, error=one.error, mixed=one.mixed)


def _conv2d_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for one in kernels(rng):
        if one.property == "bias":
            continue
        shapes = one.output_shape, one.shape, one.weight_shape
        args = tuple(one.draw(rng, *shape) for shape in shapes)
        names = {"values": ALL[:2], "channels": ALL}.get(one.property, (one.property,))
        for name in names:
            yield Case(name, args, one.options, error=one.error, mixed=one.mixed)


def _observe_gradients(
    exercise: Exercise, function: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Observe each gradient in the properties that it belongs to."""
    seen = observe(exercise, function, case, device)
    wanted = LOOKED_AT.get(case.property, ALL[:2])
    return replace(seen, values={name: seen.values[name] for name in wanted if name in seen.values})


def _conv2d_matrix_cases(rng: np.random.Generator) -> Iterator[Case]:
    for one in kernels(rng):
        if one.property in ("batch", "bias"):
            continue
        height, width = one.shape[2:]
        size = height if height == width else (height, width)
        yield Case(one.property, (one.draw(rng, *one.weight_shape), size), one.options,
                   error=one.error, mixed=one.mixed)


output_size = Exercise(
    name="output_size",
    points={"values": 1, "stride": 2, "padding": 2, "dilation": 2, "real layers": 1, INTEGERS: 1,
            ERRORS: 1},
    examples=examples.OUTPUT_SIZE,
    cases=_output_size_cases,
    observe=observe_counts,
)

conv2d = Exercise(
    name="conv2d",
    points={"values": 1, "channels": 1, "bias": 1, "stride": 1, "padding": 1, "rectangles": 1,
            "batch": 1, DTYPE: 1, INPUT: 1, ERRORS: 1},
    examples=examples.CONV2D,
    cases=_conv2d_cases,
    observe=observe,
    arguments=("x", "weight", "bias"),
)

conv2d_backward = Exercise(
    name="conv2d_backward",
    points={"grad_x": 1, "grad_weight": 1, "grad_bias": 1, "stride": 1, "padding": 1,
            "rectangles": 1, "batch": 1, DTYPE: 1, INPUT: 1, ERRORS: 1},
    examples=examples.CONV2D_BACKWARD,
    cases=_conv2d_backward_cases,
    observe=_observe_gradients,
    outputs=("grad_x", "grad_weight", "grad_bias"),
    arguments=("grad_output", "x", "weight"),
)

conv2d_matrix = Exercise(
    name="conv2d_matrix",
    points={"values": 2, "channels": 2, "stride": 1, "padding": 1, "rectangles": 1, DTYPE: 1,
            INPUT: 1, ERRORS: 1},
    examples=examples.CONV2D_MATRIX,
    cases=_conv2d_matrix_cases,
    observe=observe,
    arguments=("weight",),
)
