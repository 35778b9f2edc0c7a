"""nbgrader's settings, found by its commands and the formgrader in this folder."""

from pathlib import Path

from autograder.grading.nbgrader_step import course_config

c = get_config()  # noqa: F821  (nbgrader provides it)
c.merge(course_config(Path(__file__).resolve().parent))
