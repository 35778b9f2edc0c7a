"""Compare what a call did with what it should have done, and say the difference in words."""

from __future__ import annotations

import builtins
import re
import sys
from typing import Any

import numpy as np

from autograder.cases import (
    DTYPE,
    INPUT,
    Case,
    Exercise,
    Made,
    Observation,
    Strided,
    Value,
    input_dtype,
)

#: Largest error allowed, in units of the largest expected magnitude (at least 1), by item size.
#: Whoever computes float64 in float32 loses the property ``dtype``, and no other.
TOLERANCE = {2: 1e-2, 4: 1e-4, 8: 1e-5}
EXACT = TOLERANCE | {8: 1e-9}

#: What a call did that it may not do, where that is no operator.
OURS = ("autograd", "loops (for)", "loops (while)")
#: What a call may not change; the learner's process says which it did.
GIVEN = ("its input", "classifier")
#: Why a gradient may be missing.
CUT = ": .detach(), .data, .item(), NumPy or torch.no_grad() has cut the way back to it"


def difference(
    exercise: Exercise, case: Case, seen: Observation, expected: Observation, hidden: bool = False
) -> str:
    """Return what is wrong with a call, in one sentence; empty if nothing is.

    Parameters
    ----------
    exercise, case
        What was called, and how.
    seen
        What the learner's function did.
    expected
        What the reference does; its dtypes and devices count in the property ``dtype`` only.
    hidden
        Whether to leave out whatever tells inputs or expected values.
    """
    if seen.forbidden:
        verb = "uses" if seen.forbidden[0].startswith("loops") else "calls"
        names = _known(seen.forbidden) if hidden else ", ".join(seen.forbidden)
        return f"it {verb} {names}, which this exercise does not allow"
    if case.error:
        return _error_difference(case, seen, hidden)
    if seen.error:
        return _raised(*seen.error[:2], hidden)
    if case.property == INPUT and seen.modified:
        names = [name for name in seen.modified if name in GIVEN] or ["what it was given"]
        return f"it changed {', '.join(names)}, which belongs to the caller: work on a copy"
    if exercise.measure:
        said, enough = exercise.measure(case, seen, expected)
        return "" if enough else said
    for name, value in expected.values.items():
        if name not in seen.values:
            return f"there is no {name}" + (CUT if name.startswith("gradient of") else "")
        found = _value_difference(seen.values[name], value, case, hidden)
        if found:
            alone = tuple(expected.values) == exercise.outputs[:1]
            return found if alone else f"{name}: {found}"
    return ""


def _known(names: tuple[str, ...]) -> str:
    """Return the first name that is one of ours or PyTorch's.

    The learner's process tells the names, and could write a hidden input into one.
    """
    for name in names:
        if name in OURS or _is_operator(name):
            return name
    return "something"


def _is_operator(name: str) -> bool:
    torch = sys.modules.get("torch")
    return bool(torch and re.fullmatch(r"\w+::\w+", name)
                and torch._C._jit_get_schemas_for_operator(name))


def _raised(kind: str, message: str, hidden: bool) -> str:
    if kind == "WrongType":
        # The learner's process writes the text, which could hold a hidden input.
        return "what came back is not of the kind asked for" if hidden else message
    if hidden:
        return f"it raised {kind if hasattr(builtins, kind) else 'an exception'}"
    return f"it raised {kind}: {message}" if message else f"it raised {kind}"


def _error_difference(case: Case, seen: Observation, hidden: bool) -> str:
    wanted = f"expected a ValueError that names {' or '.join(map(str, case.error))}"
    if seen.error is None:
        return f"{wanted}, got an answer"
    kind, message, is_value_error = seen.error
    if not is_value_error:
        return f"{wanted}, but {_raised(kind, message, hidden)}"
    if not any(re.search(rf"(?<!\d){number}(?!\d)", message) for number in case.error):
        return f"{wanted}, got one that does not" + ("" if hidden else f": {message!r}")
    return ""


def _value_difference(seen: Value, expected: Value, case: Case, hidden: bool) -> str:
    got, want, strict = seen.array, expected.array, case.property == DTYPE
    if got.shape != want.shape:
        return f"expected shape {want.shape}, got {got.shape}"
    if strict and seen.dtype != expected.dtype:
        return f"expected dtype {expected.dtype}, got {_word(seen.dtype)}"
    if strict and seen.device != expected.device:
        return f"expected it on {expected.device}, got it on {_word(seen.device)}"
    wrong = ~close(got, want, EXACT if strict else TOLERANCE, str(got.dtype), input_dtype(case))
    if not wrong.any():
        return ""
    where = tuple(int(i) for i in np.argwhere(wrong)[0])
    counted = f"{int(wrong.sum())} of {wrong.size} values differ" if where else "the value differs"
    if hidden:
        return counted
    place = f"at {where} " if where else ""
    numbers = number(want[where]), number(got[where])
    if numbers[0] == numbers[1]:
        numbers = repr(float(want[where])), repr(float(got[where]))
    return f"{counted}; {place}expected {numbers[0]}, got {numbers[1]}"


def _word(text: str) -> str:
    """Return the name of a dtype or device; the learner's process could write anything there."""
    return text if re.fullmatch(r"(b?float|u?int)(8|16|32|64)?|bool|cpu|cuda", text) else "another"


def close(
    got: np.ndarray, want: np.ndarray, tolerances: dict[int, float], *dtypes: str
) -> np.ndarray:
    """Return where two arrays agree: integers wholly, others up to the coarser dtype's rounding."""
    if want.dtype.kind in "iu":
        return got == want
    got, want = got.astype(np.float64), want.astype(np.float64)
    finite = want[np.isfinite(want)]
    scale = max(1.0, float(np.abs(finite).max(initial=0.0)))
    tolerance = max(tolerances[_item_size(dtype)] for dtype in dtypes) * scale
    with np.errstate(invalid="ignore"):
        near = np.abs(got - want) <= tolerance
    return near | (got == want) | (np.isnan(got) & np.isnan(want))


def _item_size(dtype: str) -> int:
    return {"float16": 2, "bfloat16": 2, "float32": 4}.get(dtype, 8)


def number(value: Any) -> str:
    """Return a number as people write it: six digits, no trailing zeros."""
    return f"{float(value):.6g}"


def call(exercise: Exercise, case: Case) -> str:
    """Return the call of a case as text, with the shapes of its arrays for arrays."""
    text = exercise.name
    if exercise.measure:
        return f"{text}()"
    if case.init or case.init_kwargs:
        text += f"({_arguments(case.init, case.init_kwargs)})"
    elif exercise.name[0].isupper():
        text += ".apply" if exercise.name.endswith("Function") else "()"
    return f"{text}({_arguments(case.args, case.kwargs)})"


def _arguments(args: tuple, kwargs: dict) -> str:
    words = [_argument(value) for value in args]
    return ", ".join(words + [f"{key}={_argument(value)}" for key, value in kwargs.items()])


def _argument(value: Any) -> str:
    if isinstance(value, Strided):
        return _argument(value.array)
    if isinstance(value, np.ndarray):
        return f"array({', '.join(map(str, value.shape))})"
    return value.name if isinstance(value, Made) else repr(value)

