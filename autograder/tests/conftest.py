"""What several test modules need: the course's folder, and small notebooks."""

from pathlib import Path

import pytest

from autograder.grading.release import source_notebook
from autograder.paths import course_root


@pytest.fixture(scope="session")
def root() -> Path:
    return course_root(Path(__file__).parent)


@pytest.fixture(scope="session")
def numpy_source(root):
    """The source of pooling_numpy: all answers in it are the references."""
    return source_notebook("pooling_numpy", root)
