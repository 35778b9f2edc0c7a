"""What a call is to leave alone in a network, beside the values of its parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from torch import nn

from autograder.cases import Value
from autograder.checks.gradient_norm import MODES_CHANGED

#: What is noted of a network, in the words of the messages.
PARAMETERS_CHANGED = "number of parameters replaced, frozen or thawed by the call"


def watch(*modules: nn.Module) -> Callable[[], dict[str, Value]]:
    """Return a function that says what has changed in networks since now.

    Its values count the parameters that are others, or have another ``requires_grad``, and the
    parts whose mode is another one.
    """
    parameters, modes = _parameters(modules), _modes(modules)

    def changed() -> dict[str, Value]:
        counts = {PARAMETERS_CHANGED: _differing(parameters, _parameters(modules)),
                  MODES_CHANGED: _differing(modes, _modes(modules))}
        return {name: Value(np.asarray(n), "int") for name, n in counts.items()}

    return changed


def _parameters(modules: Iterable[nn.Module]) -> list[tuple[Any, ...]]:
    return [(one, one.requires_grad) for module in modules for one in module.parameters()]


def _modes(modules: Iterable[nn.Module]) -> list[tuple[Any, ...]]:
    return [(part.training,) for module in modules for part in module.modules()]


def _differing(old: list[tuple[Any, ...]], new: list[tuple[Any, ...]]) -> int:
    same = sum(all(a is b for a, b in zip(one, two, strict=True))
               for one, two in zip(old, new, strict=False))
    return max(len(old), len(new)) - same
