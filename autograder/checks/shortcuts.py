"""Cases for the shortcuts of residual blocks, and what to note about such layers."""

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
)
from autograder.checks.draw import batch, distinct, several, signed, whole
from autograder.observe_torch import observe

#: What the three parameters of a projection are called, in this order.
PARTS = ("convolution's weight", "norm's weight", "norm's bias")


def pool_shortcut_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `PoolShortcut`; as many channels out as in, but where more are the point."""
    def case(name: str, stride: Any, height: int, width: int, images: int = 1, channels: int = 1,
             more: int = 0, dtype: str = "float64", grad: np.ndarray | None = None,
             mixed: bool = False) -> Case:
        x = distinct(rng, images, channels, height, width).astype(dtype)
        return Case(name, (x,), init=(channels, channels + more, stride), grad=grad, mixed=mixed)

    for side in (2, 4, 6):
        yield case("values", 2, side, side)
    for channels, more in ((1, 1), (2, several(rng, 2, 4)), (3, 0)):
        yield case("channels", 2, 4, 4, channels=channels, more=more)
    for stride in (1, 3, 4):
        yield case("stride", stride, 2 * stride, 2 * stride)
    for stride in (2, 3, 4):
        side = stride * several(rng, 1, 2) + several(rng, 1, stride - 1)
        yield case("stride", stride, side, side)
    low, high = rng.permutation([1, 2, 3])[:2].tolist()
    yield case("rectangles", 2, 2 * low, 2 * high)
    yield case("rectangles", (low, high), 6, 6)
    images, channels = batch(rng)
    yield case("batch", 2, 4, 4, images)
    yield case("batch", 2, 4, 4, channels, images)
    yield case("gradient", 2, 4, 4, grad=whole(rng, 1, 1, 2, 2))
    yield case("gradient", 2, 4, 4, channels=2, grad=whole(rng, 1, 2, 2, 2))
    yield case("no weights", 2, 4, 4)
    for dtype in ("float32", "float64"):
        yield case(DTYPE, 2, 4, 4, dtype=dtype)
    yield case(INPUT, 2, 4, 4)
    yield Case(INPUT, (Strided(distinct(rng, 1, 1, 6, 6)),), init=(1, 1, 3))
    yield case("channels", (low, 2), 6, 9, images, channels, more=2, mixed=True)
    yield case("gradient", 3, 7, 4, images, 2, more=1, grad=whole(rng, images, 3, 2, 1), mixed=True)
    yield case(DTYPE, 2, 4, 4, more=1, dtype="float32", mixed=True)


def observe_pool_shortcut(
    exercise: Exercise, learner: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Observe also, where the case is about it, how many parameters the layer has."""
    seen = observe(exercise, learner, case, device)
    if case.property != "no weights" or seen.error:
        return seen
    count = len(list(learner(*case.init).parameters()))
    return replace(seen, values=seen.values | {
        "number of parameters": Value(np.asarray(count), "int")})


def projection_weights(rng: np.random.Generator, inside: int, outside: int) -> dict:
    """Draw the parameters of a projection: no two alike, no weight near 0."""
    return {"": (signed(rng, outside, inside, 1, 1), rng.uniform(1.5, 2.5, outside),
                 rng.uniform(-2.0, -1.0, outside))}


