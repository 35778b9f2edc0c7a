"""The two rules of the house: what may import what."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1]
LOAD_LATER = ("class_cli.py", "cli.py", "doctor.py")
LEARNERS = sorted([*PACKAGE.glob("*.py"), *PACKAGE.glob("checks/*.py")])


def imports(path, top_level_only=False):
    tree = ast.parse(path.read_text())
    nodes = tree.body if top_level_only else ast.walk(tree)
    names = []
    for node in nodes:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    return names


@pytest.mark.parametrize("path", LEARNERS, ids=lambda path: path.name)
def test_the_learners_half_does_not_import_the_instructors(path):
    found = [name for name in imports(path, top_level_only=path.name in LOAD_LATER)
             if name.startswith("autograder.grading") or name == "nbgrader"]
    assert not found


def test_the_learners_half_loads_no_instructors_package():
    code = ("import sys, autograder.cli, autograder.checks.pooling_numpy\n"
            "print([n for n in sys.modules if n.startswith(('autograder.grading', 'nbgrader', "
            "'torch', 'IPython', 'nbformat'))])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_solutions_know_nothing_of_the_grader(root):
    allowed = {"numpy", "torch", "matplotlib", *sys.stdlib_module_names}
    for path in (root / "solutions").rglob("*.py"):
        assert {name.partition(".")[0] for name in imports(path)} <= allowed, path
