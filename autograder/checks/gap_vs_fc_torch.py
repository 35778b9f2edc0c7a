"""What right answers to the PyTorch exercises on heads are: points by property, cases at random."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import nn

from autograder.cases import DTYPE, INPUT, Case, Exercise, Observation
from autograder.checks import gap_vs_fc_torch_examples as examples
from autograder.checks import sliding_examples
from autograder.checks.activation_maps import torch_activation_map_cases
from autograder.checks.heads import dtype_of, flatten_head_cases, gap_head_cases, observe_head
from autograder.checks.networks import build
from autograder.checks.sliding import (
    fully_convolutional_cases,
    linear_to_conv2d_cases,
    observe_fully_convolutional,
    observe_linear_to_conv2d,
)
from autograder.observe_torch import observe
from autograder.weights import fill

#: Any operator of any library with _pool in its name.
POOLING = r"^\w+::\w*_pool"


class Head(nn.Module):
    """A head with the interface of `GAPHead`."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.classifier = nn.Linear(channels, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (N, channels, H, W) to (N, classes)."""
        return self.classifier(x.mean((2, 3)))


def observe_activation_map(
    exercise: Exercise, function: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Return what a function does with a network and a head, made on the spot, and images."""
    made, _, x, label = case.args
    weight, _ = case.weights[""]
    head = Head(weight.shape[1], len(weight))
    fill(head, case.weights)
    features, head = (one.to(device, dtype_of(x)) for one in (build(made.name), head))
    return observe(exercise, function, replace(case, args=(features, head, x, label)), device)


linear_to_conv2d = Exercise(
    name="linear_to_conv2d",
    points={"values": 2, "bias": 1, "rectangles": 1, "larger maps": 1, "layer": 1, "copy": 2,
            "gradient": 1, DTYPE: 1},
    examples=sliding_examples.LINEAR_TO_CONV2D,
    cases=linear_to_conv2d_cases,
    observe=observe_linear_to_conv2d,
)

fully_convolutional = Exercise(
    name="fully_convolutional",
    points={"values": 1, "score map": 2, "rectangles": 1, "relu": 1, "dropout": 1,
            "sequential": 1, "gradient": 1, DTYPE: 1, INPUT: 1},
    examples=sliding_examples.FULLY_CONVOLUTIONAL,
    cases=fully_convolutional_cases,
    observe=observe_fully_convolutional,
)

GAPHead = Exercise(
    name="GAPHead",
    points={"values": 2, "any size": 2, "batch": 1, "classifier": 1, "parameters": 1,
            "gradient": 1, DTYPE: 1, INPUT: 1},
    examples=examples.GAP_HEAD,
    cases=gap_head_cases,
    observe=observe_head,
    forbidden=POOLING,
)

FlattenHead = Exercise(
    name="FlattenHead",
    points={"values": 1, "relu": 1, "rectangles": 1, "batch": 1, "dropout": 2, "parameters": 1,
            "gradient": 1, DTYPE: 1, INPUT: 1},
    examples=examples.FLATTEN_HEAD,
    cases=flatten_head_cases,
    observe=observe_head,
)

class_activation_map = Exercise(
    name="class_activation_map",
    points={"values": 1, "label": 1, "scaling": 1, "upsampling": 2, "batch": 1, "flat": 1,
            "rectangles": 1, DTYPE: 1, INPUT: 1},
    examples=examples.CLASS_ACTIVATION_MAP,
    cases=torch_activation_map_cases,
    observe=observe_activation_map,
)
