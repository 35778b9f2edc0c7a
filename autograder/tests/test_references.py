"""The text of all references: cells that stand alone under their task, with an example that runs.

That stubs raise NotImplementedError, and that references call nothing forbidden, is proved by
test_verify.py in the real judge; what they compute, by test_references_<chapter>.py.
"""

import ast
import doctest
import re

import jupytext
import pytest

from answers import ALL, NOTEBOOKS, ROOT, run, source
from autograder.layers import layers
from autograder.paths import solution_path
from autograder.visible import find_exercise


def cells(notebook):
    """Return the code cells of a notebook by id, each with the cell before it."""
    pairs = zip(source(notebook).cells, source(notebook).cells[1:], strict=False)
    return {cell.id: (before, cell) for before, cell in pairs if cell.cell_type == "code"}


@pytest.mark.parametrize("address", ALL)
def test_a_reference_stands_alone_under_its_task_and_its_example_runs(address):
    notebook, name = address.split(".")
    before, cell = cells(notebook)[name]
    assert before.cell_type == "markdown" and before.source.startswith(f"## {name}\n")
    space = run(notebook, cell.source)
    (example,) = doctest.DocTestFinder(recurse=False).find(space[name], globs=space)
    assert example.examples and doctest.DocTestRunner().run(example).failed == 0


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_all_examples_in_docstrings_run(notebook):
    assert doctest.testmod(layers(notebook, ROOT)).failed == 0


@pytest.mark.parametrize("address", ALL)
def test_a_task_lists_the_properties_that_its_check_gives_points_for(address):
    notebook, name = address.split(".")
    task = cells(notebook)[name][0].source
    listed = re.search(r"^\*\*Checked:\*\* (.*?)\.$", task, re.DOTALL | re.MULTILINE)[1]
    assert re.split(r",\s+", listed) == list(find_exercise(address).points)


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_source_comes_back_from_jupytext_as_it_is(notebook):
    held = jupytext.read(solution_path(notebook, ROOT))
    again = jupytext.reads(jupytext.writes(held, "py:percent"), "py:percent")
    assert [cell.source for cell in again.cells] == [cell.source for cell in held.cells]


def test_helpers_of_the_same_name_are_the_same_in_all_notebooks():
    given = {}
    for notebook in NOTEBOOKS:
        for _, cell in cells(notebook).values():
            for node in [] if "nbgrader" in cell.metadata else ast.parse(cell.source).body:
                if isinstance(node, ast.FunctionDef):
                    given.setdefault(node.name, set()).add(ast.unparse(node))
    assert [name for name, texts in given.items() if len(texts) > 1] == []
    assert {"pair", "conv_geometry", "pool_geometry"} <= given.keys()
