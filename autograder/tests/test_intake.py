"""Whatever a learner hands in becomes a notebook that nbgrader can grade, or says why not."""

import json

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.grading.intake import grade_ids, rebuild, take_in
from autograder.paths import exercise_path


@pytest.fixture
def released(course):
    return nbformat.read(exercise_path("pooling_numpy", course), as_version=4)


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "someone" / "pooling"
    folder.mkdir(parents=True)
    return folder / "pooling_numpy.ipynb"


def cell(nb, name):
    return next(one for one in nb["cells"]
                if one["metadata"].get("nbgrader", {}).get("grade_id") == name)


def answered(released):
    nb = json.loads(nbformat.writes(released))
    cell(nb, "max_pool2d")["source"] = "max_pool2d = 'answer'"
    return nb


def taken(place, course, nb):
    place.write_text(nb if isinstance(nb, str) else json.dumps(nb))
    return take_in(place, course)


def sources(nb):
    return {one.metadata.nbgrader.grade_id: one.source for one in nb.cells
            if "nbgrader" in one.metadata}


def assert_graded(nb, released):
    """All graded cells are there, once, as the course has them, and the answer too."""
    nbformat.validate(nb)
    assert grade_ids(nb) >= {name for name in grade_ids(released) if name.startswith("check_")}
    for one in released.cells:
        if "nbgrader" in one.metadata and one.metadata.nbgrader.grade:
            assert sources(nb)[one.metadata.nbgrader.grade_id] == one.source
    assert "max_pool2d = 'answer'" in [one.source for one in nb.cells]


def test_an_untouched_notebook_comes_back_cell_by_cell(place, course, released):
    nb = taken(place, course, answered(released))
    assert [one.source for one in nb.cells if one.cell_type == "markdown"] == [
        one.source for one in released.cells if one.cell_type == "markdown"]
    assert_graded(nb, released)


def delete_check(nb):
    nb["cells"].remove(cell(nb, "check_max_pool2d"))


def edit_check(nb):
    cell(nb, "check_max_pool2d")["source"] = "10"


def unlock_check(nb):
    cell(nb, "check_max_pool2d")["metadata"]["nbgrader"].update(
        locked=False, points=1000, solution=True)


def retype_check(nb):
    cell(nb, "check_max_pool2d")["cell_type"] = "markdown"


def retype_answer(nb):
    cell(nb, "max_pool2d")["cell_type"] = "markdown"


def strip_metadata(nb):
    for one in nb["cells"]:
        one["metadata"] = {}


def lists_for_metadata(nb):
    for one in nb["cells"]:
        one["metadata"] = [1]


def duplicate_everything(nb):
    nb["cells"] += json.loads(json.dumps(nb["cells"]))


def new_format(nb):
    nb["nbformat"] = 99


def no_kernel(nb):
    nb["metadata"] = {"kernelspec": {"name": "/bin/sh", "language": "R"}}


def attachments(nb):
    nb["cells"][0]["attachments"] = {"x.png": {"image/png": "A" * 1_000_000}}


def outputs(nb):
    cell(nb, "check_max_pool2d")["outputs"] = [
        {"output_type": "execute_result", "data": {"text/plain": "10"}}]


def worksheets(nb):
    nb["worksheets"] = [{"cells": nb.pop("cells")}]


@pytest.mark.parametrize("break_it", [
    delete_check, edit_check, unlock_check, retype_check, retype_answer, strip_metadata,
    lists_for_metadata, duplicate_everything, new_format, no_kernel, attachments, outputs,
    worksheets], ids=lambda function: function.__name__)
def test_a_broken_notebook_is_mended(place, course, released, break_it):
    nb = answered(released)
    break_it(nb)
    mended = taken(place, course, nb)
    assert_graded(mended, released)
    assert not any(one.get("outputs") for one in mended.cells)
    assert mended.metadata == released.metadata


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(place, course, released):
    text = "\ufeff" + json.dumps(answered(released), indent=1).replace("\n", "\r\n")
    assert_graded(taken(place, course, text), released)


@pytest.mark.parametrize(("text", "reason"), [
    ("", "the file is empty"), ("{\"cells\": [", "damaged or only a part"), ("[1, 2]", "no cells"),
    ("{}", "no cells"), ("{\"cells\": 7}", "no cells"), ("[" * 100_000, "damaged"),
    ("\x00\xff", "damaged")])
def test_what_is_no_notebook_says_so(place, course, text, reason):
    nb = taken(place, course, text)
    assert reason in nb.metadata["autograder"]["reason"]


def test_a_file_that_is_too_large_is_not_read(place, course):
    place.write_bytes(b" " * 20_000_001)
    assert "at most 20000000" in take_in(place, course).metadata["autograder"]["reason"]


def test_a_single_notebook_under_another_name_is_found(place, course, released):
    place.with_name("My Homework (2).ipynb").write_text(json.dumps(answered(released)))
    assert_graded(take_in(place, course), released)


def test_of_two_files_that_could_be_meant_none_is_taken(place, course, released):
    for name in ("a.ipynb", "b.ipynb"):
        place.with_name(name).write_text(json.dumps(answered(released)))
    assert "the folder holds: a.ipynb, b.ipynb" in take_in(place, course).metadata[
        "autograder"]["reason"]


def test_the_other_notebook_of_the_chapter_is_not_taken_for_this_one(place, course, released):
    place.with_name("pooling_torch.ipynb").write_text(json.dumps(answered(released)))
    assert "was not handed in" in take_in(place, course).metadata["autograder"]["reason"]


def test_a_link_is_not_followed(place, course, released):
    target = place.parent.parent / "elsewhere.ipynb"
    target.write_text(json.dumps(answered(released)))
    place.symlink_to(target)
    assert "was not handed in" in take_in(place, course).metadata["autograder"]["reason"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["cells", "cell_type", "source", "metadata", "nbgrader", "grade_id",
                         "worksheets", "outputs"]), inner, max_size=4), max_leaves=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.just("cells"), st.lists(JSON, min_size=1, max_size=5)) | JSON)
def test_no_json_text_makes_the_intake_fail(place, course, tree):
    nb = taken(place, course, json.dumps(tree))
    nbformat.validate(nb)


def test_a_graded_cell_that_was_deleted_stands_behind_its_answer(released):
    nb = rebuild([{"type": "code", "source": "x", "id": "max_pool2d"}], released)
    assert nb.cells[1].metadata.nbgrader.grade_id == "check_max_pool2d"
