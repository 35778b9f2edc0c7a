"""What several test modules need: the course's folder, and copies of the course to grade in."""

import shutil
from pathlib import Path

import pytest

from autograder.grading.release import release, source_notebook
from autograder.paths import course_root


@pytest.fixture(scope="session")
def root() -> Path:
    return course_root(Path(__file__).parent)


@pytest.fixture(scope="session")
def numpy_source(root):
    """The source of pooling_numpy: all answers in it are the references."""
    return source_notebook("pooling_numpy", root)


def copy_course(root, folder):
    """Copy what a course needs to be graded to a folder of its own, and release it there."""
    for name in ("solutions", "exercises"):
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("_config.yml", "nbgrader_config.py"):
        shutil.copy(root / name, folder)
    release("pooling", folder)
    return folder


@pytest.fixture(scope="session")
def course(root, tmp_path_factory):
    """A released course in a folder with a space in its name, without submissions."""
    return copy_course(root, tmp_path_factory.mktemp("a course"))


@pytest.fixture
def own_course(course, tmp_path):
    """A course of a test's own: the released one, copied."""
    folder = tmp_path / "own course"
    shutil.copytree(course, folder)
    return folder
