"""Cases for turning a linear layer into a 1x1 convolution, and what to note about the result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.cases import (
    DTYPE,
    Case,
    Exercise,
    Made,
    Observation,
    Strided,
    Value,
    WrongType,
    failed,
)
from autograder.checks.draw import batch, several, signed
from autograder.checks.stacked import COUNT, parameters
from autograder.observe_torch import observe
from autograder.weights import fill


def linear_case(
    name: str, weight: np.ndarray, bias: np.ndarray | None, x: np.ndarray | Strided,
    grad: np.ndarray | None = None,
) -> Case:
    """Return a case that converts a linear layer of given weights and runs the result on ``x``."""
    outside, inside = weight.shape
    text = f"nn.Linear({inside}, {outside}{'' if bias is not None else ', bias=False'})"
    weights = {"weight": weight} | ({} if bias is None else {"bias": bias})
    return Case(name, (x,), init=(Made(text),), weights=weights, grad=grad)


def observe_conversion(
    exercise: Exercise, function: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Return what the convolution does that a function makes of a linear layer.

    Beside it, what the case's property is about: the convolution's type and number of parameters,
    or how many parameters of the linear layer do not stay as they were.
    """
    linear = _linear(case, device)
    try:
        before = [parameter.detach().clone() for parameter in linear.parameters()]
        conv = function(linear)
        if case.property == "layer":
            return _layer(conv)
        if case.property == "copy":
            return _copy(conv, linear, before)
    except Exception as error:
        return failed(error)
    return observe(exercise, conv, replace(case, init=(), weights={}), device)


def _linear(case: Case, device: str) -> nn.Linear:
    x = case.args[0].array if isinstance(case.args[0], Strided) else case.args[0]
    outside, inside = case.weights["weight"].shape
    layer = nn.Linear(inside, outside, "bias" in case.weights, device,
                      getattr(torch, str(x.dtype)))
    fill(layer, case.weights)
    return layer


def _layer(conv: Any) -> Observation:
    if not isinstance(conv, nn.Conv2d):
        raise WrongType(f"expected an nn.Conv2d, got {type(conv).__name__}")
    return Observation({COUNT: parameters(conv)})


def _copy(conv: nn.Module, linear: nn.Linear, before: list) -> Observation:
    """Set the convolution's parameters to 0: the linear layer's are to stay."""
    called = _changed(linear, before)
    for parameter in conv.parameters():
        parameter.data.zero_()
    counts = {"parameters of linear changed by the call": called,
              "parameters of linear shared with the result": _changed(linear, before) - called}
    return Observation({name: Value(np.asarray(n), "int") for name, n in counts.items()})


def _changed(linear: nn.Linear, before: list) -> int:
    """Return how many parameters are not as they were, in shape and values."""
    now = list(linear.parameters())
    return sum(not torch.equal(old, new) for old, new in zip(before, now, strict=True))


def linear_to_conv1x1_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `linear_to_conv1x1`, in float32 except where the dtype counts.

    A bias is zero except where it counts: whoever leaves it out loses one property.
    """
    def case(name: str, inside: int, outside: int, bias: bool | None = False, images: int = 1,
             height: int = 3, width: int = 3, dtype: str = "float32", grad: bool = False) -> Case:
        b = None if bias is None else signed(rng, outside) * bias
        x = signed(rng, images, inside, height, width).astype(dtype)
        above = signed(rng, images, outside, height, width) if grad else None
        return linear_case(name, signed(rng, outside, inside), b, x, above)

    few, many = several(rng, 2, 3), several(rng, 4, 6)
    for inside, outside in ((3, 3), (few, many), (many, few), (1, 1)):
        yield case("values", inside, outside)
    images, channels = batch(rng)
    yield case("values", channels, images, images=images, height=2, width=several(rng, 3, 5))
    for bias in (True, None):
        yield case("bias", few, many, bias)
        yield case("bias", many, few, bias)
        yield case("layer", few, many, bias)
        yield case("copy", 3, few, bias)
        yield case("copy", 1, 1, bias)
    yield case("gradient", few, many, grad=True)
    yield case("gradient", 3, 2, images=2, grad=True)
    for dtype in ("float32", "float64"):
        yield case(DTYPE, 2, 3, dtype=dtype)
