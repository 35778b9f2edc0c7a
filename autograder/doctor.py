"""What this machine offers to the course, and what is missing."""

from __future__ import annotations

import platform
import sys
from importlib import metadata

#: Packages, what they are for, and whether a learner needs them.
PACKAGES = (
    ("numpy", "every notebook", True),
    ("torch", "the torch notebooks", True),
    ("matplotlib", "figures", True),
    ("jupyterlab", "working in notebooks", True),
    ("nbgrader", "releasing and grading", False),
    ("jupyter-book", "building the book", False),
)


def examine() -> int:
    """Print what was found, a line each; return 0 if nothing is missing, else 1."""
    rows = [_python(), *map(_package, PACKAGES), _gpu(), *_barriers()]
    for good, what, found in rows:
        print(f"{'✓' if good else '✗'} {what:<14} {found}")
    return 0 if all(good for good, _, _ in rows) else 1


def _python() -> tuple[bool, str, str]:
    good = sys.version_info >= (3, 11)
    return good, "python", platform.python_version() + ("" if good else "; 3.11 or newer is needed")


def _package(row: tuple[str, str, bool]) -> tuple[bool, str, str]:
    name, purpose, learners = row
    try:
        return True, name, metadata.version(name)
    except metadata.PackageNotFoundError:
        who = "needed" if learners else "needed by instructors"
        return False, name, f"missing; {who} for {purpose}: pip install -r requirements.txt"


def _gpu() -> tuple[bool, str, str]:
    try:
        import torch
    except ImportError:
        return True, "gpu", "not looked for: PyTorch is missing"
    if not torch.cuda.is_available():
        return True, "gpu", "none; torch exercises run on the CPU"
    return True, "gpu", torch.cuda.get_device_name(0)


def _barriers() -> list[tuple[bool, str, str]]:
    try:
        from autograder.grading.barriers import try_all
        from autograder.paths import CourseNotFound, course_root
    except ImportError:
        return [(True, "sandbox", "not looked for: nbgrader is missing, so nothing is graded here")]
    try:
        return [(held, "barrier", text) for held, text in try_all(course_root())]
    except CourseNotFound as error:
        return [(True, "sandbox", f"not looked for: {error}")]
