"""Cases for layers of convolution, shared and not, and what to note about their parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import prod, sqrt
from typing import Any

import numpy as np
import torch

from autograder.cases import Case, Exercise, Observation, Value, failed
from autograder.checks.draw import several
from autograder.checks.kernels import Kernels, kernels
from autograder.observe_torch import observe

#: Properties of a layer as it was constructed, before it is called.
PARAMETERS, INITIALISATION = "parameters", "initialisation"
#: Where channels, images and biases belong if a layer has no property of their own for them.
VALUES = {"channels": "values", "batch": "values", "bias": "values"}
BATCH = {"channels": "batch", "bias": "values"}


def conv2d_layer_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `Conv2d`; the bias is 0 but where it or the channels are looked at."""
    for one in kernels(rng):
        name = VALUES.get(one.property, one.property)
        case = Case(name, (one.draw(rng, *one.shape),), init=_init(one), init_kwargs=one.options,
                    error=one.error, mixed=one.mixed)
        if not one.error:
            case = replace(case, weights=_weights(rng, one))
        yield case
        if one.mixed and one.property == "padding":
            yield replace(case, property="gradient", grad=upstream(rng, one))
    one = Kernels("bias", (1, 2, 4, 4), 2, out_channels=3)
    yield Case("values", (one.draw(rng, *one.shape),), init=_init(one), init_kwargs={"bias": False},
               weights={"weight": one.draw(rng, *one.weight_shape)})
    one = Kernels("bias", (2, 2, 5, 5), several(rng, 2, 3), out_channels=3)
    yield Case("gradient", (one.draw(rng, *one.shape),), init=_init(one),
               weights=_weights(rng, one), grad=upstream(rng, one))
    low, high = rng.permutation([2, 3, 4, 5])[:2].tolist()
    yield Case(PARAMETERS, init=(low, high, (high, low)))
    yield Case(PARAMETERS, init=(high, low, 3), init_kwargs={"stride": 2, "bias": False})
    # So many kernels that a quarter of them is expected in each quarter, give or take 1 %.
    yield Case(INITIALISATION, init=(low, 16384, (1, high)))
    yield Case(INITIALISATION, init=(1, 16384, 2))


def locally_connected_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `LocallyConnected2d`; most have the same kernel at all places."""
    for one in kernels(rng):
        if one.padding and not one.mixed:
            continue
        one = replace(one, padding=0)
        name = BATCH.get(one.property, one.property)
        case = Case(name, (one.draw(rng, *one.shape),), init=_init_for_size(one),
                    init_kwargs=one.options, error=one.error, mixed=one.mixed)
        shared = name != "rectangles" and not one.mixed
        case = replace(case, weights={} if one.error else _own_kernels(rng, one, shared))
        if name != "padding":
            yield case
            continue
        yield replace(case, property="sharing")
        yield replace(case, property="gradient", grad=upstream(rng, one))
    for kernel in (1, 2, 3):
        one = Kernels("sharing", (1, 1, 5, 5), kernel)
        for name, grad in (("sharing", None), ("gradient", upstream(rng, one))):
            yield Case(name, (one.draw(rng, *one.shape),), init=_init_for_size(one),
                       weights=_own_kernels(rng, one), grad=grad)
    low, high = rng.permutation([2, 3, 4])[:2].tolist()
    yield Case(PARAMETERS, init=(low, high, 7, low))
    yield Case(PARAMETERS, init=(1, low, high, high))


def upstream(rng: np.random.Generator, one: Kernels) -> np.ndarray:
    """Draw a gradient for the output: whole numbers, which any dtype holds exactly."""
    return rng.integers(-9, 10, one.output_shape).astype(np.float64)


def _init(one: Kernels) -> tuple:
    return one.shape[1], one.out_channels, one.kernel_size


def _init_for_size(one: Kernels) -> tuple:
    height, width = one.shape[2:]
    size = height if height == width else (height, width)
    return one.shape[1], one.out_channels, size, one.kernel_size


def _weights(rng: np.random.Generator, one: Kernels) -> dict:
    looked_at = one.mixed or one.property in ("bias", "channels")
    bias = rng.standard_normal(one.out_channels) if looked_at else np.zeros(one.out_channels)
    return {"weight": rng.standard_normal(one.weight_shape), "bias": bias}


def _own_kernels(rng: np.random.Generator, one: Kernels, shared: bool = False) -> dict:
    """Draw a kernel and a bias for every place, or the same for all."""
    shapes = {"weight": one.weight_shape, "bias": (one.out_channels,)}
    size = one.output_shape[2:]
    places = (1, 1) if shared else size
    return {name: np.broadcast_to(rng.standard_normal((*shape, *places)), (*shape, *size)).copy()
            for name, shape in shapes.items()}


def observe_layer(
    exercise: Exercise, learner: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Observe also, where the case is about them, the parameters that a layer starts with."""
    noted = {PARAMETERS: _parameters, INITIALISATION: _initialisation}.get(case.property)
    if not noted:
        return observe(exercise, learner, case, device)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return Observation(noted(lambda: learner(*case.init, **case.init_kwargs)))
    except Exception as error:
        return failed(error)


def _parameters(make: Callable[[], torch.nn.Module]) -> dict[str, Value]:
    layer = make()
    held = {"shape of weight": Value(np.array(layer.weight.shape), "int")}
    if layer.bias is None:
        held["bias is None"] = Value(np.asarray(True), "bool")
    else:
        held["shape of bias"] = Value(np.array(layer.bias.shape), "int")
    trained = [one.numel() for one in layer.parameters() if one.requires_grad]
    return held | {"number of trained values": Value(np.asarray(sum(trained)), "int")}


def _initialisation(make: Callable[[], torch.nn.Module]) -> dict[str, Value]:
    """Return which share of weights, and of biases, lies in each quarter of the interval.

    And which share differs from all others of the layer, or from those of a layer made after it.
    """
    layer, another = make(), make()
    bound = 1 / sqrt(prod(layer.weight.shape[1:]))
    quarters = np.array([-1, -0.5, 0, 0.5, 1.0]) * bound
    found = {}
    for name, held in (("weights", layer.weight), ("biases", layer.bias)):
        shares = np.histogram(held.detach().numpy(), quarters)[0] / held.numel()
        found[f"share of {name} in each quarter of ±1/sqrt(fan-in)"] = _rounded(shares)
    weights = layer.weight.detach()
    distinct = len(weights.unique()) / weights.numel()
    found["share of weights that differ from each other"] = _rounded(distinct)
    changed = (weights != another.weight.detach()).double().mean().item()
    return found | {"share of weights that differ from those of a second layer": _rounded(changed)}


def _rounded(shares: np.ndarray | float) -> Value:
    """Return shares of many to the nearest twentieth, which is more than chance moves them."""
    return Value(np.asarray(np.round(20 * np.asarray(shares)) / 20), "float64")
