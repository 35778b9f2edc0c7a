"""Loops are found in all that a learner wrote and a call runs, and nowhere else."""

from __future__ import annotations

import contextlib
import functools

import numpy as np
import pytest

from autograder.loops import loops, recorded

X, WEIGHT = np.ones((2, 3, 4, 5)), np.ones((6, 3))


def found(function, *args) -> tuple[str, ...]:
    codes = set()
    with contextlib.suppress(KeyError), recorded(function, codes):
        function(*args)
    return loops(codes)


def with_for():
    for _ in X:
        pass
    else:
        return 1


def with_for_in_a_handler():
    try:
        raise KeyError
    except KeyError:
        for _ in X:
            pass


def with_while():
    i = 3
    while i:
        i -= 1


def with_while_true():
    i = 0
    while True:
        i += 1
        if i > 3:
            break


def with_while_left_by_an_exception():
    i = iter(X)
    while True:
        next(i, None)
        raise KeyError


def with_while_in_a_handler():
    i = 3
    try:
        raise ValueError
    except ValueError:
        while i:
            i -= 1


def with_nested_function():
    def inner():
        return [i for i in X]
    return inner()


def with_method():
    class Layer:
        def forward(self):
            return {i: 1 for i in range(2)}
    return Layer().forward()


FOR = [with_for, with_for_in_a_handler, with_nested_function, with_method, lambda: [i for i in X],
       lambda: {1 for _ in X}, lambda: sum(1 for _ in X), lambda: with_for(),
       lambda: exec("for _ in range(2): pass", {}),
       lambda: (lambda: [_ for _ in X])()]
WHILE = [with_while, with_while_true, with_while_in_a_handler, lambda: with_while()]


@pytest.mark.parametrize("function", FOR)
def test_a_for_loop_or_comprehension_is_found(function):
    assert found(function) == ("loops (for)",)


@pytest.mark.parametrize("function", WHILE)
def test_a_while_loop_is_found(function):
    assert found(function) == ("loops (while)",)


def test_what_cannot_run_twice_is_no_loop():
    assert found(with_while_left_by_an_exception) == ()


def with_handlers(bias=None):
    try:
        with np.errstate(all="ignore"), contextlib.nullcontext():
            y = WEIGHT @ X.reshape(2, 3, -1)
    except ValueError as error:
        raise TypeError from error
    except (KeyError, TypeError):
        y = 0
    finally:
        z = 1
    assert z
    return y + (0 if bias is None else bias)


def with_match():
    match X.ndim:
        case 4:
            return [*X]
        case _:
            return None


def with_generator():
    def given():
        yield from X
    return list(given())


@functools.wraps(with_match)
def wrapped():
    return with_match()


NONE = [
    with_handlers, with_match, with_generator, wrapped,
    lambda: np.einsum("oc,nchw->nohw", WEIGHT, X),
    lambda: np.moveaxis(np.tensordot(WEIGHT, X, (1, 1)), 0, 1),
    lambda: np.dot(WEIGHT, X.transpose(1, 0, 2, 3).reshape(3, -1)),
    lambda: np.matmul(WEIGHT, X.reshape(2, 3, -1)).reshape(2, 6, 4, 5),
    lambda: np.stack(np.split(X, 2)), lambda: np.broadcast_arrays(X, X), lambda: str(X),
    lambda: print(X.shape),
]


@pytest.mark.parametrize("function", NONE)
def test_other_ways_on_and_numpys_own_loops_are_none(function):
    assert found(function) == ()


def test_what_is_recorded_ends_with_the_call():
    codes = set()
    with recorded(with_match, codes):
        pass
    with_for()
    assert codes == set()
