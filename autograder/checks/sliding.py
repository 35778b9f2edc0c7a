"""Cases for turning fully connected layers into convolutions that slide over larger maps."""

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
    INPUT,
    Case,
    Exercise,
    Made,
    Observation,
    Strided,
    WrongType,
    failed,
)
from autograder.checks.conversion import linear_case, observe_conversion
from autograder.checks.draw import batch, positive, several, signed
from autograder.checks.heads import dtype_of, with_gradients_of
from autograder.checks.networks import build, sequential
from autograder.checks.stacked import COUNT, parameters
from autograder.observe_torch import observe
from autograder.weights import fill

#: What a network with dropout gives, in the words of the messages.
TRAINED, EVALUATED = "output in train mode", "output in eval mode"


def observe_linear_to_conv2d(
    exercise: Exercise, function: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Return what the convolution does that a function makes of a linear layer and a shape."""
    linear, *shape = case.init
    return observe_conversion(
        exercise, lambda layer: function(layer, *shape), replace(case, init=(linear,)), device)


def kernel_case(
    name: str, shape: tuple[int, int, int], weight: np.ndarray, bias: np.ndarray | None,
    x: np.ndarray, grad: np.ndarray | None = None,
) -> Case:
    """Return a case of a linear layer on flattened maps of a shape (C, H, W)."""
    case = linear_case(name, weight, bias, x, grad)
    return replace(case, init=(*case.init, *shape))


def linear_to_conv2d_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `linear_to_conv2d`, in float32 except where the dtype counts.

    A bias is zero except where it counts: whoever leaves it out loses one property.
    """
    def case(name: str, channels: int, height: int, width: int, more: tuple[int, int] = (0, 0),
             bias: bool | None = False, images: int = 1, outside: int = 3, dtype: str = "float32",
             grad: bool = False) -> Case:
        shape = channels, height, width
        b = None if bias is None else signed(rng, outside) * bias
        x = signed(rng, images, channels, height + more[0], width + more[1]).astype(dtype)
        above = signed(rng, images, outside, 1, 1) if grad else None
        weight = signed(rng, outside, channels * height * width)
        return kernel_case(name, shape, weight, b, x, above)

    images, channels = batch(rng)
    side = several(rng, 3, 5)
    yield case("values", 1, side, side)
    yield case("values", channels, 2, 2, images=images, outside=several(rng, 1, 4))
    yield case("values", channels, 3, 3)
    yield case("values", several(rng, 5, 9), 1, 1)
    for bias in (True, None):
        yield case("bias", 2, 2, 2, bias=bias)
        yield case("layer", channels, 3, 3, bias=bias)
        yield case("copy", 2, 2, 2, bias=bias)
    low, high = rng.permutation([1, 2, 3, 4])[:2].tolist()
    yield case("rectangles", 1, low, high)
    yield case("rectangles", channels, high, low)
    yield case("larger maps", 1, 2, 2, (several(rng, 1, 3), several(rng, 1, 3)))
    yield case("larger maps", channels, 3, 3, (2, 2), images=2)
    yield case("gradient", 2, 2, 2, grad=True)
    yield case("gradient", 1, 3, 3, images=2, grad=True)
    for dtype in ("float32", "float64"):
        yield case(DTYPE, 1, 2, 2, dtype=dtype)


def observe_fully_convolutional(
    exercise: Exercise, function: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Return what the network does that a function makes of features and a classifier.

    Gradients in parameters are flattened: the layers that hold them may be of another kind.
    """
    net = nn.ModuleList(build(made.name) for made in case.init[:2])
    net.to(device, dtype_of(case.args[0]))
    fill(net, case.weights)
    features, classifier = net
    before = copy.deepcopy(classifier)
    try:
        made = function(features, classifier, *case.init[2:])
        same = _same(classifier, before)
        if case.property == "sequential":
            return _sequential(made)
        seen = _outputs(exercise, made, replace(case, init=(), weights={}), device)
    except Exception as error:
        return failed(error)
    return seen if same else replace(seen, modified=(*seen.modified, "classifier"))


def _sequential(made: Any) -> Observation:
    if not isinstance(made, nn.Sequential):
        raise WrongType(f"expected an nn.Sequential, got {type(made).__name__}")
    return Observation({COUNT: parameters(made)})


def _outputs(exercise: Exercise, made: nn.Module, case: Case, device: str) -> Observation:
    if case.property != "dropout":
        seen = observe(exercise, made.eval(), case, device)
        names = [name for name, _ in made.named_parameters()]
        return with_gradients_of(seen, {name: (f"[{i}]", (-1,)) for i, name in enumerate(names)})
    values = {}
    for name, training in ((TRAINED, True), (EVALUATED, False)):
        seen = observe(exercise, made.train(training), case, device)
        if seen.error:
            return seen
        values[name] = seen.values["output"]
    return Observation(values)


def _same(module: nn.Module, before: nn.Module) -> bool:
    old, new = before.state_dict(), module.state_dict()
    return repr(module) == repr(before) and all(torch.equal(old[key], new[key]) for key in old)


def net_case(
    name: str, features: str, classifier: Made, feature_size: Any, x: np.ndarray | Strided,
    weights: tuple[np.ndarray, ...], grad: np.ndarray | None = None,
) -> Case:
    """Return a case of two networks written as text, and their parameters in order."""
    return Case(name, (x,), init=(Made(features), classifier, feature_size), weights={"": weights},
                grad=grad)


def fully_convolutional_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `fully_convolutional`; a ReLU has no work but where it is the point."""
    def case(name: str, features: str, classifier: Made, feature_size: Any, *shape: int,
             draw: Any = positive, grad: tuple[int, ...] = (), dtype: str = "float32",
             wrap: Any = np.asarray) -> Case:
        net = nn.Sequential(build(features), build(classifier.name))
        weights = tuple(draw(rng, *one.shape) for one in net.parameters())
        x = wrap(draw(rng, *shape).astype(dtype))
        return net_case(name, features, classifier, feature_size, x, weights,
                        signed(rng, *grad) if grad else None)

    images, channels = batch(rng)
    classes, hidden = several(rng, 2, 4), several(rng, 5, 7)
    # Sequential is what most will think of, and what can be taken apart.
    same, pool = "Sequential(Identity())", "Sequential(MaxPool2d(2))"
    conv = f"Sequential(Conv2d(1, {channels}, 2))"
    deep = f"Sequential(Conv2d(1, {channels}, 2), ReLU(), MaxPool2d(2))"
    one = sequential(f"Linear({4 * channels}, {classes})")
    two = sequential(f"Linear({4 * channels}, {hidden})", "ReLU()", f"Linear({hidden}, {classes})")
    three = sequential(f"Linear({9 * channels}, {hidden})", "ReLU()", f"Linear({hidden}, 4)",
                       "ReLU()", f"Linear(4, {classes})")
    yield case("values", conv, one, 2, images, 1, 3, 3, draw=signed)
    yield case("values", pool, sequential(f"Linear({9 * channels}, 2)"), 3, 1, channels, 6, 6,
               draw=signed)
    yield case("values", conv, two, 2, 1, 1, 3, 3)
    yield case("values", deep, three, 3, images, 1, 7, 7)
    yield case("score map", conv, one, 2, 1, 1, 5, 5, draw=signed)
    yield case("score map", conv, two, 2, images, 1, several(rng, 4, 6), several(rng, 4, 6))
    yield case("score map", deep, three, 3, 1, 1, 11, 9)
    low, high = rng.permutation([1, 2, 3])[:2].tolist()
    for h, w in ((low, high), (high, low)):
        single = sequential(f"Linear({2 * h * w}, {classes})")
        yield case("rectangles", same, single, (h, w), 1, 2, h, w, draw=signed)
        yield case("rectangles", same, single, (h, w), 1, 2, h + 2, w + 1, draw=signed)
    for layers in (two, sequential("ReLU()", f"Linear({4 * channels}, {classes})"),
                   sequential(f"Linear({4 * channels}, {classes})", "ReLU()")):
        yield case("relu", same, layers, 2, images, channels, 3, 4, draw=signed)
    drop = "Dropout(1.0)"
    for layers in ((f"Linear({channels}, 4)", drop, f"Linear(4, {classes})"),
                   (drop, f"Linear({channels}, {classes})"),
                   (drop, f"Linear({channels}, 4)", drop, f"Linear(4, {classes})")):
        yield case("dropout", same, sequential(*layers), 1, 1, channels, 2, 2)
    for layers in (one, two):
        yield case("sequential", conv, layers, 2, 1, 1, 3, 3)
        yield case("gradient", conv, layers, 2, 2, 1, 3, 3, grad=(2, classes, 1, 1))
    for dtype in ("float32", "float64"):
        yield case(DTYPE, conv, one, 2, 1, 1, 3, 3, dtype=dtype)
    yield case(INPUT, conv, two, 2, 1, 1, 3, 3)
    yield case(INPUT, same, one, 2, 1, channels, 2, 2, wrap=Strided)
