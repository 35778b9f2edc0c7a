"""Demonstrations are not run when grading, unless something needs them."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.demos import is_demo, not_needed
from autograder.grading.intake import take_in
from autograder.grading.judge import judge
from autograder.grading.release import source_notebook

DEMO = new_code_cell("import matplotlib.pyplot as plt\nside = 3\nplt.plot(range(side))",
                     metadata={"tags": ["demo"]})


@pytest.mark.parametrize(("own", "skipped"), [
    ("def f(x):\n    return x", {1}), ("import matplotlib.pyplot as figure", {1}),
    ("def f(side):\n    plt = 1\n    return [side for side in range(plt)]", {1}),
    ("def f():\n    return [plt for _ in range(3)]", set()), ("plt.show()", set()),
    ("print(side + 1)", set()), ("%timeit 1", set()),
    ("eval('si' + 'de')", set()), ("x = '", set())])
def test_a_demo_runs_only_if_its_names_are_used(own, skipped):
    assert not_needed(new_notebook(cells=[new_code_cell(own), DEMO])) == skipped


def test_only_what_the_course_tagged_is_a_demo():
    assert not_needed(new_notebook(cells=[new_code_cell("side = 3")])) == set()


def test_an_edited_demo_is_the_learners_own_cell(root, numpy_source, tmp_path):
    (demo,) = filter(is_demo, numpy_source.cells)
    path = tmp_path / "ada" / "pooling" / "pooling_numpy.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(numpy_source, path)
    assert len(not_needed(take_in(path, root))) == 1
    path.write_text(path.read_text().replace(demo.source.split("\n")[0], "a_name_of_mine = 1"))
    assert not_needed(take_in(path, root)) == set()


@pytest.mark.parametrize("notebook", ["pooling_numpy", "pooling_torch"])
def test_grading_leaves_it_out_and_run_all_draws_it(root, notebook):
    source = source_notebook(notebook, root)
    position = next(i for i, cell in enumerate(source.cells) if is_demo(cell))
    for run_all in (False, True):
        verdict = judge(source, notebook, root, 0, only=("max_pool2d",), run_all=run_all)
        assert verdict.scores["max_pool2d"].total == 10
        assert (position in verdict.outputs) == run_all
    assert "image/png" in verdict.outputs[position][0].data
