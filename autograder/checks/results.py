"""Exercises that return several results: each property is about some of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from autograder.cases import Case, Exercise, Observation

Observe = Callable[[Exercise, Any, Case, str], Observation]


def belonging(results: dict[str, tuple[str, ...]], observe: Observe) -> Observe:
    """Return ``observe``, but with those results only that the case's property is about.

    Parameters
    ----------
    results
        Names of results by property; a property that is not there is about all of them.
    """
    def observe_results(
        exercise: Exercise, function: Any, case: Case, device: str = "cpu"
    ) -> Observation:
        seen = observe(exercise, function, case, device)
        kept = results.get(case.property, exercise.outputs)
        values = {name: seen.values[name] for name in kept if name in seen.values}
        return replace(seen, values=values)

    return observe_results
