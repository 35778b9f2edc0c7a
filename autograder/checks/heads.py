"""Cases for the two heads of a network, and what to note about them.

A head's parameters are found by their sizes and outputs: its parts can have any name, kind and
order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.cases import (
    DTYPE,
    INPUT,
    Case,
    Exercise,
    Observation,
    Strided,
    Value,
    WrongType,
    failed,
)
from autograder.checks.draw import batch, positive, several, signed
from autograder.checks.stacked import observe_counted
from autograder.observe_torch import observe

#: What is noted of a head, in the words of the messages.
INSIDE = "number of weights in `classifier`"
CHANGED = "number of images whose scores dropout changes"
#: Inputs and outputs of the heads of GoogLeNet (Szegedy et al. 2014, table 1) and of ResNet-50
#: (He et al. 2016, table 1).
GAP_HEADS = ((1024, 1000), (2048, 1000))


def observe_head(
    exercise: Exercise, learner: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Observe a head with given weights in eval mode, and what the case's property is about."""
    if case.property == "parameters" or not isinstance(learner, type):
        return observe_counted(exercise, learner, case, device)
    call = replace(case, init=(), init_kwargs={}, weights={})
    try:
        head = learner(*case.init, **case.init_kwargs).to(device, dtype_of(case.args[0]))
        roles = _fill(head, case.weights)
        seen = observe(exercise, head.eval(), call, device)
        noted = {}
        if case.property == "classifier":
            held = [one.numel() for one in head.classifier.parameters() if one.dim() > 1]
            noted[INSIDE] = Value(np.asarray(sum(held)), "int")
        elif case.property == "dropout" and not seen.error:
            noted[CHANGED] = _changed(seen, observe(exercise, head.train(), call, device))
    except Exception as error:
        return failed(error)
    seen = with_gradients_of(seen, roles)
    return replace(seen, values=noted | seen.values)


def dtype_of(x: np.ndarray | Strided) -> torch.dtype:
    """Return what PyTorch calls the dtype of a case's array."""
    return getattr(torch, str((x.array if isinstance(x, Strided) else x).dtype))


def with_gradients_of(seen: Observation, roles: dict[str, tuple[str, tuple]]) -> Observation:
    """Return an observation with other names and shapes of the gradients in parameters.

    Parameters
    ----------
    roles
        By the name of a parameter: its new name and shape.
    """
    values = {}
    for name, value in seen.values.items():
        role, shape = roles.get(name.removeprefix("gradient of "), ("", ()))
        if role:
            name, value = f"gradient of {role}", replace(value, array=value.array.reshape(shape))
        values[name] = value
    return replace(seen, values=values)


def _fill(module: nn.Module, weights: dict[str, np.ndarray]) -> dict[str, tuple[str, tuple]]:
    """Set parameters to what is given for their kind; return what each is, with its shape.

    Raises
    ------
    WrongType
        If there is no parameter of a weight's size; a bias may be missing.
    """
    roles = {}
    for role, wanted in weights.items():
        name = next((name for name, one in module.named_parameters()
                     if name not in roles and _kind(one) == _kind(torch.from_numpy(wanted))), None)
        if name is None and wanted.ndim > 1:
            shapes = [tuple(one.shape) for one in module.parameters()]
            raise WrongType(f"expected a {role} of shape {wanted.shape}, got parameters of the "
                            f"shapes {', '.join(map(str, shapes)) or 'none'}")
        if name is not None:
            roles[name] = role, wanted.shape
            one = module.get_parameter(name)
            one.data = torch.from_numpy(wanted).reshape(one.shape).to(one)
    return roles


def _kind(parameter: torch.Tensor) -> tuple:
    """Return what a linear layer's parameter has in common with that of a convolution."""
    return parameter.numel(), parameter.shape[:1], parameter.dim() > 1


def _changed(seen: Observation, trained: Observation) -> Value:
    """Return how many rows of two outputs differ."""
    one, two = seen.values["output"].array, trained.values["output"].array
    return Value(np.asarray(int((one != two).any(axis=1).sum())), "int")


