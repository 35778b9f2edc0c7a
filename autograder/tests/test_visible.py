"""What a learner reads below a cell: the messages of the check, and its errors."""

from __future__ import annotations

import re

import numpy as np
import pytest

from autograder import CheckFailed, check
from autograder.cases import DTYPE, Case, Example, Observation, Value
from autograder.layers import layers
from autograder.visible import expected_observation, find_exercise

ADDRESS = "pooling_numpy.max_pool2d"


def right(*args):
    return layers("pooling_numpy").max_pool2d(*args)


def wrapped(answer, address: str = ADDRESS) -> str:
    with pytest.raises(CheckFailed) as caught:
        check(address, answer)
    return str(caught.value)


def message(answer, address: str = ADDRESS) -> str:
    """The message with its wrapped lines joined again."""
    return re.sub(r"\n    (?=\S)", " ", wrapped(answer, address))


def test_lines_are_short_enough_for_the_validate_button():
    lines = wrapped(lambda *args: np.zeros((1, 1, 2, 2))).splitlines()
    assert max(map(len, lines)) <= 80


def test_a_right_answer_is_told_what_it_will_be_graded_on(capsys):
    check(ADDRESS, right)
    assert capsys.readouterr().out == (
        "✓ max_pool2d: all 9 examples are right.\n"
        "  Graded on random cases of: values (1), stride (1), rectangles (1), padding (2), "
        "odd sizes (1), batch (1), dtype (1), input (1), errors (1).\n")


def test_a_stub_is_not_written_yet():
    def max_pool2d(*args):
        raise NotImplementedError

    assert message(max_pool2d) == "✗ max_pool2d is not written yet."


def test_an_answer_that_is_half_written_is_told_what_is_right_already():
    def max_pool2d(x, kernel_size, stride=None, padding=0):
        if padding:
            raise NotImplementedError
        return right(x, kernel_size, stride, padding)

    told = message(max_pool2d)
    assert told.startswith("✗ max_pool2d: ") and "it raised NotImplementedError" in told


def test_zero_padding_is_reported_with_a_hint_and_the_arrays():
    def max_pool2d(x, kernel_size, stride=None, padding=0):
        layers("pooling_numpy").pool_geometry(x.shape[2:], kernel_size, stride, padding)
        frame = ((0, 0), (0, 0), (padding, padding), (padding, padding))
        return right(np.pad(x, frame), kernel_size, stride or kernel_size)

    assert message(max_pool2d) == """\
✗ max_pool2d: 8 of 9 examples are right.
  padding: max_pool2d(array(1, 1, 2, 2), 2, None, 1): 4 of 4 values differ; at (0, 0, 0, 0) \
expected -1, got 0. Pad with -inf: a padded 0 beats every negative value.
      x:
        [[[[-1., -2.],
           [-3., -4.]]]]
      expected output:
        [[[[-1., -2.],
           [-3., -4.]]]]
      got output:
        [[[[0., 0.],
           [0., 0.]]]]"""


def test_only_the_first_misses_are_shown_and_the_others_named():
    lines = message(lambda *args: right(*args) + 1).splitlines()
    assert lines[0] == "✗ max_pool2d: 1 of 9 examples are right."
    assert [line.split(":")[0] for line in lines[1:] if line[2] != " "] == [
        "  values", "  stride", "  rectangles", "  Then look at"]
    assert lines[-1] == "  Then look at: padding, odd sizes, batch, dtype, input."


def test_a_mistake_in_the_code_is_told_without_a_hint():
    def max_pool2d(*args):
        return undefined  # noqa: F821

    assert "it raised NameError: name 'undefined' is not defined.\n" in message(max_pool2d)


def test_an_error_of_the_wrong_kind_gets_the_hint():
    def max_pool2d(*args):
        try:
            return right(*args)
        except ValueError:
            raise AssertionError("no") from None

    assert message(max_pool2d).splitlines()[1] == (
        "  errors: max_pool2d(array(1, 1, 3, 3), 4): expected a ValueError that names 4 or 3, but "
        "it raised AssertionError: no. A window that does not fit raises ValueError, and the "
        "message contains its size.")


def test_something_that_is_no_array_is_named():
    assert "expected an array of numbers, got list" in message(lambda *args: [[1]])
    assert "expected an array of numbers, got NoneType" in message(lambda *args: None)
    assert "expected 1 results, got 2" in message(lambda *args: (right(*args), 1))


def test_a_list_of_results_is_named():
    backward = layers("convolution_numpy").conv2d_backward
    assert "expected a tuple of 3 results, got one list" in message(
        lambda *args, **options: list(backward(*args, **options)),
        "convolution_numpy.conv2d_backward")


def test_a_forbidden_operator_is_told_without_arrays():
    from torch.nn import functional as F

    def max_pool2d(x, *args):
        F.max_pool2d(x, 1)
        return layers("pooling_torch").max_pool2d(x, *args)

    lines = message(max_pool2d, "pooling_torch.max_pool2d").splitlines()
    assert lines[1] == ("  values: max_pool2d(array(1, 1, 4, 4), 2): it calls aten::max_pool2d, "
                        "aten::max_pool2d_with_indices, which this exercise does not allow.")
    assert lines[2].startswith("  stride: ")


def test_examples_stay_as_they_are_whatever_an_answer_does_to_its_input():
    def max_pool2d(x, *args):
        result = right(x, *args)
        x[...] = 7
        return result

    for _ in range(2):
        assert message(max_pool2d).splitlines()[1] == (
            "  input: max_pool2d(array(1, 1, 2, 2), 2): it changed its input, which belongs to "
            "the caller: work on a copy.")


def test_the_answer_of_an_example_has_the_dtype_of_the_input_where_that_counts():
    seen = Observation({"output": Value(np.zeros(1), "float64", "cuda")})
    x = np.zeros(1, np.float32)
    value = expected_observation(Example(Case(DTYPE, (x,)), {"output": [0]}), seen).values["output"]
    assert (value.dtype, value.device) == ("float32", "cuda")
    value = expected_observation(Example(Case(DTYPE, (x,)), {"output": 0.5}), seen).values["output"]
    assert value.dtype == "float"


def test_an_unknown_exercise_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="there is no notebook 'poling_numpy'"):
        check("poling_numpy.max_pool2d", right)
    with pytest.raises(ValueError, match="pooling_numpy has the exercises max_pool2d, max_"):
        find_exercise("pooling_numpy.max_pool")


def test_a_notebook_shows_the_message_alone():
    assert CheckFailed("✗ one\n  two")._render_traceback_() == ["✗ one", "  two"]
