"""What learners read when a call is not right: every message of the comparison."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.cases import DTYPE, ERRORS, INPUT, Case, Exercise, Made, Observation, Strided, Value
from autograder.compare import EXACT, TOLERANCE, call, close, difference

EXERCISE = Exercise("max_pool2d", {}, (), lambda rng: (), None)


def value(array, dtype: str = "float64", device: str = "") -> Value:
    return Value(np.asarray(array, dtype=float), dtype, device)


def seen(output, **others) -> Observation:
    return Observation({"output": output}, **others)


def said(case: Case, got: Observation, want: Observation, hidden: bool = False) -> str:
    return difference(EXERCISE, case, got, want, hidden)


def test_equal_values_are_no_difference():
    assert said(Case("values"), seen(value([1, 2])), seen(value([1, 2]))) == ""


def test_a_wrong_value_is_counted_and_the_first_is_shown():
    fault = said(Case("values"), seen(value([[1, 0], [5, 0]])), seen(value([[1, 2], [3, 0]])))
    assert fault == "2 of 4 values differ; at (0, 1) expected 2, got 0"


def test_a_wrong_number_has_no_place():
    fault = said(Case("values"), seen(value(0.5)), seen(value(1 / 3)))
    assert fault == "the value differs; expected 0.333333, got 0.5"


def test_a_hidden_fault_tells_no_value():
    fault = said(Case("values"), seen(value([1, 7])), seen(value([1, 2])), hidden=True)
    assert fault == "1 of 2 values differ"


def test_a_wrong_shape_is_told_before_values():
    fault = said(Case("values"), seen(value([1, 2])), seen(value([[1, 3]])))
    assert fault == "expected shape (1, 2), got (2,)"


def test_the_name_is_told_where_there_are_several_values():
    want = Observation({"output": value(1), "gradient of x": value([2])})
    got = Observation({"output": value(1), "gradient of x": value([3])})
    assert said(Case("gradient"), got, want).startswith("gradient of x: 1 of 1 values differ")


def test_the_name_is_told_where_the_value_is_not_the_output():
    want, got = (Observation({"how far it is": value(number)}) for number in (1, 15))
    assert said(Case("size"), got, want).startswith("how far it is: the value differs")


def test_a_missing_gradient_is_explained():
    want = Observation({"output": value(1), "gradient of x": value([2])})
    assert said(Case("gradient"), seen(value(1)), want) == (
        "there is no gradient of x: .detach(), .data, .item(), NumPy or torch.no_grad() has cut "
        "the way back to it")


def test_a_missing_value_is_named():
    want = Observation({"output": value(1), "buffer `kernel`": value([2])})
    assert said(Case("buffer"), seen(value(1)), want) == "there is no buffer `kernel`"


def test_dtype_and_device_count_where_the_property_is_dtype():
    got, want = seen(value(1, "float64", "cpu")), seen(value(1, "float32", "cuda"))
    assert said(Case("values"), got, want) == ""
    assert said(Case(DTYPE), got, want) == "expected dtype float32, got float64"
    got = seen(value(1, "float32", "cpu"))
    assert said(Case(DTYPE), got, want) == "expected it on cuda, got it on cpu"


def test_a_changed_input_counts_where_the_property_is_input():
    got = seen(value(1), modified=("its input",))
    assert said(Case("values"), got, seen(value(1))) == ""
    assert said(Case(INPUT), got, seen(value(1))) == (
        "it changed its input, which belongs to the caller: work on a copy")


def test_a_forbidden_operator_is_told_first():
    got = seen(value(1), forbidden=("aten::max_pool2d",), modified=("its input",))
    assert said(Case(INPUT), got, seen(value(2))) == (
        "it calls aten::max_pool2d, which this exercise does not allow")


def test_a_hidden_case_tells_no_words_of_the_learners_process():
    secret = "x is 0.25"
    got = Observation({"output": Value(np.ones(1), secret, secret)}, modified=(secret,))
    for name in ("input", "dtype"):
        text = said(Case(name), got, seen(value(1)), hidden=True)
        assert text and secret not in text


def test_a_hidden_case_tells_only_operators_that_there_are():
    import torch  # noqa: F401

    got = seen(value(1), forbidden=("aten::x_is_0_25", "aten::conv2d", "loops (while)"))
    assert said(Case("values"), got, seen(value(1)), hidden=True) == (
        "it calls aten::conv2d, which this exercise does not allow")
    got = seen(value(1), forbidden=("aten::x_is_0_25",))
    assert "it calls something, which" in said(Case("values"), got, seen(value(1)), hidden=True)


def test_an_exception_is_told_with_its_message_unless_the_case_is_hidden():
    got = Observation(error=("TypeError", "a secret", False))
    assert said(Case("values"), got, seen(value(1))) == "it raised TypeError: a secret"
    assert said(Case("values"), got, seen(value(1)), hidden=True) == "it raised TypeError"
    got = Observation(error=("Secret", "", False))
    assert said(Case("values"), got, seen(value(1))) == "it raised Secret"
    assert said(Case("values"), got, seen(value(1)), hidden=True) == "it raised an exception"


def test_a_wrong_type_is_told_as_it_is_unless_the_case_is_hidden():
    got = Observation(error=("WrongType", "expected a tensor, got list", False))
    assert said(Case("values"), got, seen(value(1))) == "expected a tensor, got list"
    hidden = said(Case("values"), got, seen(value(1)), hidden=True)
    assert hidden == "what came back is not of the kind asked for"


@pytest.mark.parametrize(("error", "fault"), [
    (None, "expected a ValueError that names 5 or 3, got an answer"),
    (("IndexError", "5", False),
     "expected a ValueError that names 5 or 3, but it raised IndexError: 5"),
    (("ValueError", "max_pool2d: too large, 15 or 30", True),
     "expected a ValueError that names 5 or 3, got one that does not: "
     "'max_pool2d: too large, 15 or 30'"),
    (("ValueError", "a window of 5", True), ""),
    (("Impossible", "a window of (5, 5)", True), ""),
    (("ValueError", "a side of 3", True), ""),
])
def test_an_expected_error_is_a_value_error_that_names_a_number(error, fault):
    got = Observation(error=error) if error else seen(value(1))
    assert said(Case(ERRORS, error=(5, 3)), got, Observation()) == fault


def test_a_negative_number_is_found_in_a_message():
    got = Observation(error=("ValueError", "the box [0, -3, 0, 4, 4]", True))
    assert said(Case(ERRORS, error=(-3,)), got, Observation()) == ""


def test_a_hidden_error_message_is_not_repeated():
    got = Observation(error=("ValueError", "too large", True))
    assert said(Case(ERRORS, error=(5,)), got, Observation(), hidden=True) == (
        "expected a ValueError that names 5, got one that does not")


@pytest.mark.parametrize(("dtype", "near", "far"), [
    ("float64", 1e-10, 1e-8), ("float32", 1e-5, 1e-3), ("float16", 5e-3, 5e-2)])
def test_rounding_is_allowed_by_dtype_and_magnitude(dtype, near, far):
    for scale in (1.0, 1000.0):
        want = np.array([scale, 0.0])
        assert close(want + [0, near * scale], want, EXACT, dtype, "float64").all()
        assert not close(want + [0, far * scale], want, EXACT, dtype, "float64").all()


def test_float32_within_float64_is_a_fault_of_the_dtype_only():
    want = value(1 / 3)
    got = value(np.float32(1 / 3))
    assert said(Case("values"), seen(got), seen(want)) == ""
    assert said(Case(DTYPE), seen(got), seen(want)) == (
        "the value differs; expected 0.3333333333333333, got 0.3333333432674408")
    assert EXACT[8] < 1e-8 < TOLERANCE[8]


def test_integers_agree_wholly():
    counts = np.array([119_808, 119_808])
    assert close(counts + [0.0, 1.0], counts, TOLERANCE, "int", "float64").tolist() == [True, False]


def test_infinities_and_nans_agree_only_with_themselves():
    special = np.array([np.inf, -np.inf, np.nan, 0.0])
    assert close(special, special, EXACT, "float64").all()
    assert not close(special, special[[1, 0, 3, 2]], EXACT, "float64").any()


def test_a_call_is_written_as_learners_write_it():
    x = np.zeros((1, 1, 4, 4))
    assert call(EXERCISE, Case("", (x, 2, None), {"padding": 1})) == (
        "max_pool2d(array(1, 1, 4, 4), 2, None, padding=1)")
    layer = Exercise("GeMPool2d", {}, (), lambda rng: (), None)
    assert call(layer, Case("", (Strided(x),))) == "GeMPool2d()(array(1, 1, 4, 4))"
    assert call(layer, Case("", (x,), init=(2.0,), init_kwargs={"eps": 0.5})) == (
        "GeMPool2d(2.0, eps=0.5)(array(1, 1, 4, 4))")
    function = Exercise("MaxPool2dFunction", {}, (), lambda rng: (), None)
    assert call(function, Case("", (x, 2, 2, 0))) == (
        "MaxPool2dFunction.apply(array(1, 1, 4, 4), 2, 2, 0)")
    measure = Exercise("shift_consistency", {}, (), lambda rng: (), None)
    assert call(measure, Case("", (Made("Rows"), x, 1))) == (
        "shift_consistency(Rows, array(1, 1, 4, 4), 1)")
