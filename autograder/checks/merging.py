"""Cases for merging two depthwise convolutions into one, and what to note about the result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.cases import DTYPE, Case, Exercise, Made, Observation, Value, WrongType, failed
from autograder.checks.draw import batch, several, signed
from autograder.checks.networks import build
from autograder.checks.stacked import COUNT, parameters
from autograder.checks.untouched import watch
from autograder.observe_torch import observe
from autograder.weights import fill

#: What is noted of the two convolutions, in the words of the messages.
CHANGED = "parameters of large and small changed by the call"
SHARED = "parameters of large and small shared with the result"

Branch = tuple[np.ndarray, np.ndarray]


def merge_case(name: str, large: Branch, small: Branch, x: np.ndarray,
               grad: np.ndarray | None = None) -> Case:
    """Return a case that merges convolutions of given weights and runs the result on ``x``."""
    init = tuple(Made(_text(weight)) for weight, _ in (large, small))
    return Case(name, (x,), init=init, weights={"large": large, "small": small}, grad=grad)


def _text(weight: np.ndarray) -> str:
    channels, _, high, wide = weight.shape
    kernel, padding = (high, wide), (high // 2, wide // 2)
    if high == wide:
        kernel, padding = high, high // 2
    return f"Conv2d({channels}, {channels}, {kernel}, padding={padding}, groups={channels})"


def observe_merging(
    exercise: Exercise, function: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Return what the convolution does that a function makes of two.

    Where the case is about it, instead: its type and number of parameters, or how many parameters
    of the two do not stay as they were.
    """
    dtype = getattr(torch, str(case.args[0].dtype))
    branches = [build(made.name).to(device, dtype) for made in case.init]
    for branch, weights in zip(branches, case.weights.values(), strict=True):
        fill(branch, {"": weights})
    held = [parameter for branch in branches for parameter in branch.parameters()]
    before = [parameter.detach().clone() for parameter in held]
    untouched = watch(*branches)
    try:
        merged = function(*branches)
        if case.property == "layer":
            return _layer(merged)
        if case.property == "copy":
            left = untouched()
            seen = _copy(merged, branches, before)
            return replace(seen, values=seen.values | left)
    except Exception as error:
        return failed(error)
    return observe(exercise, merged, replace(case, init=(), weights={}), device)


def _layer(merged: Any) -> Observation:
    if not isinstance(merged, nn.Conv2d):
        raise WrongType(f"expected an nn.Conv2d, got {type(merged).__name__}")
    return Observation({COUNT: parameters(merged)})


def _copy(merged: nn.Module, branches: list, before: list) -> Observation:
    """Set the result's parameters to 0: those of the two are to stay."""
    called = _changed(branches, before)
    for parameter in merged.parameters():
        parameter.data.zero_()
    counts = {CHANGED: called, SHARED: _changed(branches, before) - called}
    return Observation({name: Value(np.asarray(n), "int") for name, n in counts.items()})


def _changed(branches: list, before: list) -> int:
    now = [parameter for branch in branches for parameter in branch.parameters()]
    return sum(not torch.equal(old, new) for old, new in zip(before, now, strict=True))


def merge_branches_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `merge_branches`, in float32 except where the dtype counts.

    Biases are zero except where they are the point.
    """
    def case(name: str, large: Any, small: Any, channels: int = 1, images: int = 1,
             size: tuple = (5, 5), bias: bool = False, dtype: str = "float32",
             backward: bool = False, mixed: bool = False) -> Case:
        def branch(kernel: Any) -> Branch:
            kernel = kernel if isinstance(kernel, tuple) else (kernel, kernel)
            return signed(rng, channels, 1, *kernel), signed(rng, channels) * bias

        shape = (images, channels, *size)
        made = merge_case(name, branch(large), branch(small),
                          signed(rng, *shape).astype(dtype),
                          signed(rng, *shape) if backward else None)
        return replace(made, mixed=mixed)

    for large, small in ((3, 1), (5, 3), (7, 3), (7, 5), (3, 3)):
        yield case("values", large, small, size=(several(rng, 4, 6), several(rng, 7, 9)))
    images, channels = batch(rng)
    for few in (1, channels):
        yield case("bias", 3, 1, few, bias=True)
    yield case("channels", 5, 3, channels)
    yield case("channels", 3, 1, images, channels)
    for large, small in (((5, 7), 3), ((3, 7), (3, 1)), ((7, 3), (1, 3)), ((1, 5), (1, 3))):
        yield case("rectangles", large, small)
    for few in (1, channels):
        yield case("layer", 5, 3, few)
        yield case("copy", 5, 3, few, bias=True)
    yield case("gradient", 5, 3, backward=True)
    for dtype in ("float32", "float64"):
        yield case(DTYPE, 5, 3, dtype=dtype)
    # Kernels of one size can be added as they are: also into one of the two.
    yield case("copy", 3, 3, channels, bias=True, mixed=True)
    yield case("rectangles", (5, 7), (3, 1), channels, images, (6, 8), bias=True, mixed=True)
    yield case("gradient", (7, 3), (1, 3), channels, images, (4, 5), bias=True, backward=True,
               mixed=True)
