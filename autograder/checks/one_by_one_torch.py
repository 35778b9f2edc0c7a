"""What right answers to the PyTorch 1x1 exercises are: points by property, cases at random."""

from __future__ import annotations

from autograder.cases import DTYPE, INPUT, Exercise
from autograder.checks import one_by_one_torch_examples as examples
from autograder.checks.chained import mlpconv_cases, observe_separable, separable_cases
from autograder.checks.conversion import linear_to_conv1x1_cases, observe_conversion
from autograder.checks.stacked import (
    fire_cases,
    inception_cases,
    observe_block,
    observe_counted,
)

linear_to_conv1x1 = Exercise(
    name="linear_to_conv1x1",
    points={"values": 3, "bias": 2, "layer": 1, "copy": 2, "gradient": 1, DTYPE: 1},
    examples=examples.LINEAR_TO_CONV1X1,
    cases=linear_to_conv1x1_cases,
    observe=observe_conversion,
)

Inception = Exercise(
    name="Inception",
    points={"branch1": 1, "branch2": 1, "branch3": 1, "branch4": 1, "order": 1, "relu": 1,
            "parameters": 1, "gradient": 1, DTYPE: 1, INPUT: 1},
    examples=examples.INCEPTION,
    cases=inception_cases,
    observe=observe_block,
)

Fire = Exercise(
    name="Fire",
    points={"expand1x1": 1, "expand3x3": 1, "order": 1, "relu": 3, "parameters": 1,
            "gradient": 1, DTYPE: 1, INPUT: 1},
    examples=examples.FIRE,
    cases=fire_cases,
    observe=observe_block,
)

MLPConv = Exercise(
    name="MLPConv",
    points={"values": 2, "relu": 2, "padding": 1, "rectangles": 1, "parameters": 1,
            "gradient": 1, DTYPE: 1, INPUT: 1},
    examples=examples.MLPCONV,
    cases=mlpconv_cases,
    observe=observe_counted,
)

DepthwiseSeparableConv2d = Exercise(
    name="DepthwiseSeparableConv2d",
    points={"values": 1, "batch": 2, "stride": 1, "padding": 1, "rectangles": 1,
            "parameters": 1, "gradient": 1, DTYPE: 1, INPUT: 1},
    examples=examples.DEPTHWISE_SEPARABLE_CONV2D,
    cases=separable_cases,
    observe=observe_separable,
)
