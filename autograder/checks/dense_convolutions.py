"""Cases for turning convolutions into fully connected layers, and what to note about those."""

from __future__ import annotations

import copy
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
    Value,
    WrongType,
    failed,
)
from autograder.checks.draw import batch, several, signed
from autograder.checks.heads import dtype_of
from autograder.checks.networks import build
from autograder.checks.stacked import COUNT, parameters
from autograder.observe_torch import observe
from autograder.weights import fill

#: What is noted of the weights, in the words of the messages.
CHANGED = "parameters of conv changed by the call"
SHARED = "parameters of conv shared with the result"


def conv_case(
    name: str, conv: str, input_size: Any, weight: np.ndarray, bias: np.ndarray | None,
    x: np.ndarray,
) -> Case:
    """Return a case of a convolution, written as text, of given weights; it has images ``x``."""
    weights = {"weight": weight} | ({} if bias is None else {"bias": bias})
    return Case(name, (x,), init=(Made(conv), input_size), weights=weights)


def observe_dense(
    exercise: Exercise, function: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Return what the linear layer does to flattened images that a function makes of a convolution.

    Beside it, what the case's property is about: the layer's kind and size, or how many parameters
    of the convolution do not stay as they were.
    """
    made, input_size = case.init
    conv = build(made.name).to(device, dtype_of(case.args[0]))
    fill(conv, case.weights)
    before = copy.deepcopy(conv)
    try:
        linear = function(conv, input_size)
        if case.property == "layer":
            return _layer(linear)
        if case.property == "copy":
            return _copy(linear, conv, before)
    except Exception as error:
        return failed(error)
    flat = case.args[0].reshape(len(case.args[0]), -1)
    return observe(exercise, linear, replace(case, args=(flat,), init=(), weights={}), device)


def _layer(linear: Any) -> Observation:
    if not isinstance(linear, nn.Linear):
        raise WrongType(f"expected an nn.Linear, got {type(linear).__name__}")
    return Observation({"inputs": Value(np.asarray(linear.in_features), "int"),
                        "outputs": Value(np.asarray(linear.out_features), "int"),
                        COUNT: parameters(linear)})


def _copy(linear: nn.Module, conv: nn.Module, before: nn.Module) -> Observation:
    """Set the linear layer's parameters to 0: the convolution's are to stay."""
    called = _changed(conv, before)
    for parameter in linear.parameters():
        parameter.data.zero_()
    counts = {CHANGED: called, SHARED: _changed(conv, before) - called}
    return Observation({name: Value(np.asarray(n), "int") for name, n in counts.items()})


def _changed(conv: nn.Module, before: nn.Module) -> int:
    """Return how many parameters are not as they were."""
    now = dict(conv.named_parameters())
    return sum(name not in now or not torch.equal(now[name], old)
               for name, old in before.named_parameters())


def conv2d_to_linear_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `conv2d_to_linear`; a bias is zero except where it counts.

    Whoever leaves out one argument of the convolution loses the property of that name, and those
    who mix up height and width lose `rectangles`.
    """
    def case(name: str, size: Any, kernel: Any, inside: int = 1, outside: int = 2,
             bias: bool | None = False, dtype: str = "float32", images: int = 1,
             **options: Any) -> Case:
        words = [str(inside), str(outside), str(kernel)]
        words += [f"{key}={value}" for key, value in options.items()]
        words += ["bias=False"] if bias is None else []
        conv = f"Conv2d({', '.join(words)})"
        height, width = size if isinstance(size, tuple) else (size, size)
        b = None if bias is None else signed(rng, outside) * bias
        x = signed(rng, images, inside, height, width).astype(dtype)
        return conv_case(name, conv, size, signed(rng, *build(conv).weight.shape), b, x)

    images, channels = batch(rng)
    few, side = several(rng, 2, 3), several(rng, 4, 6)
    yield case("values", side, 3)
    yield case("values", side, 2, channels, few, images=images)
    yield case("values", 3, 3, channels, few)
    for bias in (True, None):
        yield case("bias", side, 3, channels, few, bias=bias)
        yield case("layer", side, 2, channels, few, bias=bias)
        yield case("copy", 3, 3, few, bias=bias)
        yield case("copy", side, 1, 2, 1, bias=bias)
    yield case("stride", side + 2, 3, few, stride=2)
    yield case("stride", 7, 2, stride=3)
    yield case("padding", side, 3, few, padding=1)
    yield case("padding", 2, 3, padding=2)
    yield case("dilation", side + 2, 3, few, dilation=2)
    yield case("dilation", 7, 2, dilation=3)
    yield case("groups", side, 2, 2 * few, 4, groups=2)
    yield case("groups", side, 3, channels, 2 * channels, groups=channels)
    low, high = rng.permutation([3, 4, 5])[:2].tolist()
    for size in ((low, high), (high, low)):
        yield case("rectangles", size, 2, few)
        yield case("rectangles", size, (3, 2))
    yield case("rectangles", (7, 8), (2, 3), stride=(3, 1), padding=(0, 2), dilation=(2, 1))
    yield case("rectangles", (8, 6), (1, 3), stride=(1, 2), padding=(2, 0), dilation=(1, 2))
    for dtype in ("float32", "float64"):
        yield case(DTYPE, side, 2, outside=1, dtype=dtype)
