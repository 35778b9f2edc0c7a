"""Cases for the two heads of a network, and what to note about them.

A head's parameters are found by their sizes, so that its parts can have any name, kind and order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.cases import DTYPE, INPUT, Case, Exercise, Observation, Strided, Value, WrongType
from autograder.checks.draw import batch, positive, several, signed
from autograder.checks.networks import build
from autograder.checks.stacked import observe_counted
from autograder.observe_torch import observe

#: What is noted of a head, in the words of the messages.
INSIDE = "number of weights in `classifier`"
CHANGED = "number of images whose scores dropout changes"
#: Inputs and outputs of the heads of GoogLeNet (Szegedy et al. 2014, table 1) and of ResNet-50
#: (He et al. 2016, table 1).
GAP_HEADS = ((1024, 1000), (2048, 1000))


class Head(nn.Module):
    """A head with the interface of `GAPHead`."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.classifier = nn.Linear(channels, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (N, channels, H, W) to (N, classes)."""
        return self.classifier(x.mean((2, 3)))


def observe_head(
    exercise: Exercise, learner: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Observe a head with given weights, in eval mode; where that is the point, its parts."""
    if case.property == "parameters" or not isinstance(learner, type):
        return observe_counted(exercise, learner, case, device)
    roles: dict[str, str] = {}

    def initialise(self, *args: Any, **kwargs: Any) -> None:
        learner.__init__(self, *args, **kwargs)
        roles.update(_fill(self, case.weights))
        self.eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        output = learner.forward(self, x)
        if case.property == "dropout":
            trained = learner.forward(self.train(), x)
            changed.append(int((trained != output).flatten(1).any(1).sum()))
        if case.property == "classifier":
            held.append(sum(one.numel() for one in self.classifier.parameters() if one.dim() > 1))
        return output

    changed, held = [], []
    filled = type(learner.__name__, (learner,), {"__init__": initialise, "forward": forward})
    seen = observe(exercise, filled, replace(case, weights={}), device)
    values = {f"gradient of {roles[name]}" if name in roles else name:
              _like(value, case.weights[roles[name]]) if name in roles else value
              for name, value in ((key.removeprefix("gradient of "), value)
                                  for key, value in seen.values.items())}
    return seen
