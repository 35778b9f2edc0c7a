"""What right answers to the capstone's exercises are: points by property, cases at random."""

from __future__ import annotations

from autograder.cases import DTYPE, Exercise
from autograder.checks import without_pooling_torch_examples as examples
from autograder.checks.dense_convolutions import conv2d_to_linear_cases, observe_dense
from autograder.checks.own_nets import measure_net, net_cases, observe_net
from autograder.checks.sized_nets import observe_sized, sized_cases

conv2d_to_linear = Exercise(
    name="conv2d_to_linear",
    points={"values": 1, "bias": 1, "stride": 1, "padding": 1, "dilation": 1, "groups": 1,
            "rectangles": 1, "layer": 1, "copy": 1, DTYPE: 1},
    examples=examples.CONV2D_TO_LINEAR,
    cases=conv2d_to_linear_cases,
    observe=observe_dense,
)

mlp_of_size = Exercise(
    name="mlp_of_size",
    points={"size": 4, "smallest": 1, "values": 2, "relu": 1, "gradient": 1, DTYPE: 1},
    examples=examples.MLP_OF_SIZE,
    cases=sized_cases,
    observe=observe_sized,
)

build_model = Exercise(
    name="build_model",
    points={"runs": 1, "budget": 1, "learning": 1, "accuracy": 3, "shift 4": 2, "shift 6": 2},
    examples=examples.BUILD_MODEL,
    cases=net_cases,
    observe=observe_net,
    measure=measure_net,
    seconds=100.0,
    same_for_all=True,
)
