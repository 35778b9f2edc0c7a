"""The notebooks for the browser: the released ones, with a cell that only the browser needs."""

from pathlib import Path

import nbformat
import pytest

from _ext.lite import GET_CHECKS, write_notebooks
from autograder.check_notebook import check_notebook
from autograder.grading.demos import is_demo

ROOT = Path(__file__).parents[2]
RELEASED = {path.name: path for path in (ROOT / "exercises").glob("*/*_numpy.ipynb")}


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lite") / "files"
    write_notebooks(ROOT, folder)
    return folder


def test_the_numpy_notebooks_are_there_and_no_others(notebooks):
    assert {path.name for path in notebooks.iterdir()} == set(RELEASED)


@pytest.mark.parametrize("name", RELEASED)
def test_a_notebook_is_the_released_one_but_for_a_cell_that_nobody_grades(name, notebooks):
    cells = nbformat.read(notebooks / name, as_version=4).cells
    added = cells.pop(1)
    assert added.source == GET_CHECKS and is_demo(added)
    assert cells == nbformat.read(RELEASED[name], as_version=4).cells


def test_a_notebook_from_the_browser_can_be_checked_at_home(notebooks, capsys):
    check_notebook(notebooks / "pooling_numpy.ipynb")
    printed = capsys.readouterr().out
    assert "0 of 7 exercises are right" in printed and "raised" not in printed
