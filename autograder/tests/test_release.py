"""Exercises are derived from the solutions: the same bytes every time, nothing forgotten."""

import json

import nbformat
import pytest

from autograder.grading.release import ReleaseFailed, derive, release, source_notebook
from autograder.grading.verify import stale
from autograder.paths import exercise_path, notebooks


def test_a_release_is_the_same_bytes_every_time(own_course):
    assert derive("pooling", own_course) == derive("pooling", own_course)


def test_the_committed_exercises_are_what_the_solutions_give(root):
    assert list(stale("pooling", root)) == []


def test_a_change_of_a_solution_shows(own_course):
    path = own_course / "solutions/pooling/pooling_numpy.py"
    path.write_text(path.read_text().replace("# # Pooling in NumPy", "# # Pooling with NumPy"))
    assert [line.split()[0] for line in stale("pooling", own_course)] == [
        "exercises/pooling/pooling_numpy.ipynb"]


@pytest.mark.parametrize("notebook", ["pooling_numpy", "pooling_torch"])
def test_every_answer_is_gone_and_has_a_locked_graded_cell_behind_it(root, notebook):
    nb = nbformat.read(exercise_path(notebook, root), as_version=4)
    source = source_notebook(notebook, root)
    names = [cell.id for cell in source.cells if "BEGIN SOLUTION" in cell.source]
    assert names and "SOLUTION" not in json.dumps(nb)
    cells = [cell for cell in nb.cells if "nbgrader" in cell.metadata]
    assert [cell.metadata.nbgrader.grade_id for cell in cells] == [
        one for name in names for one in (name, f"check_{name}")]
    for answer, check in zip(cells[::2], cells[1::2], strict=True):
        assert answer.metadata.nbgrader.solution and "raise NotImplementedError" in answer.source
        assert check.metadata.nbgrader.locked and check.metadata.editable is False
        assert check.metadata.nbgrader.points == 10
        assert nb.cells.index(check) == nb.cells.index(answer) + 1


def test_released_notebooks_have_no_outputs_and_run_on_any_python_3_kernel(root):
    for notebook in notebooks("pooling", root):
        nb = nbformat.read(exercise_path(notebook, root), as_version=4)
        assert not any(cell.get("outputs") for cell in nb.cells)
        assert nb.metadata.kernelspec.name == "python3"


def test_an_answer_without_a_check_is_refused_and_the_old_exercises_stay(own_course):
    path = own_course / "solutions/pooling/pooling_numpy.py"
    path.write_text(path.read_text().replace("def max_pool2d(", "def max_pool_2d("))
    before = exercise_path("pooling_numpy", own_course).read_bytes()
    with pytest.raises(ReleaseFailed, match="max_pool_2d in pooling_numpy has no check"):
        release("pooling", own_course)
    assert exercise_path("pooling_numpy", own_course).read_bytes() == before
