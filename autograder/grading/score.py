"""Score one exercise: ask for answers to its cases and compare them with the reference's."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.cases import DTYPE, Case, Example, Exercise, Observation, double
from autograder.compare import call, difference
from autograder.grading.seeds import COURSE
from autograder.visible import example_fault, expected_observation

#: Asks for the learner's answer to a case.
Ask = Callable[[Case], Observation]


@dataclass(frozen=True)
class Score:
    """What an answer to an exercise earned.

    Attributes
    ----------
    exercise
        Its name.
    earned, points
        Points by property: earned, and to be earned.
    faults
        The first fault found in each property that was lost, in words that tell no hidden case.
    """

    exercise: str
    earned: dict[str, int]
    points: dict[str, int]
    faults: dict[str, str]

    @property
    def total(self) -> int:
        """Return the points earned."""
        return sum(self.earned.values())

    @property
    def max_points(self) -> int:
        """Return the points to be earned."""
        return sum(self.points.values())

    @property
    def reason(self) -> str:
        """Return why points are missing, in one line; empty if none are."""
        if len(self.faults) > 1 and len(set(self.faults.values())) == 1:
            return next(iter(self.faults.values()))
        return "; ".join(f"{name}: {fault}" for name, fault in self.faults.items())


class Stopped(Exception):
    """The learner's process ended; the message says why, for the learner to read."""


def nothing(exercise: Exercise, reason: str) -> Score:
    """Return the score of an exercise that could not be asked about."""
    return Score(exercise.name, dict.fromkeys(exercise.points, 0), exercise.points,
                 dict.fromkeys(exercise.points, reason))


def score(
    exercise: Exercise,
    ask: Ask,
    reference: Any,
    seed: int,
    device: str = "cpu",
    announce: Callable[[list[Case]], None] = lambda cases: None,
) -> Score:
    """Score an answer, property by property.

    A property is earned if its visible examples and its hidden cases are all right; cases in which
    several properties meet count only if no property was lost before them. Where the
    learner's process ends, the properties that were not finished are lost; a forbidden operator
    costs the whole exercise.

    Parameters
    ----------
    ask
        Gives the learner's observation of a case; raises `Stopped` if there is nobody to ask.
    reference
        The reference's function or class.
    seed
        Where the hidden cases are drawn from.
    device
        Where the learner's tensors live.
    announce
        Is told all cases before the first is asked about.
    """
    questions = _questions(exercise, seed)
    announce([case for case, *_ in questions])
    # All at once, so that this process and the learner's need not wake each other case by case.
    rights = [None if example else expected(exercise, reference, case, device)
              for case, example, _ in questions]
    faults: dict[str, str] = {}
    kinds = set()
    for position, (case, example, hidden) in enumerate(questions):
        try:
            seen = ask(case)
        except Stopped as stopped:
            lost = {case.property: str(stopped) for case, *_ in questions[position:]}
            faults = lost | faults
            break
        kinds.add(seen.error and seen.error[0])
        if example and not hidden:
            fault = example_fault(exercise, example, seen)
        else:
            right = rights[position] or expected_observation(example, seen)
            fault = difference(exercise, case, seen, right, hidden=True)
            fault = fault and f"{call(exercise, case)}: {fault}."
        if seen.forbidden:
            return nothing(exercise, fault)
        if fault and not (case.mixed and faults):
            faults.setdefault(case.property, fault)
    if kinds == {"NotImplementedError"}:
        return nothing(exercise, "not answered")
    earned = {name: 0 if name in faults else points for name, points in exercise.points.items()}
    ordered = {name: faults[name] for name in exercise.points if name in faults}
    return Score(exercise.name, earned, exercise.points, ordered)


def _questions(exercise: Exercise, seed: int) -> list[tuple[Case, Example | None, bool]]:
    """Return all cases and whether they are hidden: by property, visible first, mixed ones last."""
    questions = [(example.case, example, False) for example in exercise.examples]
    questions += [(one.case, one, True) if isinstance(one, Example) else (one, None, True)
                  for one in hidden_cases(exercise, seed)]
    order = list(exercise.points)
    return sorted(questions, key=lambda one: (one[0].mixed, order.index(one[0].property)))


def hidden_cases(exercise: Exercise, seed: int) -> Iterator[Case | Example]:
    """Draw the hidden cases of an exercise, the same ones from the same seed."""
    if exercise.same_for_all:
        seed %= COURSE
    rng = np.random.default_rng([seed, zlib.crc32(exercise.name.encode())])
    return iter(exercise.cases(rng))


def expected(exercise: Exercise, reference: Any, case: Case, device: str = "cpu") -> Observation:
    """Return what the reference does with a case: values in float64, dtypes as the case has them.

    Raises
    ------
    RuntimeError
        If the reference itself fails: a fault of the course, not of the learner.
    """
    if case.error:
        return Observation()
    exercise = replace(exercise, forbidden="")  # Nobody watches over the reference.
    right = exercise.observe(exercise, reference, double(case), "cpu")
    if case.property == DTYPE and not right.error:
        own = exercise.observe(exercise, reference, case, "cpu").values
        right = replace(right, values={
            name: replace(value, dtype=own[name].dtype, device=own[name].device and device)
            for name, value in right.values.items()})
    if right.error:
        raise RuntimeError(f"the reference fails on {call(exercise, case)}: {right.error}")
    return right
