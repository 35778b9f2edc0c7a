"""Cases for measuring how a network takes shifts, and what to note about such a measurement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.cases import DTYPE, INPUT, Case, Exercise, Made, Observation, Strided, Value
from autograder.checks import probes
from autograder.checks.draw import positive, several
from autograder.observe_torch import observe

#: What can be noted about a network, by property.
MODES = ("parts whose mode changed", "buffers changed", "calls in train mode")
GRADIENTS = (
    "gradients written", "calls with gradients on", "parameters left frozen", "gradients left off")


def observe_measurement(
    exercise: Exercise, function: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Return what a function does with a network, the first of its arguments, made on the spot.

    Beside the result, the values are counts: whether the network was called at all, and what the
    case's property is about.
    """
    net = getattr(probes, case.args[0].name)().to(device).double()
    count = _watch(net)
    with torch.enable_grad():  # whatever the function switches off is on again afterwards
        seen = observe(exercise, function, replace(case, args=(net, *case.args[1:])), device)
        counts = count()
    if seen.error:
        return seen
    wanted = {"modes": MODES, "gradients": GRADIENTS}.get(case.property, ())
    values = {name: Value(np.asarray(n), "int") for name, n in counts.items()
              if name in ("at least one call", *wanted)}
    return replace(seen, values=values | seen.values)


def _watch(net: nn.Module) -> Callable[[], dict[str, int]]:
    """Note every call of a network; return a function that counts what happened since."""
    calls: list[tuple[bool, bool]] = []

    # A hook is a function, which a copy of the network shares: calls of copies count too.
    def note(module: nn.Module, inputs: tuple) -> None:
        calls.append((module.training, torch.is_grad_enabled()))

    for module in net.modules():
        module.register_forward_pre_hook(note)
    modes = [module.training for module in net.modules()]
    buffers = [buffer.clone() for buffer in net.buffers()]

    def count() -> dict[str, int]:
        return {
            "at least one call": min(1, len(calls)),
            "parts whose mode changed":
                sum(old != new.training for old, new in zip(modes, net.modules(), strict=True)),
            "buffers changed":
                sum(not old.equal(new) for old, new in zip(buffers, net.buffers(), strict=True)),
            "calls in train mode": sum(training for training, _ in calls),
            "gradients written": sum(p.grad is not None for p in net.parameters()),
            "calls with gradients on": sum(gradients for _, gradients in calls),
            "parameters left frozen": sum(not p.requires_grad for p in net.parameters()),
            "gradients left off": int(not torch.is_grad_enabled()),
        }

    return count


def shift_consistency_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `shift_consistency`, each with a net that leaves one right answer."""
    side = several(rng, 5, 6)
    for net, axis in (("Rows", 2), ("Columns", 3)):
        for shift in (1, 2):
            # The bright line stays clear of the border: how shifts wrap does not matter yet.
            x = positive(rng, 1, 1, side, side)
            np.moveaxis(x, axis, 0)[2] += 9.0
            yield Case("values", (Made(net), x, shift))
    for shift in (1, 2, 3):
        # Only what wraps around from the bottom right gets to the top left.
        x = positive(rng, 1, 1, several(rng, 4, 5), several(rng, 6, 7))
        x[..., -shift, -shift] = 5.0
        yield Case("shifts", (Made("TopLeft"), x, shift))
    yield Case("shifts", (Made("Linear"), rng.normal(size=(1, 2, 4, 5)), 3))
    for count in (3, several(rng, 4, 6)):
        # Some images change their class in all shifts, the others in none.
        x = positive(rng, count, 2, 4, 4) / 2
        x[rng.permutation(count) < several(rng, 1, count - 1), 0, 0, 0] += 9.0
        yield Case("batch", (Made("TopLeft"), x, 1))
    yield Case("batch", (Made("Linear"), rng.normal(size=(3, 2, 4, 5)), 2), mixed=True)
    x = positive(rng, 1, 3, 4, 4)
    x[:, 1, 0, 0] += 9.0
    for net in ("net_in_train_mode", "net_in_eval_mode", "net_with_mixed_modes"):
        yield Case("modes", (Made(net), x[:, :2], 1))
    yield Case("gradients", (Made("net_in_eval_mode"), x[:, :2], 1))
    yield Case(DTYPE, (Made("Channels"), x, 1))
    yield Case(INPUT, (Made("Channels"), x, 2))
    yield Case(INPUT, (Made("Channels"), Strided(x), 1))
