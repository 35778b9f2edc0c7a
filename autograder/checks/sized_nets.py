"""Cases for a multilayer perceptron of a given size, and what to note about it.

Its parameters are found by their shapes, so that layers can have any name and order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.cases import DTYPE, Case, Exercise, Observation, Value, WrongType, failed
from autograder.checks.draw import positive, several, signed
from autograder.checks.heads import dtype_of, with_gradients_of
from autograder.checks.stacked import parameters
from autograder.observe_torch import observe

#: What is noted of a net's size, in the words of the messages.
AWAY = "how far its number of parameters is from what is asked"


def observe_sized(
    exercise: Exercise, function: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Return how far a net's size is from what is asked, or what the net does with given weights.

    Gradients in parameters are named by what the parameter is.
    """
    try:
        if not case.weights:
            away = abs(int(parameters(function(*case.args)).array) - case.args[-1])
            return Observation({AWAY: Value(np.asarray(away), "int")})
        net = function(*case.init).to(device, dtype_of(case.args[0]))
        roles = _fill(net, case.weights)
        seen = observe(exercise, net, replace(case, init=(), weights={}), device)
    except Exception as error:
        return failed(error)
    return with_gradients_of(seen, roles)


def _fill(net: nn.Module, weights: dict[str, np.ndarray]) -> dict[str, tuple[str, tuple]]:
    """Set each parameter to what is given for its shape; return its role and shape, by its name.

    Raises
    ------
    WrongType
        If the parameters' shapes are not those of the weights.
    """
    roles = {array.shape: role for role, array in weights.items()}
    held = dict(net.named_parameters())
    if sorted(map(_shape, held.values())) != sorted(roles):
        shapes = ", ".join(map(str, sorted(map(_shape, held.values())))) or "none"
        raise WrongType(f"expected parameters of the shapes {', '.join(map(str, sorted(roles)))}, "
                        f"got {shapes}")
    with torch.no_grad():
        for one in held.values():
            one.copy_(torch.from_numpy(weights[roles[_shape(one)]]))
    return {name: (roles[_shape(one)], _shape(one)) for name, one in held.items()}


def _shape(parameter: torch.Tensor) -> tuple[int, ...]:
    return tuple(parameter.shape)


def net_case(
    name: str, x: np.ndarray, first: np.ndarray, second: np.ndarray,
    first_bias: np.ndarray | None = None, second_bias: np.ndarray | None = None,
    grad: np.ndarray | None = None,
) -> Case:
    """Return a case of a net of given weights, the number of whose hidden units they say.

    Numbers of inputs, hidden units and classes differ; a bias that is not given is zero.
    """
    (hidden, inputs), classes = first.shape, len(second)
    weights = {
        "first weight": first,
        "first bias": np.zeros(hidden) if first_bias is None else first_bias,
        "second weight": second,
        "second bias": np.zeros(classes) if second_bias is None else second_bias,
    }
    size = sum(one.size for one in weights.values())
    return Case(name, (x,), init=(inputs, classes, size), weights=weights, grad=grad)


def sized_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `mlp_of_size`; a ReLU has no work but where it is the point.

    A wrong size loses the properties that are about it, and no others.
    """
    def case(name: str, draw: Any = positive, images: int = 1, dtype: str = "float32",
             grad: bool = False) -> Case:
        # So many inputs that no miscount of the biases changes the number of hidden units.
        inputs, hidden, classes = several(rng, 14, 18), several(rng, 2, 3), several(rng, 4, 5)
        above = signed(rng, images, classes) if grad else None
        return net_case(name, draw(rng, images, inputs).astype(dtype), draw(rng, hidden, inputs),
                        draw(rng, classes, hidden), draw(rng, hidden), draw(rng, classes), above)

    for low, high in ((20, 200), (200, 2000), (2000, 40000)):
        for _ in range(4):
            inputs, classes = several(rng, 1, 300), several(rng, 2, 20)
            wanted = several(rng, low, high) + 2 * (inputs + classes + 1)
            yield Case("size", (inputs, classes, wanted))
    # CIFAR-10's images, and the canvas of the last exercise.
    yield Case("size", (3 * 32 * 32, 10, several(rng, 50_000, 200_000)))
    yield Case("size", (32 * 32, 10, 20_000))
    for _ in range(3):
        yield Case("smallest", (several(rng, 50, 90), several(rng, 2, 9), several(rng, 1, 20)))
    yield case("values")
    yield case("values", images=several(rng, 2, 4))
    for _ in range(3):
        yield case("relu", signed, images=several(rng, 2, 4))
    yield case("gradient", images=2, grad=True)
    yield case("gradient", signed, images=2, grad=True)
    for dtype in ("float32", "float64"):
        yield case(DTYPE, dtype=dtype)
