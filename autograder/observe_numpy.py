"""Call a learner's NumPy function on a case and note what it did."""

from __future__ import annotations

from dataclasses import replace
from types import CodeType
from typing import Any

import numpy as np

from autograder.cases import Case, Exercise, Observation, Strided, Value, WrongType, failed
from autograder.loops import loops, recorded


def observe(exercise: Exercise, function: Any, case: Case, device: str = "cpu") -> Observation:
    """Return what ``function`` does with a case; an exception becomes part of the answer.

    Parameters
    ----------
    device
        Not used: NumPy computes on the CPU.
    """
    args = tuple(_array(value) for value in case.args)
    kwargs = {key: _array(value) for key, value in case.kwargs.items()}
    before = [np.array(value, copy=True) for value in args if isinstance(value, np.ndarray)]
    try:
        values = _values(exercise, function(*args, **kwargs))
    except Exception as error:
        return failed(error)
    after = [value for value in args if isinstance(value, np.ndarray)]
    same = all(np.array_equal(a, b, equal_nan=True) for a, b in zip(before, after, strict=True))
    return Observation(values, modified=() if same else ("its input",))


def observe_without_loops(
    exercise: Exercise, function: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Return what ``function`` does with a case; its loops, and its callees', are forbidden."""
    codes: set[CodeType] = set()
    with recorded(function, codes):
        seen = observe(exercise, function, case, device)
    return replace(seen, forbidden=loops(codes))


def _array(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.copy()
    if not isinstance(value, Strided):
        return value
    *outer, size = value.array.shape
    view = np.zeros((*outer, 2 * size + 1), value.array.dtype)[..., :-1:2]
    view[...] = value.array
    return view


def _values(exercise: Exercise, result: Any) -> dict[str, Value]:
    wanted = len(exercise.outputs)
    if wanted > 1 and not isinstance(result, tuple):
        raise WrongType(f"expected a tuple of {wanted} results, got one {type(result).__name__}")
    results = result if isinstance(result, tuple) else (result,)
    if len(results) != wanted:
        raise WrongType(f"expected {wanted} results, got {len(results)}")
    return {name: value_of(one) for name, one in zip(exercise.outputs, results, strict=True)}


def value_of(result: Any) -> Value:
    """Return an array or number as a value.

    Raises
    ------
    WrongType
        If it is neither.
    """
    for kind in (bool, int, float):
        if isinstance(result, kind):
            return Value(np.asarray(result), kind.__name__)
    if not isinstance(result, np.ndarray | np.generic) or result.dtype.kind not in "fiub":
        raise WrongType(f"expected an array of numbers, got {type(result).__name__}")
    return Value(np.array(result, copy=True), str(result.dtype))
