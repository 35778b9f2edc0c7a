"""Cases for replacing the pooling of a network, and what to note about the network made."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.cases import DTYPE, Case, Exercise, Observation, Value, WrongType, failed
from autograder.checks.draw import several
from autograder.checks.networks import build, sequential

#: Height and width of the image that networks are tried on: odd and even.
SIZE = (15, 18)
#: What is noted of a network, in the words of the messages.
POOLS_LEFT = "number of MaxPool2d left"
GEOMETRY = "kernel, stride and padding"
SHAPE = "output shape"
CHANNELS = "input and output channels"
BIASES = "number of new convolutions with bias"
PLAIN = "number of new convolutions that pad with zeros, without dilation and groups"
INITIAL = "number of new convolutions with PyTorch's initial weights, each with its own"
ACTIVATED = "number of new convolutions with a ReLU behind them"
KEPT = "number of other layers kept"
BESIDES = "number of layers besides"
AS_BEFORE = "whether the original is as before"
SHARED = "number of weights shared with the original"
WEIGHT = "weight of new convolution {}"


def observe_replacement(
    exercise: Exercise, function: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Return what is to be seen, for a case's property, of the network that a function makes."""
    model = build(case.args[0].name).to(device)
    before = copy.deepcopy(model)
    try:
        made = function(model)
        if not isinstance(made, nn.Module):
            raise WrongType(f"expected an nn.Module, got {type(made).__name__}")
        if case.property == "copy":
            return Observation(_untouched(model, before, made))
        left = sum(isinstance(layer, nn.MaxPool2d) for layer in _leaves(made))
        return Observation({POOLS_LEFT: _count(left),
                            **_seen(case.property, before, made)})
    except Exception as error:
        return failed(error)


def _seen(name: str, model: nn.Module, made: nn.Module) -> dict[str, Value]:
    new = _leaves(made)
    convolutions, activated, kept = _aligned(_leaves(model), new)
    if name == "geometry":
        rows = [[*_pair(c.kernel_size), *_pair(c.stride), *_pair(c.padding)] for c in convolutions]
        return {GEOMETRY: Value(np.array(rows).reshape(-1, 6), "int"),
                PLAIN: _count(sum(map(_is_plain, convolutions))),
                SHAPE: _output_shape(made)}
    if name == "ReLU":
        return {ACTIVATED: _count(activated)}
    if name == "other layers":
        besides = len(new) - kept - len(convolutions) - activated
        return {KEPT: _count(kept), BESIDES: _count(besides)}
    if name == DTYPE:
        return {WEIGHT.format(i):
                Value(np.zeros(1), str(c.weight.dtype).removeprefix("torch."), c.weight.device.type)
                for i, c in enumerate(convolutions)}
    rows = [[c.in_channels, c.out_channels] for c in convolutions]
    biases = sum(c.bias is not None for c in convolutions)
    initial = {id(c.weight) for c in convolutions if _is_initial(c.weight.detach())}
    return {CHANNELS: Value(np.array(rows).reshape(-1, 2), "int"),
            BIASES: _count(biases), INITIAL: _count(len(initial))}


def _is_plain(conv: nn.Conv2d) -> bool:
    return (conv.padding_mode, conv.dilation, conv.groups) == ("zeros", (1, 1), 1)


def _is_initial(weight: torch.Tensor) -> bool:
    """Return whether weights differ and lie where PyTorch draws them: He et al.'s uniform bound."""
    bound = weight[0].numel() ** -0.5
    return bool(weight.abs().max() <= bound * 1.001 and weight.min() < weight.max())


def _aligned(old: list[nn.Module], new: list[nn.Module]) -> tuple[list[nn.Conv2d], int, int]:
    """Return the convolutions in place of pools, and count the ReLUs behind and the layers kept."""
    convolutions, activated, kept, rest = [], 0, 0, list(new)
    for i, layer in enumerate(old):
        if isinstance(layer, nn.MaxPool2d):
            others = [other for other in old[i:] if not isinstance(other, nn.MaxPool2d)]
            window = rest[:_place(others[0], rest)] if others else rest
            found = next((j for j, one in enumerate(window) if isinstance(one, nn.Conv2d)), None)
            if found is not None:
                convolutions.append(window[found])
                rest = rest[found + 1 :]
                activated += bool(rest) and isinstance(rest[0], nn.ReLU)
        else:
            place = _place(layer, rest)
            kept += place < len(rest) and _same_weights(layer, rest[place])
            rest = rest[place + 1 :] if place < len(rest) else rest
    return convolutions, activated, kept


