"""What learners' cells showed reaches the instructor's browser harmless and small."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook
from nbformat.validator import validate

from autograder.grading.outputs import harmless

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["output_type", "name", "text", "data", "text/plain", "image/png",
                         "traceback", "ename", "metadata"]),
        inner | st.sampled_from(["stream", "error", "display_data", "execute_result"])),
    max_leaves=15)


def one(output):
    (kept,) = harmless({0: [output]}).values()
    return kept


@given(st.dictionaries(st.integers(0, 3), JSON))
def test_whatever_came_becomes_valid_outputs(replies):
    for outputs in harmless(replies).values():
        validate(new_notebook(cells=[new_code_cell(outputs=outputs)]))


@pytest.mark.parametrize("mime", ["text/html", "application/javascript", "image/svg+xml",
                                  "text/latex", "text/markdown", "application/vnd.x+json"])
def test_markup_and_scripts_are_left_out(mime):
    assert one({"output_type": "display_data", "data": {mime: "x"}}) == []


def test_text_and_pictures_are_kept():
    data = {"text/plain": "a figure", "image/png": "iVBORw0KGgo=\n", "text/html": "<b>"}
    (kept,) = one({"output_type": "execute_result", "data": data})
    assert set(kept.data) == {"text/plain", "image/png"}


def test_a_picture_that_is_markup_is_left_out():
    data = {"image/png": 'AAAA"><script>alert(1)</script>'}
    assert one({"output_type": "display_data", "data": data}) == []


def test_a_result_never_looks_like_points():
    (kept,) = one({"output_type": "execute_result", "data": {"text/plain": "10"}})
    assert kept.output_type == "display_data"


def test_a_notebook_keeps_about_a_megabyte_and_says_that_the_rest_was_cut():
    replies = {i: [{"output_type": "stream", "name": "stdout", "text": "x" * 190_000}]
               for i in range(20)}
    kept = harmless(replies)
    assert len(json.dumps(kept)) < 1_300_000 and "was cut" in json.dumps(kept)
    assert set(kept) == set(replies)
