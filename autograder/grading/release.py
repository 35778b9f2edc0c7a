"""From ``solutions/`` to ``exercises/``: learners' notebooks are derived, never written."""

from __future__ import annotations

import ast
import re
import tempfile
from pathlib import Path

import jupytext
import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.apps import NbGraderAPI

from autograder.grading.demos import TAG, is_demo
from autograder.grading.nbgrader_step import course_config, nbgrader_settings
from autograder.paths import notebooks, solution_path
from autograder.visible import find_exercise

KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
          "language_info": {"name": "python"}}


class ReleaseFailed(Exception):
    """A chapter could not be released; the message says why."""


def release(chapter: str, root: Path) -> None:
    """Derive a chapter's exercise notebooks, and enter the chapter in nbgrader's gradebook.

    Raises
    ------
    ReleaseFailed
        If a source is inconsistent or nbgrader refuses it; ``exercises/`` is then as before.
    """
    folder = root / "exercises" / chapter
    fresh = derive(chapter, root, nbgrader_settings(root).CourseDirectory.db_url)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.ipynb"):
        old.unlink()
    for name, data in fresh.items():
        (folder / name).write_bytes(data)


def derive(chapter: str, root: Path, db_url: str = "") -> dict[str, bytes]:
    """Return a chapter's exercise notebooks by file name, as nbgrader makes them.

    Parameters
    ----------
    chapter
        The folder's name in ``solutions/``.
    root
        The course's folder.
    db_url
        The gradebook to enter the chapter in; by default one that is thrown away.

    Raises
    ------
    ReleaseFailed
        If a source is inconsistent or nbgrader refuses it.
    """
    config = course_config(root)
    folder = root / config.CourseDirectory.source_directory / chapter
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.ipynb"):
        old.unlink()
    for notebook in notebooks(chapter, root):
        nbformat.write(source_notebook(notebook, root), folder / f"{notebook}.ipynb")
    with tempfile.TemporaryDirectory() as made:
        db_url = db_url or f"sqlite:///{made}/gradebook.db"
        config.CourseDirectory.update({"release_directory": made, "db_url": db_url})
        result = NbGraderAPI(config=config).generate_assignment(chapter)
        if not result["success"]:
            raise ReleaseFailed(f"nbgrader refused {chapter}: {result['log']}")
        return {path.name: path.read_bytes() for path in Path(made, chapter).glob("*")}


def source_notebook(notebook: str, root: Path) -> NotebookNode:
    """Return a notebook's source with nbgrader's metadata and a graded cell behind each solution.

    A markdown cell with a ``grade_id`` and ``points`` is an answer that a person marks.

    Raises
    ------
    ReleaseFailed
        If the solution cells and the checks do not name the same exercises.
    """
    text = solution_path(notebook, root).read_text(encoding="utf-8")
    nb = jupytext.reads(text, fmt="py:percent")
    nb.metadata = NotebookNode(KERNEL)
    cells = []
    for position, cell in enumerate(nb.cells):
        name, by_hand = solution_name(cell), cell.metadata.get("grade_id", "")
        cell.id = name or by_hand or f"{notebook}-{position}"
        if by_hand:
            cell.metadata = _nbgrader_metadata(
                grade_id=by_hand, grade=True, solution=True, points=cell.metadata.points)
        elif name:
            cell.metadata = _nbgrader_metadata(grade_id=name, solution=True)
        else:
            cell.metadata = NotebookNode(tags=[TAG]) if is_demo(cell) else NotebookNode()
        cells.append(cell)
        if name:
            cells.append(_graded_cell(notebook, name))
    nb.cells = cells
    nb.nbformat, nb.nbformat_minor = 4, 5
    return nb


def solution_name(cell: NotebookNode) -> str:
    """Return the name that a solution cell defines; empty if the cell is none."""
    if cell.cell_type != "code" or not re.search(r"### BEGIN SOLUTION", cell.source):
        return ""
    definitions = [node.name for node in ast.parse(cell.source).body
                   if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return definitions[-1]


def _graded_cell(notebook: str, name: str) -> NotebookNode:
    try:
        exercise = find_exercise(f"{notebook}.{name}")
    except ValueError as error:
        raise ReleaseFailed(f"{name} in {notebook} has no check: {error}") from error
    source = f'from autograder import check\n\ncheck("{notebook}.{name}", {name})'
    cell = new_code_cell(source, metadata=_nbgrader_metadata(
        grade_id=f"check_{name}", grade=True, locked=True, points=exercise.max_points))
    cell.id = f"check_{name}"
    return cell


def _nbgrader_metadata(grade_id: str, **changes) -> NotebookNode:
    fields = {"grade": False, "grade_id": grade_id, "locked": False, "schema_version": 3,
              "solution": False, "task": False}
    return NotebookNode(nbgrader=NotebookNode(fields | changes))
