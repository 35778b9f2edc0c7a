"""Cases for measuring what a network looks at, and what to note about such a measurement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from autograder.cases import DTYPE, INPUT, Case, Exercise, Made, Observation, Strided, Value
from autograder.checks.draw import batch, several, signed
from autograder.checks.gradient_norm import (
    GRAD,
    GRADS_CHANGED,
    changed_gradients,
    held_gradients,
)
from autograder.checks.networks import build, sequential
from autograder.checks.untouched import watch
from autograder.observe_torch import observe
from autograder.weights import fill

#: What is noted of the input, in the words of the messages.
REQUIRES_GRAD_CHANGED = "number of calls that changed x.requires_grad"
GRAD_LEFT = "number of calls that left a gradient in x.grad"


def observe_gradient_field(
    exercise: Exercise, function: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Return what a function finds about a network, the first of its arguments, made on the spot.

    Beside the field, the values are counts of what the case's property is about. Where it is about
    the gradients there were, every second parameter has one; where it is about the input, that is
    measured twice, with and without a gradient of its own, and the network is to stay as it was.
    """
    x = case.args[1].array if isinstance(case.args[1], Strided) else case.args[1]
    net = build(case.args[0].name).to(device, getattr(torch, str(x.dtype)))
    fill(net, case.weights)
    held = held_gradients(net, case)
    changed, left = [], []
    untouched = watch(net)

    def measured(module: torch.nn.Module, image: torch.Tensor) -> Any:
        for wanted in (True, False) if case.property == INPUT else (False,):
            field = function(module, image.requires_grad_(wanted))
            changed.append(image.requires_grad != wanted)
            left.append(image.grad is not None)
        return field

    seen = observe(exercise, measured, replace(case, args=(net, *case.args[1:])), device)
    if seen.error:
        return seen
    counts = {}
    if case.property == INPUT:
        counts |= {REQUIRES_GRAD_CHANGED: sum(changed), GRAD_LEFT: sum(left)}
    if case.property == GRAD:
        counts[GRADS_CHANGED] = changed_gradients(net, held)
    noted = {name: Value(np.asarray(n), "int") for name, n in counts.items()}
    if case.property == INPUT:
        noted |= untouched()
    return replace(seen, values=noted | seen.values)


def gradient_field_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `effective_receptive_field`, in float32 except where the dtype counts."""
    def case(name: str, net: Made, *shape: int, dtype: str = "float32", scale: float = 1.0,
             wrap: Any = np.asarray, mixed: bool = False) -> Case:
        weights = tuple(scale * signed(rng, *p.shape) for p in build(net.name).parameters())
        return Case(name, (net, wrap(signed(rng, *shape).astype(dtype))), weights={"": weights},
                    mixed=mixed)

    def conv(kernel: Any, inside: int = 1, outside: int = 1, more: str = "") -> Made:
        return Made(f"Conv2d({inside}, {outside}, {kernel}{more})")

    # Sides of the output are odd: its centre is in the middle.
    yield case("values", conv(3), 1, 1, 5, 5)
    yield case("values", conv(several(rng, 1, 2) * 2), 1, 1, 8, 8)
    yield case("values", conv(3, more=", stride=2"), 1, 1, 7, 7)
    yield case("values", conv(3, more=", padding=1"), 1, 1, 7, 7)
    yield case("values", sequential("Conv2d(1, 1, 3)", "Conv2d(1, 1, 2)"), 1, 1, 8, 8)
    high, wide = rng.permutation([5, 6, 8, 9])[:2].tolist()
    yield case("centre", conv(3), 1, 1, 6, 6)
    yield case("centre", conv(1), 1, 1, 2, 2)
    yield case("centre", conv(3), 1, 1, high, wide)
    yield case("centre", conv((2, 3)), 1, 1, wide, high)
    images, channels = batch(rng)
    yield case("channels", conv(3, 1, channels), 1, 1, 5, 5)
    yield case("channels", conv(3, channels, 1), 1, channels, 5, 5)
    yield case("channels", conv(3, channels, images), 1, channels, 7, 7)
    for depth in (2, 3):
        # The gradient is another one in each image.
        layers = ", Tanh(), ".join(["Conv2d(1, 1, 3)"] * depth)
        side = 2 * depth + 3
        yield case("batch", sequential(layers), several(rng, 2, 4), 1, side, side, scale=0.3)
    nothing = case("zero", conv(3), 1, 1, 5, 5)
    yield replace(nothing, weights={"": tuple(0 * one for one in nothing.weights[""])})
    off = case("zero", sequential("Conv2d(1, 1, 3)", "ReLU()"), 1, 1, 5, 5)
    yield replace(off, weights={"": (off.weights[""][0], np.array([-99.0]))})
    deep = sequential("Conv2d(1, 1, 2)", "Conv2d(1, 1, 2)", "Conv2d(1, 1, 3)")
    yield case(GRAD, deep, 1, 1, 7, 7)
    yield case(GRAD, conv(3), 1, 1, 5, 5)
    for dtype in ("float32", "float64"):
        # So large a gradient that a small number added to its maximum does not show.
        yield case(DTYPE, conv(3), 1, 1, 5, 5, dtype=dtype, scale=100.0)
    yield case(INPUT, conv(3), 1, 1, 5, 5)
    yield case(INPUT, conv(3), 1, 1, 5, 5, wrap=Strided)
    # In train mode before, and in eval mode.
    for mode in ("", ".eval()"):
        yield case(INPUT, sequential("Conv2d(1, 1, 3)", "Conv2d(1, 1, 1)", then=mode), 1, 1, 5, 5)
    deep = sequential(f"Conv2d({channels}, 2, (2, 3))", "Tanh()", f"Conv2d(2, {images}, (3, 2))")
    yield case("batch", deep, images, channels, 7, 8, dtype="float64", scale=0.3, mixed=True)
    yield replace(nothing, property=DTYPE, mixed=True, weights={"": tuple(
        0 * one for one in nothing.weights[""])}, args=(nothing.args[0], np.ones((1, 1, 5, 5))))
