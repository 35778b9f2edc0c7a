"""What right answers to the PyTorch convolution exercises are: points by property, random cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from autograder.cases import DTYPE, ERRORS, INPUT, Case, Exercise
from autograder.checks import convolution_torch_examples as examples
from autograder.checks.convolution_layers import (
    INITIALISATION,
    PARAMETERS,
    conv2d_layer_cases,
    locally_connected_cases,
    observe_layer,
    upstream,
)
from autograder.checks.kernels import kernels
from autograder.observe_torch import observe

#: Any operator of any library with conv in its name, transposed convolution too.
CONVOLUTION = r"^\w+::\w*conv(?!ert)"


def _conv2d_cases(rng: np.random.Generator) -> Iterator[Case]:
    for one in kernels(rng):
        name = "channels" if one.property == "batch" else one.property
        args = one.draw(rng, *one.shape), one.draw(rng, *one.weight_shape)
        bias = (one.draw(rng, one.out_channels),) if one.bias else ()
        case = Case(name, args + bias, one.options, error=one.error, mixed=one.mixed)
        yield case
        if one.property in ("channels", "bias") or (one.mixed and one.property == "padding"):
            yield replace(case, property="gradient", grad=upstream(rng, one))


conv2d = Exercise(
    name="conv2d",
    points={"values": 1, "channels": 1, "bias": 1, "stride": 1, "padding": 1, "rectangles": 1,
            "gradient": 1, DTYPE: 1, INPUT: 1, ERRORS: 1},
    examples=examples.CONV2D,
    cases=_conv2d_cases,
    observe=observe,
    arguments=("x", "weight", "bias"),
    forbidden=CONVOLUTION,
)

Conv2d = Exercise(
    name="Conv2d",
    points={"values": 1, PARAMETERS: 1, INITIALISATION: 1, "stride": 1, "padding": 1,
            "rectangles": 1, "gradient": 1, DTYPE: 1, INPUT: 1, ERRORS: 1},
    examples=examples.CONV2D_LAYER,
    cases=conv2d_layer_cases,
    observe=observe_layer,
    forbidden=CONVOLUTION,
)

LocallyConnected2d = Exercise(
    name="LocallyConnected2d",
    points={"values": 1, "sharing": 1, PARAMETERS: 1, "stride": 1, "rectangles": 1, "batch": 1,
            "gradient": 1, DTYPE: 1, INPUT: 1, ERRORS: 1},
    examples=examples.LOCALLY_CONNECTED2D,
    cases=locally_connected_cases,
    observe=observe_layer,
)