def projection_shortcut_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `ProjectionShortcut`, in float32: an eps a little off is no fault."""
    def case(name: str, stride: Any, *shapes: tuple, channels: tuple[int, int] = (1, 1),
             grad: tuple = (), dtype: str = "float32", wrap: Any = np.asarray) -> Case:
        inside, outside = channels
        maps = tuple(wrap(rng.normal(size=(shape[0], inside, *shape[1:])).astype(dtype))
                     for shape in shapes)
        above = rng.normal(size=grad).astype(np.float32) if grad else None
        return Case(name, maps, init=(inside, outside, stride),
                    weights=projection_weights(rng, inside, outside), grad=above)

    for images in (1, several(rng, 2, 4)):
        yield case("values", 1, (images, 3, 3))
    for stride, side in ((2, 4), (2, 5), (3, 5), (3, 7)):
        yield case("stride", stride, (2, side, side))
    low, high = rng.permutation([1, 2, 3])[:2].tolist()
    yield case("rectangles", 1, (2, 1 + low, 1 + high))
    yield case("rectangles", (low, high), (2, 6, 6))
    for channels in ((3, 1), (1, 3), (several(rng, 2, 4), 5)):
        yield case("channels", 1, (3, 3, 3), channels=channels)
    yield case("eval mode", 1, (1, 3, 3))
    yield case("eval mode", 1, (2, 3, 3), (1, 2, 2))
    yield case("eval mode", 1, (2, 3, 3), (3, 4, 4), (2, 3, 3))
    yield case("gradient", 1, (2, 3, 3), grad=(2, 1, 3, 3))
    yield case("gradient", 1, (2, 2, 2), channels=(2, 3), grad=(2, 3, 2, 2))
    yield case("parameters", 1, (2, 3, 3))
    for dtype in ("float32", "float64"):
        yield case(DTYPE, 1, (2, 3, 3), dtype=dtype)
    yield case(INPUT, 1, (2, 3, 3))
    yield case(INPUT, 1, (2, 3, 3), wrap=Strided)


def observe_projection(
    exercise: Exercise, learner: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Observe a projection with given weights, whatever its parts are called.

    Where the case is about eval mode, the module is called in train mode on all its
    arguments but the last, and then in eval mode on this.
    """
    if not isinstance(learner, type):
        return observe(exercise, learner, case, device)
    names: dict[str, str] = {}

    def initialise(self, *args, **kwargs):
        learner.__init__(self, *args, **kwargs)
        names.update(_fill(self, case.weights[""]))

    def forward(self, *inputs):
        if case.property == "eval mode":
            for x in inputs[:-1]:
                learner.forward(self, x)
            self.eval()
        return learner.forward(self, inputs[-1])

    filled = type(learner.__name__, (learner,), {"__init__": initialise, "forward": forward})
    seen = observe(exercise, filled, replace(case, weights={}), device)
    if seen.error:
        return seen
    values = {names.get(name, name): value for name, value in seen.values.items()}
    if case.property == "parameters":
        values["number of parameters"] = Value(np.asarray(len(names)), "int")
    for part, wanted in zip(PARTS, case.weights[""], strict=True):
        value = values.get(f"gradient of {part}")
        if value and value.array.size == wanted.size:
            flat = value.array.reshape(wanted.shape)
            values[f"gradient of {part}"] = replace(value, array=flat)
    return replace(seen, values=values)


def _fill(module: nn.Module, weights: tuple[np.ndarray, ...]) -> dict[str, str]:
    """Set a projection's parameters; return what to call the gradient of each of them.

    One too many, such as a convolution's bias, is set to 0.

    Raises
    ------
    WrongType
        If one of the three has another size.
    """
    names = {}
    for name, parameter in module.named_parameters():
        old = parameter.detach()
        part = _part(old, weights[1].size)
        names[f"gradient of {name}"] = f"gradient of {(*PARTS, name)[part]}"
        if part < 3 and old.numel() != weights[part].size:
            raise WrongType(f"expected the {PARTS[part]} of shape {weights[part].shape}, got "
                            f"{tuple(old.shape)}")
        old.copy_(torch.from_numpy(weights[part]).reshape(old.shape) if part < 3 else 0 * old)
    return names


def _part(old: torch.Tensor, outside: int) -> int:
    """Return the place of a new parameter in `PARTS`; behind its end if it is none of them.

    The norm's weight starts at 1 and its bias at 0; both have one axis, or ones beside it so that
    they fit a map. The convolution's weight is what else has more than one axis.
    """
    one_axis = old.dim() == 1 or old.numel() == outside and old.shape[-3:] == (outside, 1, 1)
    if one_axis and old.eq(1).all():
        return 1
    if one_axis and old.eq(0).all():
        return 2
    return 0 if old.dim() > 1 else 3