def _place(layer: nn.Module, rest: list[nn.Module]) -> int:
    """Return the position of the first layer that reads the same; behind the end if none does."""
    texts = [repr(other) for other in rest]
    return texts.index(repr(layer)) if repr(layer) in texts else len(texts)


def _same_weights(layer: nn.Module, other: nn.Module) -> bool:
    one, two = layer.state_dict(), other.state_dict()
    return one.keys() == two.keys() and all(torch.equal(one[key], two[key]) for key in one)


def _untouched(model: nn.Module, before: nn.Module, made: nn.Module) -> dict[str, Value]:
    own = {tensor.data_ptr() for tensor in (*model.parameters(), *model.buffers())}
    shared = sum(t.data_ptr() in own for t in (*made.parameters(), *made.buffers()))
    same = (repr(model) == repr(before) and _same_weights(model, before)
            and _uses(model) == _uses(before))
    return {AS_BEFORE: _count(same), SHARED: _count(shared)}


def _uses(model: nn.Module) -> list[bool]:
    """Return which parts are in train mode, and which parameters are trained."""
    return [*(part.training for part in model.modules()),
            *(one.requires_grad and one.grad is None for one in model.parameters())]


def _leaves(module: nn.Module) -> list[nn.Module]:
    """Return the layers that have no parts, in order; one that is used twice comes twice."""
    parts = [part for part in module._modules.values() if part is not None]
    return [leaf for part in parts for leaf in _leaves(part)] if parts else [module]


def _output_shape(model: nn.Module) -> Value:
    first = next(layer for layer in _leaves(model) if isinstance(layer, nn.Conv2d))
    x = first.weight.new_zeros(1, first.in_channels, *SIZE)
    return Value(np.array(model(x).shape), "int")


def _pair(size: Any) -> tuple:
    """Return a convolution's sizes; a padding given as a word counts as -1, which no pool has."""
    return size if isinstance(size, tuple) else (-1, -1)


def _count(number: int) -> Value:
    return Value(np.asarray(int(number)), "int")


def replace_pooling_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw networks for `replace_pooling`; all channel numbers are equal where they don't count."""
    def net(name: str, *layers: str, then: str = "") -> Case:
        return Case(name, (sequential(*layers, then=then),))

    width, other, third = (rng.permutation(5)[:3] + 2).tolist()
    plain = f"Conv2d({width}, {width}, 3, padding=1)"
    kernel = several(rng, 3, 5)
    for pool in ("2", f"{kernel}", f"{kernel}, {kernel - 1}", f"{kernel}, padding=1",
                 f"{kernel}, {several(rng, 1, 2)}, {kernel // 2}", "(2, 3)", "3, (1, 2), (0, 1)"):
        yield net("geometry", plain, "ReLU()", f"MaxPool2d({pool})")
    yield net("geometry", plain, "MaxPool2d(2)", plain, "ReLU()", "MaxPool2d(3, 2)")
    yield net("channels", f"Conv2d({width}, {other}, 3)", "ReLU()", "MaxPool2d(2)")
    yield net("channels", f"Conv2d({width}, {other}, 3)", f"BatchNorm2d({other})", "ReLU()",
              "MaxPool2d(2)", f"Conv2d({other}, {third}, 3)", "ReLU()", "MaxPool2d(2)")
    yield net("channels", f"Conv2d({width}, {other}, 3)", f"Conv2d({other}, {third}, 1)",
              "MaxPool2d(2)", "MaxPool2d(2)")
    yield net("nesting", f"Sequential({plain}, ReLU())", "MaxPool2d(2)")
    yield net("nesting", plain, f"Sequential(ReLU(), MaxPool2d(2), {plain})", "MaxPool2d(2)")
    yield net("nesting", f"Sequential(Sequential(Conv2d({width}, {other}, 3)), ReLU())",
              "Sequential(Sequential(MaxPool2d(2)), Flatten())")
    block = f"{plain}, MaxPool2d(2)"
    yield net("ReLU", block)
    yield net("ReLU", block, block)
    yield net("other layers", plain, f"BatchNorm2d({width})", "LeakyReLU(0.2)", "MaxPool2d(2)",
              plain, "Tanh()", "MaxPool2d(2)", "Dropout(0.3)", "Flatten()", f"Linear({width}, 3)")
    yield net("other layers", f"Conv2d({width}, {width}, (1, 3), stride=2, bias=False)",
              "AvgPool2d(2)", "MaxPool2d(2)")
    yield net("copy", block)
    yield net("copy", f"Sequential({block})", f"BatchNorm2d({width})", block, "Flatten()")
    for then in ("", ".double()"):
        yield net(DTYPE, block, block, then=then)
