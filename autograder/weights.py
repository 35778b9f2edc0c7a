"""Give the parameters of a learner's module the values of a case."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from autograder.cases import WrongType

#: Arrays by place: the name of one parameter; or the name of a submodule (``""`` is the module
#: itself) and a tuple for all its parameters, in order.
Weights = dict[str, np.ndarray | tuple[np.ndarray, ...]]


def fill(module: nn.Module, weights: Weights) -> None:
    """Set parameters to given values.

    Raises
    ------
    WrongType
        If a parameter is missing, or the numbers or shapes of a submodule's are others.
    """
    for place, wanted in weights.items():
        wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        held = _parameters(module, place, weights[place])
        shapes, expected = [tuple(one.shape) for one in held], [one.shape for one in wanted]
        if shapes != expected:
            raise WrongType(f"expected {_title(place, expected)} of shape {_text(expected)}, "
                            f"got {_text(shapes)}")
        with torch.no_grad():
            for one, value in zip(held, wanted, strict=True):
                one.copy_(torch.from_numpy(value))


def named(module: nn.Module, weights: Weights) -> dict[str, nn.Parameter]:
    """Return the parameters that `fill` sets, by the names that messages call them."""
    found = {}
    for place, wanted in weights.items():
        held = _parameters(module, place, wanted)
        if isinstance(wanted, tuple):
            found |= {f"{place}[{i}]": one for i, one in enumerate(held)}
        else:
            found[place] = held[0]
    return found


def _parameters(module: nn.Module, place: str, wanted: object) -> list[nn.Parameter]:
    held = module
    for name in place.split(".") if place else ():
        held = getattr(held, name, None)
    if isinstance(wanted, tuple) and isinstance(held, nn.Module):
        return list(held.parameters())
    if not isinstance(wanted, tuple) and isinstance(held, nn.Parameter):
        return [held]
    kind = "nn.Module" if isinstance(wanted, tuple) else "nn.Parameter"
    raise WrongType(f"expected {place!r} to be an {kind}, got {type(held).__name__}")


def _title(place: str, expected: list) -> str:
    return place if place and len(expected) == 1 else f"parameters in {place or 'the module'}"


def _text(shapes: list[tuple[int, ...]]) -> str:
    return ", ".join(map(str, shapes)) or "none"