def gap_head_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `GAPHead`; biases are zero but for `values` and `gradient`."""
    def case(name: str, channels: int, classes: int, images: int, height: int, width: int,
             bias: bool = False, grad: bool = False, dtype: str = "float32",
             wrap: Any = np.asarray) -> Case:
        x = wrap(signed(rng, images, channels, height, width).astype(dtype))
        return Case(name, (x,), init=(channels, classes),
                    weights={"weight": signed(rng, classes, channels),
                             "bias": signed(rng, classes) * bias},
                    grad=signed(rng, images, classes) if grad else None)

    few, many = several(rng, 2, 3), several(rng, 4, 6)
    for channels, classes in ((few, many), (many, few), (1, few)):
        yield case("values", channels, classes, 1, 3, 3, bias=True)
    low, high = rng.permutation([1, 2, 3, 5])[:2].tolist()
    for size in ((low, high), (high, low), (1, 1), (several(rng, 6, 9), 7)):
        yield case("any size", few, many, 1, *size)
    images, channels = batch(rng)
    for count in (images, channels):
        yield case("batch", channels, 5, count, 3, 3)
    yield case("classifier", few, many, 1, 3, 3)
    yield case("classifier", many, few, 1, 3, 3)
    for init in ((few, many), *GAP_HEADS):
        yield Case("parameters", (np.zeros((1, init[0], 1, 1)),), init=init)
    yield case("gradient", few, many, 1, 3, 3, bias=True, grad=True)
    yield case("gradient", many, few, 1, 2, 2, bias=True, grad=True)
    for dtype in ("float32", "float64"):
        yield case(DTYPE, few, many, 1, 3, 3, dtype=dtype)
    yield case(INPUT, few, many, 1, 3, 3)
    yield case(INPUT, few, many, 1, 3, 3, wrap=Strided)


def flatten_head_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `FlattenHead`; the ReLU has no work but where it is the point."""
    def case(name: str, channels: int, input_size: Any, classes: int, hidden: int = 0,
             images: int = 1, draw: Any = positive, grad: bool = False, dtype: str = "float32",
             wrap: Any = np.asarray, zero: str = "") -> Case:
        h, w = input_size if isinstance(input_size, tuple) else (input_size, input_size)
        hidden = hidden or several(rng, 6, 9)
        # Scores are negative, so that a ReLU behind them shows.
        weights = {"first weight": draw(rng, hidden, channels * h * w),
                   "first bias": draw(rng, hidden),
                   "second weight": -draw(rng, classes, hidden),
                   "second bias": -draw(rng, classes)}
        if zero:
            weights[zero] = 0.0 * weights[zero]
        return Case(name, (wrap(draw(rng, images, channels, h, w).astype(dtype)),),
                    init=(channels, input_size, classes, hidden), weights=weights,
                    grad=signed(rng, images, classes) if grad else None)

    few = several(rng, 2, 3)
    yield case("values", 1, 2, few)
    yield case("values", 1, several(rng, 3, 5), few)
    named = case("values", 1, 3, 5)
    yield replace(named, init=named.init[:3], init_kwargs={"hidden": named.init[3]})
    for _ in range(2):
        yield case("relu", 1, 3, few, draw=signed)
    low, high = rng.permutation([1, 3, 4, 5])[:2].tolist()
    yield case("rectangles", 1, (low, high), few)
    yield case("rectangles", 1, (high, low), few)
    images, channels = batch(rng)
    yield case("batch", channels, 2, 5, images=images)
    yield case("batch", images, 3, few, images=channels)
    yield case("batch", 1, 2, few, images=images)
    # All hidden units get their bias alone: what dropout does before them is not to be seen.
    yield case("dropout", 1, 2, few, 64, images, zero="first weight")
    # All scores are the last bias: what dropout does before it is not to be seen.
    yield case("dropout", 1, 2, few, 64, images, zero="second weight")
    for init in ((channels, 3, few, 10), (1, 2, 3), (16, 5, 10, 120)):
        yield Case("parameters", (np.zeros((1, init[0], 1, 1)),), init=init)
    yield case("gradient", 1, 2, few, grad=True)
    yield case("gradient", 1, 3, few, grad=True)
    for dtype in ("float32", "float64"):
        yield case(DTYPE, 1, 2, few, dtype=dtype)
    yield case(INPUT, 1, 2, few)
    yield case(INPUT, 1, 2, few, wrap=Strided)
