"""The fingerprint of code: what changes it and what must not."""

import pytest

from experiments.code import fingerprint

SOURCE = '''
import math

SIZE = 3


def helper(x):
    """Say something."""
    return x * SIZE


def run(x):
    return helper(x) + 1


def verdicts(rows):
    return rows
'''


@pytest.fixture
def module(tmp_path):
    """Write a text as a module and return its fingerprint from `run` on."""

    def write(text):
        path = tmp_path / "module.py"
        path.write_text(text, encoding="utf-8")
        return fingerprint(path, "run")

    return write


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Say something.", "Say something else."),
        ("return helper(x) + 1", "return (  # why\n        helper(x) + 1\n    )"),
        ("return rows", "return rows[:1]"),
        ("import math", "import cmath"),
    ],
    ids=["docstring", "layout", "verdict", "unused"],
)
def test_what_the_result_does_not_depend_on_leaves_the_fingerprint(module, old, new):
    assert module(SOURCE.replace(old, new)) == module(SOURCE)


@pytest.mark.parametrize(
    ("old", "new"),
    [("+ 1", "+ 2"), ("x * SIZE", "x - SIZE"), ("SIZE = 3", "SIZE = 4")],
    ids=["run", "function called", "constant used"],
)
def test_what_the_result_depends_on_changes_the_fingerprint(module, old, new):
    assert module(SOURCE.replace(old, new)) != module(SOURCE)


def test_other_modules_and_reference_layers_are_followed(tmp_path, monkeypatch):
    monkeypatch.setattr("experiments.code.HERE", tmp_path)
    layer = tmp_path / "layer.py"
    monkeypatch.setattr("experiments.code.solution_path", lambda notebook, root: layer)
    monkeypatch.setattr("experiments.code.course_root", lambda start: tmp_path)
    main, other = tmp_path / "main.py", tmp_path / "other.py"
    main.write_text(
        "from experiments.other import f as g\n\n\ndef run():\n    return g(layers('n').pool)\n"
    )
    other.write_text("def f(x):\n    return x\n")
    layer.write_text("def pool(x):\n    return x\n\n\ndef unused():\n    return 1\n")
    before = fingerprint(main, "run")
    layer.write_text("def pool(x):\n    return x\n\n\ndef unused():\n    return 2\n")
    assert fingerprint(main, "run") == before
    layer.write_text("def pool(x):\n    return -x\n")
    with_layer = fingerprint(main, "run")
    assert with_layer != before
    other.write_text("def f(x):\n    return x + x\n")
    assert fingerprint(main, "run") not in (before, with_layer)


def test_a_table_of_the_checks_is_followed(tmp_path, monkeypatch):
    monkeypatch.setattr("experiments.code.CHECKS", tmp_path)
    main, table = tmp_path / "main.py", tmp_path / "table.py"
    main.write_text("from autograder.checks.table import NETS\n\n\ndef run():\n    return NETS\n")
    table.write_text("NETS = (1, 2)\n")
    before = fingerprint(main, "run")
    table.write_text("NETS = (1, 3)\n")
    assert fingerprint(main, "run") != before


def test_a_reference_module_passed_on_whole_is_refused(module):
    with pytest.raises(ValueError, match="run: write layers"):
        module("def run():\n    reference = layers('n')\n    return reference.pool()\n")
