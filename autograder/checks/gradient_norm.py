"""Cases for measuring the gradient in a network, and what to note about such a measurement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from operator import ne
from typing import Any

import numpy as np
import torch

from autograder.cases import DTYPE, INPUT, Case, Exercise, Made, Observation, Strided, Value
from autograder.checks.draw import several
from autograder.checks.networks import build, sequential
from autograder.observe_torch import observe
from autograder.weights import fill

#: The property that looks at what other gradients are left.
GRAD = "grad untouched"
#: What is noted of a network, in the words of the messages.
MODES_CHANGED = "number of parts whose mode changed"
GRADS_CHANGED = "number of .grad changed"
REQUIRES_CHANGED = "number of requires_grad changed"


def observe_gradient_norm(
    exercise: Exercise, function: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Return what a function does with a network, the first of its arguments, made on the spot.

    Beside the norm, the values are counts of what the case's property is about. Where it is about
    the gradients there were, every second parameter has one.
    """
    net = build(case.args[0].name).double().to(device)
    fill(net, case.weights)
    modes = [part.training for part in net.modules()]
    held = held_gradients(net, case)
    trained = [p.requires_grad for p in net.parameters()]
    given = []

    def measured(module: torch.nn.Module, x: torch.Tensor, target: torch.Tensor) -> Any:
        given.append(x)
        return function(module, x, target)

    seen = observe(exercise, measured, replace(case, args=(net, *case.args[1:])), device)
    if seen.error:
        return seen
    counts = {}
    if case.property == INPUT:
        now = [p.requires_grad for p in net.parameters()]
        counts[REQUIRES_CHANGED] = given[0].requires_grad + sum(map(ne, trained, now))
    if case.property == "mode":
        changed = sum(old != part.training for old, part in zip(modes, net.modules(), strict=True))
        counts[MODES_CHANGED] = changed
    if case.property == GRAD:
        counts[GRADS_CHANGED] = changed_gradients(net, held)
    noted = {name: Value(np.asarray(n), "int") for name, n in counts.items()}
    return replace(seen, values=noted | seen.values)


def held_gradients(net: torch.nn.Module, case: Case) -> list[torch.Tensor | None]:
    """Return the parameters' gradients; where they are the point, every second one gets one."""
    for parameter in list(net.parameters())[::2] if case.property == GRAD else ():
        parameter.grad = torch.ones_like(parameter)
    return [None if p.grad is None else p.grad.clone() for p in net.parameters()]


def changed_gradients(net: torch.nn.Module, held: list[torch.Tensor | None]) -> int:
    """Return how many of the parameters' gradients are not what they were."""
    return sum(not _equal(old, p.grad) for old, p in zip(held, net.parameters(), strict=True))


def _equal(one: torch.Tensor | None, two: torch.Tensor | None) -> bool:
    return one is two if one is None or two is None else torch.equal(one, two)


def gradient_norm_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `first_layer_gradient_norm`: of one image and one parameter, mostly."""
    def case(name: str, net: Made, images: int, *shape: int, wrap: Any = np.asarray) -> Case:
        weights = tuple(rng.normal(size=tuple(p.shape)) for p in build(net.name).parameters())
        x = wrap(rng.normal(size=(images, *shape)))
        target = rng.integers(0, 2, images)
        return Case(name, (net, x, target), weights={"": weights})

    inputs, classes = several(rng, 3, 5), several(rng, 2, 4)
    single = Made(f"Linear({inputs}, {classes}, bias=False)")
    channels = several(rng, 2, 3)
    deep = sequential(f"Conv2d(1, {channels}, 2)", "ReLU()", "MaxPool2d(2)", "Flatten()",
                      f"Linear({4 * channels}, 3)")
    norm = (f"Linear({inputs}, 3, bias=False)", "BatchNorm1d(3)", "ReLU()", "Linear(3, 2)")
    for _ in range(3):
        yield case("values", single, 1, inputs)
    yield case("values", sequential("Flatten()", "Linear(6, 2, bias=False)"), 1, 2, 3)
    yield case("first parameter", deep, 1, 1, 5, 5)
    yield case("first parameter", Made(f"Linear({inputs}, {classes})"), 1, inputs)
    yield case("first parameter", sequential(f"Linear({inputs}, 3)", "Tanh()", "Linear(3, 2)"), 1,
               inputs)
    # The first parameter is called `weight_ih`.
    yield case("first parameter", sequential(f"RNNCell({inputs}, 3)", "Linear(3, 2)"), 1, inputs)
    for images in (2, several(rng, 3, 6)):
        yield case("batch", single, images, inputs)
    for net in (sequential(*norm), sequential(*norm, then=".eval()"),
                sequential(norm[0], norm[1] + ".eval()", *norm[2:])):
        yield case("mode", net, several(rng, 4, 6), inputs)
    yield case(GRAD, deep, 1, 1, 5, 5)
    yield case(GRAD, single, 1, inputs)
    yield case(DTYPE, single, 1, inputs)
    yield case(INPUT, single, 1, inputs)
    yield case(INPUT, single, 1, inputs, wrap=Strided)
