"""Where the parts of the course lie; every other module asks here."""

from __future__ import annotations

from pathlib import Path

#: The course's name in nbgrader: in its gradebook and its exchange.
COURSE_ID = "cnn-layers"


class CourseNotFound(Exception):
    """No folder from the working directory upwards is the course."""


def course_root(start: Path | None = None) -> Path:
    """Return the course's folder: the nearest one upwards that holds ``solutions/``.

    Raises
    ------
    CourseNotFound
        If there is none.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "solutions").is_dir() and (folder / "_config.yml").is_file():
            return folder
    raise CourseNotFound(
        f"{start} is not inside the course: expected a folder with solutions/ and _config.yml. "
        "Run this in the course's folder."
    )


def chapter_of(notebook: str) -> str:
    """Return the chapter of a notebook: ``pooling_numpy`` is in ``pooling``."""
    return notebook.rsplit("_", 1)[0]


def solution_path(notebook: str, root: Path) -> Path:
    """Return the py:percent source of a notebook."""
    return root / "solutions" / chapter_of(notebook) / f"{notebook}.py"


def exercise_path(notebook: str, root: Path) -> Path:
    """Return the released notebook."""
    return root / "exercises" / chapter_of(notebook) / f"{notebook}.ipynb"


def mutants_path(notebook: str, exercise: str, root: Path) -> Path:
    """Return the file of wrong answers to an exercise."""
    folder = root / "autograder" / "mutants" / chapter_of(notebook)
    return folder / notebook / f"{exercise}.toml"


def chapters(root: Path) -> list[str]:
    """Return the names of all chapters that have exercises."""
    return sorted({path.parent.name for path in (root / "solutions").glob("*/*.py")})


def notebooks(chapter: str, root: Path) -> list[str]:
    """Return the names of a chapter's notebooks."""
    return sorted(path.stem for path in (root / "solutions" / chapter).glob(f"{chapter}_*.py"))
