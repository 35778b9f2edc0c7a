"""Checks for learners; for instructors, the judge and nbgrader's step in `autograder.grading`."""

from autograder.visible import CheckFailed, check

__all__ = ["CheckFailed", "check"]
