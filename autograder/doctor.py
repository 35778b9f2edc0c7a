"""What this machine offers to the course, and what is missing."""

from __future__ import annotations

import os
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
    rows = [_python(), *map(_package, PACKAGES), _gpu(), _processes(), _isolation()]
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


def _processes() -> tuple[bool, str, str]:
    if not hasattr(os, "sched_getaffinity"):
        return False, "grading", f"{platform.system()} has no limits of memory: grade on Linux"
    count = len(os.sched_getaffinity(0))
    return True, "grading", f"{count} CPUs; limits of time, memory and file size for each answer"


def _isolation() -> tuple[bool, str, str]:
    return False, "isolation", (
        "answers run in a process and an empty folder of their own, but as the same user: they are "
        "not yet kept from this machine's other files or its network")
