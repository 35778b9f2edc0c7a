"""Tell a learner at once whether a function is right on the visible examples."""

from __future__ import annotations

import textwrap
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from autograder.cases import (
    DTYPE,
    Example,
    Exercise,
    Observation,
    Strided,
    Value,
    exercises,
    input_dtype,
)
from autograder.compare import call, difference

#: How many wrong examples are shown at once; the others are only named.
SHOWN = 3
#: Characters a line: nbgrader's Validate button cuts longer ones off.
WIDTH = 80


class CheckFailed(AssertionError):
    """An answer is not right yet; the message says what is wrong, in words."""

    def _render_traceback_(self) -> list[str]:
        """Show the message alone in a notebook: the fault is not in the check's own lines."""
        return str(self).splitlines()


def find_exercise(address: str) -> Exercise:
    """Return the exercise of an address such as ``"pooling_numpy.max_pool2d"``.

    Raises
    ------
    ValueError
        If there is none; the message names those that exist.
    """
    notebook, _, name = address.partition(".")
    try:
        known = exercises(import_module(f"autograder.checks.{notebook}"))
    except ModuleNotFoundError as error:
        if error.name != f"autograder.checks.{notebook}":
            raise
        raise ValueError(f"check({address!r}): there is no notebook {notebook!r}") from None
    if name not in known:
        raise ValueError(f"check({address!r}): {notebook} has the exercises {', '.join(known)}")
    return known[name]


def check(address: str, answer: Any) -> None:
    """Run the visible examples of an exercise on a learner's function or class.

    Parameters
    ----------
    address
        Notebook and exercise, such as ``"pooling_numpy.max_pool2d"``.
    answer
        What the learner wrote.

    Raises
    ------
    CheckFailed
        If an example fails; the message names the property, the example, what was expected and
        what came.
    """
    exercise = find_exercise(address)
    tried = _tried(exercise, answer)
    found = [one for one in tried if one[2]]
    if found:
        raise CheckFailed(failure_report(exercise, found) + _measured(exercise, tried))
    print(success_report(exercise) + _measured(exercise, tried))


def faults(exercise: Exercise, answer: Any) -> list[tuple[Example, Observation, str]]:
    """Return the examples that an answer misses, with what it did and what is wrong."""
    return [one for one in _tried(exercise, answer) if one[2]]


def _tried(exercise: Exercise, answer: Any) -> list[tuple[Example, Observation, str]]:
    """Return all examples, with what an answer did and what is wrong; empty if nothing is."""
    if exercise.measure:
        # A new object each time: what was measured before, of the same function, counts no more.
        answer = partial(answer)
    seen = [exercise.observe(exercise, answer, one.case, "cpu") for one in exercise.examples]
    return [(example, one, example_fault(exercise, example, one))
            for example, one in zip(exercise.examples, seen, strict=True)]


def _measured(exercise: Exercise, tried: list[tuple[Example, Observation, str]]) -> str:
    """Return a line for each example that is right of an exercise whose answers are measured."""
    if not exercise.measure:
        return ""
    said = {example.case.property: exercise.measure(
        example.case, seen, expected_observation(example, seen))[0]
        for example, seen, fault in tried if not fault}
    return "".join(f"\n  ✓ {name}: {text}." for name, text in said.items())


def example_fault(exercise: Exercise, example: Example, seen: Observation) -> str:
    """Return what is wrong on a visible example, with its hint; empty if nothing is."""
    fault = difference(exercise, example.case, seen, expected_observation(example, seen))
    if not fault:
        return ""
    hint = "" if _says_why(seen) and not example.case.error else example.hint
    return f"{call(exercise, example.case)}: {fault}." + (f" {hint}" if hint else "")


def _says_why(seen: Observation) -> bool:
    return bool(seen.forbidden) or bool(seen.error and not seen.error[2])


def expected_observation(example: Example, seen: Observation) -> Observation:
    """Return the hand-made answer as an observation.

    An example lists values only; where it is about the dtype, a number has its own type, and an
    array has the dtype of the first array and lies where that lies.
    """
    values = {}
    for name, value in example.expected.items():
        array = np.asarray(value, dtype=None if isinstance(value, int) else float)
        own = seen.values.get(name)
        dtype = own.dtype if own else "float64"
        if example.case.property == DTYPE:
            number = isinstance(value, int | float)
            dtype = type(value).__name__ if number else input_dtype(example.case)
        values[name] = Value(array, dtype, own.device if own else "")
    return Observation(values)


def success_report(exercise: Exercise) -> str:
    """Return the line for an answer that gets all visible examples right."""
    properties = ", ".join(f"{name} ({points})" for name, points in exercise.points.items())
    return (f"✓ {exercise.name}: all {len(exercise.examples)} examples are right.\n"
            f"  Graded on random cases of: {properties}.")


def failure_report(exercise: Exercise, found: list[tuple[Example, Observation, str]]) -> str:
    """Return the message for an answer that misses examples."""
    right = len(exercise.examples) - len(found)
    errors = {seen.error[0] if seen.error else "" for _, seen, _ in found}
    if not right and errors == {"NotImplementedError"}:
        return f"✗ {exercise.name} is not written yet."
    lines = [f"✗ {exercise.name}: {right} of {len(exercise.examples)} examples are right."]
    for example, seen, fault in found[:SHOWN]:
        lines += textwrap.wrap(
            f"{example.case.property}: {fault}", WIDTH, initial_indent="  ",
            subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
        lines += [f"      {line}" for line in _shown(exercise, example, seen)]
    if len(found) > SHOWN:
        rest = dict.fromkeys(example.case.property for example, _, _ in found[SHOWN:])
        lines.append(f"  Then look at: {', '.join(rest)}.")
    return "\n".join(lines)


def _shown(exercise: Exercise, example: Example, seen: Observation) -> list[str]:
    if seen.forbidden or exercise.measure:
        return []
    given = [value for value in example.case.args if isinstance(value, np.ndarray | Strided)]
    arrays = list(zip(exercise.arguments, given, strict=False))
    arrays += [(f"expected {name}", np.asarray(v, float)) for name, v in example.expected.items()]
    arrays += [(f"got {name}", value.array) for name, value in seen.values.items()]
    return [line for name, value in arrays for line in _small_array(name, value)]


def _small_array(name: str, value: Any) -> list[str]:
    value = value.array if isinstance(value, Strided) else value
    if not isinstance(value, np.ndarray) or not 1 <= value.size <= 36 or value.ndim == 0:
        return []
    text = np.array2string(value, separator=", ", precision=4, suppress_small=True)
    return [f"{name}:"] + [f"  {line}" for line in text.splitlines() if line.strip()]
