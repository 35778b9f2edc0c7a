"""The reference layers of ``solutions/``, for the judge and for the book's experiments."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

from autograder.paths import course_root, solution_path


def layers(notebook: str, root: Path | None = None) -> ModuleType:
    """Load a notebook's reference solution as a module.

    Parameters
    ----------
    notebook
        A name such as ``"pooling_torch"``.
    root
        The course's folder; by default the one around the working directory.

    Raises
    ------
    FileNotFoundError
        If the course has no such notebook.
    """
    return _load(solution_path(notebook, root or course_root()))


@cache
def _load(path: Path) -> ModuleType:
    if not path.is_file():
        raise FileNotFoundError(f"layers: {path} does not exist")
    spec = importlib.util.spec_from_file_location(f"solutions.{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
