"""What a check consists of: exercises, their properties, and the calls that test them.

A case is data only, so that the same case runs in the learner's notebook, in the process that
runs a submission, and on the reference solution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from types import ModuleType
from typing import Any

import numpy as np

#: The properties that look at more than values and shapes.
DTYPE, INPUT, ERRORS = "dtype", "input", "errors"


@dataclass(frozen=True)
class Strided:
    """An array that arrives as a non-contiguous view with the same values."""

    array: np.ndarray


@dataclass(frozen=True)
class Made:
    """An argument that the check builds on the spot, by the name of a function of its module."""

    name: str


@dataclass(frozen=True)
class Case:
    """One call of the learner's function or class.

    Attributes
    ----------
    property
        The property that this call tests; its points are earned if all its cases are right.
    args, kwargs
        What the function, or the constructed module, is called with.
    init, init_kwargs
        For a class: what it is constructed with.
    weights
        For a module: what its parameters are set to, as `autograder.weights` tells.
    grad
        The gradient that comes back from above; None: no backward pass.
    error
        Numbers of which the message of the expected ``ValueError`` names one; empty: no error.
    mixed
        Whether several properties meet in it. Its property is lost by it only where all others
        are earned: so one fault still costs one property, and a fault that takes two is found.
        Modules are also called on other numbers before and after, which must change nothing.
    """

    property: str
    args: tuple = ()
    kwargs: dict = field(default_factory=dict)
    init: tuple = ()
    init_kwargs: dict = field(default_factory=dict)
    weights: dict = field(default_factory=dict)
    grad: np.ndarray | None = None
    error: tuple[int, ...] = ()
    mixed: bool = False


@dataclass(frozen=True)
class Example:
    """A visible case with the answer worked out by hand, and a hint for those who miss it.

    ``expected`` maps names of values (``"output"``, ``"gradient of x"``) to arrays or numbers.
    """

    case: Case
    expected: dict[str, Any] = field(default_factory=dict)
    hint: str = ""

    @property
    def property(self) -> str:
        """Return the property that its case tests."""
        return self.case.property


@dataclass(frozen=True)
class Exercise:
    """Everything the checks know about one exercise.

    Attributes
    ----------
    name
        The name that the learner defines.
    points
        Points of each property, in the order of the report.
    examples
        The visible examples.
    cases
        Draws the hidden cases from a random generator; an `Example` where only whoever draws a
        case knows its answer.
    observe
        Calls the learner's function on a case; see `observe`.
    outputs
        Names of the values that the function returns.
    arguments
        Names of the arrays among the arguments, in order: for messages and gradients.
    forbidden
        A regular expression over operator names (``aten::…``) that may not be called.
    measure
        Where answers are measured, not compared: says what came of a case, given what was
        observed and what is expected, and whether that is enough.
    seconds
        How long a call may take when grading, if that is more than usual.
    same_for_all
        Whether all students and all runs of a course get the same hidden cases.
    """

    name: str
    points: dict[str, int]
    examples: tuple[Example, ...]
    cases: Callable[[np.random.Generator], Iterable[Case | Example]]
    observe: Callable[[Exercise, Any, Case, str], Observation]
    outputs: tuple[str, ...] = ("output",)
    arguments: tuple[str, ...] = ("x",)
    forbidden: str = ""
    measure: Callable[[Case, Observation, Observation], tuple[str, bool]] | None = None
    seconds: float = 0.0
    same_for_all: bool = False

    @property
    def max_points(self) -> int:
        """Return the sum of the properties' points."""
        return sum(self.points.values())


@dataclass(frozen=True)
class Value:
    """One thing that came back: an array with the dtype and device it had on its way out."""

    array: np.ndarray
    dtype: str
    device: str = ""


@dataclass(frozen=True)
class Observation:
    """What a call did.

    Attributes
    ----------
    values
        What came back, by name, in order.
    error
        Type, message and whether it is a ``ValueError``, if the call raised.
    modified
        Names of things that the call changed and should have left alone.
    forbidden
        Operators called, or loops run, although the exercise is to do without them.
    """

    values: dict[str, Value] = field(default_factory=dict)
    error: tuple[str, str, bool] | None = None
    modified: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


class WrongType(TypeError):
    """A learner's function returned something that is no array."""


def failed(error: BaseException) -> Observation:
    """Return the observation of a call that raised."""
    text = str(error)[:500]
    return Observation(error=(type(error).__name__[:80], text, isinstance(error, ValueError)))


def exercises(checks: ModuleType) -> dict[str, Exercise]:
    """Return the exercises of a checks module, by name, in the order they are written."""
    found = [value for value in vars(checks).values() if isinstance(value, Exercise)]
    return {exercise.name: exercise for exercise in found}


def input_dtype(case: Case) -> str:
    """Return the dtype of a case's first float array: the one that the result should have."""
    arrays = [v.array if isinstance(v, Strided) else v for v in case.args]
    dtypes = [str(v.dtype) for v in arrays if isinstance(v, np.ndarray) and v.dtype.kind == "f"]
    return dtypes[0] if dtypes else "float64"


def double(value: Any) -> Any:
    """Return ``value`` with every float array in it in float64: the inputs of the reference."""
    if isinstance(value, np.ndarray):
        return value.astype(np.float64) if value.dtype.kind == "f" else value
    if isinstance(value, tuple | list):
        return type(value)(double(item) for item in value)
    if isinstance(value, dict):
        return {key: double(item) for key, item in value.items()}
    if isinstance(value, Strided | Case):
        return replace(value, **{f.name: double(getattr(value, f.name)) for f in fields(value)})
    return value
