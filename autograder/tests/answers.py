"""Answers to the exercises of all chapters, for tests: what they earn, what a learner reads."""

import re
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from autograder import CheckFailed, check
from autograder.cases import exercises
from autograder.grading.demos import is_demo
from autograder.grading.release import source_notebook
from autograder.grading.score import score
from autograder.layers import layers
from autograder.paths import course_root
from autograder.visible import find_exercise

ROOT = course_root(Path(__file__).parent)
CHECKS = ROOT / "autograder" / "checks"
NOTEBOOKS = sorted(path.stem for kind in ("numpy", "torch") for path in CHECKS.glob(f"*_{kind}.py"))


def names(notebook):
    """Return the exercises of a notebook, in the order of its checks."""
    return list(exercises(import_module(f"autograder.checks.{notebook}")))


#: The addresses of all exercises, such as ``"pooling_numpy.max_pool2d"``.
ALL = [f"{notebook}.{name}" for notebook in NOTEBOOKS for name in names(notebook)]


def reference(address):
    """Return the right answer that the course has itself."""
    notebook, name = address.split(".")
    return getattr(layers(notebook, ROOT), name)


def scored(address, answer, seed=0, device="cpu"):
    """Score an answer in this process, as the judge does in another."""
    exercise = find_exercise(address)
    return score(exercise, lambda case: exercise.observe(exercise, answer, case, device),
                 reference(address), seed, device)


def message(address, answer):
    """Return what a learner reads of an answer that is not right, with wrapped lines joined."""
    with pytest.raises(CheckFailed) as caught:
        check(address, answer)
    return re.sub(r"\n    (?=\S)", " ", str(caught.value))


@cache
def source(notebook):
    """Return the notebook in which all answers are the references."""
    return source_notebook(notebook, ROOT)


def run(notebook, text):
    """Return the names that there are when a solution cell was run after the given cells."""
    namespace = {"__name__": "notebook"}
    for cell in source(notebook).cells:
        if cell.cell_type == "code" and "nbgrader" not in cell.metadata and not is_demo(cell):
            exec(cell.source, namespace)
    exec(text, namespace)
    return namespace


def normal(*shape, seed=0):
    """Return normally distributed numbers, the same from the same seed."""
    return np.random.default_rng(seed).normal(size=shape)


def close(mine, expected):
    """Demand equal numbers up to float64's rounding."""
    np.testing.assert_allclose(mine, expected, atol=1e-12)
