"""Whatever form-right reply a learner's process sends, the judge says something and never fails."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.cases import DTYPE, INPUT, Case, Exercise, Observation, Value
from autograder.grading import wire
from autograder.grading.score import Stopped, score
from autograder.grading.session import checked

X = np.arange(16.0).reshape(1, 1, 4, 4)
ARRAYS = hnp.arrays(st.sampled_from(["<f2", "<f4", "<f8", "<i8", "<u8", "|b1"]),
                    hnp.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4))
VALUES = st.builds(Value, ARRAYS, st.text(max_size=9), st.text(max_size=5))
NAMES = st.sampled_from(["output", "gradient of x", ""]) | st.text(max_size=3)
TEXTS = st.lists(st.text(max_size=5), max_size=2).map(tuple)
REPLIES = st.builds(
    Observation, st.dictionaries(NAMES, VALUES, max_size=3),
    st.none() | st.tuples(st.text(max_size=9), st.text(max_size=9), st.booleans()), TEXTS, TEXTS)


def right(exercise, answer, case, device):
    return Observation({"output": Value(X[:, :, ::2, ::2], "float64")})


def cases(rng):
    yield Case("values", (X, 2))
    yield Case(DTYPE, (X, 2))
    yield Case(INPUT, (X, 2))
    yield Case("errors", (X, 9), error=(9, 4))


EXERCISE = Exercise("pool", {"values": 2, DTYPE: 2, INPUT: 2, "errors": 4}, (), cases, right)


@given(st.lists(REPLIES, min_size=4, max_size=4))
def test_a_reply_of_the_right_form_is_scored_whatever_it_holds(replies):
    sent = iter([checked(wire.loads(wire.dumps(reply))) for reply in replies])
    found = score(EXERCISE, lambda case: next(sent), None, 0)
    assert 0 <= found.total <= 10 and isinstance(found.reason, str)


@given(st.recursive(st.none() | st.integers() | st.text() | ARRAYS | VALUES,
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
                    | st.builds(Observation, inner, inner, inner, inner), max_leaves=5))
def test_a_reply_of_any_form_is_taken_or_stops_the_exercise(reply):
    try:
        assert isinstance(checked(reply), Observation)
    except Stopped:
        pass


def test_an_answer_that_claims_a_coarse_dtype_gets_no_wider_tolerance():
    off = Observation({"output": Value(X[:, :, ::2, ::2] * 1.001, "float16")})
    assert score(EXERCISE, lambda case: off, None, 0).earned["values"] == 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_answer_in_another_dtype_keeps_the_points_of_its_values(dtype):
    answer = Observation({"output": Value(X[:, :, ::2, ::2].astype(dtype), np.dtype(dtype).name)})
    earned = score(EXERCISE, lambda case: answer, None, 0).earned
    assert earned["values"] == 2 and bool(earned[DTYPE]) == (dtype is np.float64)
