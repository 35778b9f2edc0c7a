"""Find the loops in what a learner wrote: in all their functions that a call runs.

The compiled code is read, not its source: that is there for functions of notebook cells, of
modules and of ``exec`` alike.
"""

from __future__ import annotations

import dis
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

#: Where a jump is the only way on.
NO_WAY_ON = {"JUMP_FORWARD", "JUMP_BACKWARD", "RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS",
             "RERAISE"}
#: Where ``yield from`` and ``await`` go in circles, which is not a loop of the learner's.
WAITING = {"SEND", "JUMP_BACKWARD_NO_INTERRUPT"}


@contextmanager
def recorded(function: Any, codes: set[CodeType]) -> Iterator[None]:
    """Collect the code of the learner's functions that are called meanwhile.

    Parameters
    ----------
    function
        The learner's. Theirs are also all functions of its module, of the notebook, and of no
        module at all; functions of other modules are not.
    codes
        Filled with what was called.
    """
    home = getattr(inspect.unwrap(function), "__module__", None)

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and _is_learners(frame, home):
            codes.add(frame.f_code)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(before)


def _is_learners(frame: FrameType, home: str | None) -> bool:
    name = frame.f_globals.get("__name__")
    return name == home or getattr(sys.modules.get(name), "__spec__", None) is None


def loops(codes: set[CodeType]) -> tuple[str, ...]:
    """Return the kinds of loops in some code and the functions defined in it, as words."""
    kinds = {kind for code in codes for kind in _kinds(code)}
    return tuple(f"loops ({kind})" for kind in sorted(kinds))


def _kinds(code: CodeType) -> Iterator[str]:
    """Yield ``"for"`` for each loop or comprehension, ``"while"`` where code can run again."""
    steps = list(dis.get_instructions(code))
    if any(step.opname == "FOR_ITER" for step in steps):
        yield "for"
    elif _comes_back(steps):
        yield "while"
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _kinds(constant)


def _comes_back(steps: list[dis.Instruction]) -> bool:
    """Return whether a jump leads back to where it can be reached from.

    An exception handler also jumps backward, but to code that does not lead to it.
    """
    index = {step.offset: position for position, step in enumerate(steps)}

    def ways_on(position: int) -> Iterator[int]:
        step = steps[position]
        if _jumps(step):
            yield index[step.argval]
        if step.opname not in NO_WAY_ON | WAITING:
            yield position + 1

    back = [(position, index[step.argval]) for position, step in enumerate(steps)
            if _jumps(step) and step.argval <= step.offset]
    return any(jump in _reached(target, ways_on) for jump, target in back)


def _jumps(step: dis.Instruction) -> bool:
    return step.opcode in dis.hasjrel and step.opname not in WAITING


def _reached(start: int, ways_on: Callable[[int], Iterator[int]]) -> set[int]:
    """Return all positions that code can get to from one of them."""
    found, todo = set(), [start]
    while todo:
        position = todo.pop()
        if position not in found:
            found.add(position)
            todo += ways_on(position)
    return found
