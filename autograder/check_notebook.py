"""Check a learner's notebook without Jupyter: run its cells, then every visible check."""

from __future__ import annotations

import json
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

from autograder.cases import Exercise, exercises
from autograder.visible import CheckFailed, check


class NotANotebook(Exception):
    """A file is no notebook of the course; the message says why."""


def check_notebook(path: Path) -> bool:
    """Print the result of every visible check of a notebook; return whether all are right.

    Parameters
    ----------
    path
        The notebook, under the name it was released with.

    Raises
    ------
    NotANotebook
        If the file is not a notebook of the course.
    """
    known = _exercises_of(path)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for number, source in enumerate(_code(path), 1):
        _run(source, namespace, f"{path.name}, code cell {number}")
    results = [_checked(path.stem, name, namespace) for name in known]
    print(f"\n{sum(results)} of {len(results)} exercises are right on the visible examples.")
    return all(results)


def _exercises_of(path: Path) -> dict[str, Exercise]:
    try:
        return exercises(import_module(f"autograder.checks.{path.stem}"))
    except ModuleNotFoundError as error:
        if not str(error.name).startswith("autograder.checks"):
            raise
        raise NotANotebook(
            f"{path}: no notebook of the course has the name {path.stem!r}; "
            "keep the name that it was released with, such as pooling_numpy.ipynb") from None


def _code(path: Path) -> list[str]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        codes = [cell for cell in cells if cell["cell_type"] == "code"
                 and "demo" not in cell.get("metadata", {}).get("tags", [])]
        graded = [cell.get("metadata", {}).get("nbgrader", {}).get("grade") for cell in codes]
        sources = ["".join(cell["source"]) for cell in codes]
    except OSError as error:
        raise NotANotebook(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotANotebook(f"{path} is not a notebook: {type(error).__name__} {error}") from None
    return [source for source, skip in zip(sources, graded, strict=True) if not skip]


def _run(source: str, namespace: dict[str, Any], place: str) -> None:
    lines = ["pass" if line.lstrip().startswith(("%", "!")) else line
             for line in source.split("\n")]
    try:
        exec(compile("\n".join(lines), place, "exec"), namespace)
    except Exception:
        print(f"{place} raised:\n{traceback.format_exc(limit=-1)}")


def _checked(notebook: str, name: str, namespace: dict[str, Any]) -> bool:
    if name not in namespace:
        print(f"✗ {name}: the notebook does not define it.")
        return False
    try:
        check(f"{notebook}.{name}", namespace[name])
    except CheckFailed as failure:
        print(failure)
        return False
    return True
