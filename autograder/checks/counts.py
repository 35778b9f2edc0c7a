"""Exercises that count: any integer type is right, and no other."""

from __future__ import annotations

from typing import Any

from autograder.cases import Case, Exercise, Observation, WrongType, failed
from autograder.observe_numpy import observe

#: The property that looks at the type.
INTEGERS = "integers"


def observe_counts(
    exercise: Exercise, function: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Return what a function does; other types than integers count in their property only."""
    seen = observe(exercise, function, case, device)
    for name, value in seen.values.items():
        if case.property == INTEGERS and value.array.dtype.kind not in "iu":
            return failed(WrongType(f"expected {name} of an integer type, got {value.dtype}"))
    return seen
