"""Read what a learner handed in, however broken, as a notebook that nbgrader can grade.

The answer is rebuilt: the learner's cells in their order, the course's graded cells behind them.
Nothing but cell types, sources and known cell ids is taken from the file.
"""

from __future__ import annotations

import json
import re
import textwrap
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.paths import chapter_of, exercise_path, notebooks

#: Files larger than this many bytes are not read.
SIZE_LIMIT = 20_000_000
KINDS = ("code", "markdown", "raw")
#: Characters a line of a learner's text, which is shown as it is.
WIDTH = 90


@dataclass(frozen=True)
class Unreadable(Exception):
    """A submission cannot be read; ``reason`` says why, for the learner."""

    reason: str


def take_in(path: Path, root: Path) -> NotebookNode:
    """Return the notebook to grade for a submission's place.

    Parameters
    ----------
    path
        Where the notebook should lie: ``…/<student>/<chapter>/<notebook>.ipynb``. If it does not,
        a single other notebook in that folder that holds its cells is taken for it.
    root
        The course's folder.

    Returns
    -------
    NotebookNode
        If nothing can be read, the released notebook; ``metadata["autograder"]["reason"]`` then
        says why.
    """
    released = deepcopy(_released(exercise_path(path.stem, root)))
    try:
        file = find_notebook(path, released, notebooks(chapter_of(path.stem), root))
        return rebuild(read_cells(file), released)
    except Unreadable as problem:
        released.metadata["autograder"] = {"reason": problem.reason}
        return released


@cache
def _released(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def find_notebook(path: Path, released: NotebookNode, chapter: list[str]) -> Path:
    """Return the file that was handed in for ``path``, also under a wrong name.

    Parameters
    ----------
    path
        Where it should lie.
    released
        The released notebook.
    chapter
        Names of all notebooks of its chapter, which other files may not be taken for.

    Raises
    ------
    Unreadable
        If there is none, or more than one could be meant.
    """
    linked = path.parent.is_symlink() or path.parent.parent.is_symlink()
    if path.is_file() and not path.is_symlink() and not linked:
        return path
    others = [other for other in sorted(path.parent.glob("*.ipynb"))
              if other.stem not in chapter and other.is_file()
              and not other.is_symlink() and not linked]
    ids = grade_ids(released)
    candidates = [other for other in others if _shares_cells(other, ids)]
    if len(candidates) != 1:
        found = ", ".join(other.name for other in sorted(path.parent.glob("*"))) or "nothing"
        raise Unreadable(f"{path.name} was not handed in (the folder holds: {found})")
    return candidates[0]


def _shares_cells(path: Path, ids: set[str]) -> bool:
    try:
        return len(ids & {cell["id"] for cell in read_cells(path)}) > len(ids) / 2
    except Unreadable:
        return False


def grade_ids(nb: NotebookNode) -> set[str]:
    """Return nbgrader's names of a notebook's solution and graded cells."""
    return {cell.metadata.nbgrader.grade_id for cell in nb.cells if "nbgrader" in cell.metadata}


def read_cells(path: Path) -> list[dict]:
    """Return a file's cells as dictionaries of ``type``, ``source`` and ``id``.

    Raises
    ------
    Unreadable
        If the file is no notebook.
    """
    data = path.read_bytes()
    if len(data) > SIZE_LIMIT:
        raise Unreadable(f"{path.name} has {len(data)} bytes; at most {SIZE_LIMIT} are read")
    try:
        tree = json.loads(data.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        what = "empty" if not data.strip() else "damaged or only a part of a notebook"
        raise Unreadable(f"{path.name} cannot be read: the file is {what}; "
                         "save it in Jupyter and hand it in again") from None
    cells = tree.get("cells") if isinstance(tree, dict) else None
    if cells is None and isinstance(tree, dict):
        cells = [cell for sheet in _dicts(tree.get("worksheets"))
                 for cell in _dicts(sheet.get("cells"))]
    if not _dicts(cells):
        raise Unreadable(f"{path.name} cannot be read: it has no cells, so it is no notebook")
    return [_cell(cell) for cell in _dicts(cells)]


def _dicts(value: Any) -> list[dict]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _cell(cell: dict) -> dict:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    kind = cell.get("cell_type")
    return {"type": kind if isinstance(kind, str) and kind in KINDS else "raw",
            "source": source if isinstance(source, str) else "",
            "id": name if isinstance(name, str) else ""}


def rebuild(cells: list[dict], released: NotebookNode) -> NotebookNode:
    """Return a notebook of the learner's cells and the course's graded ones.

    A graded cell stands where the learner left it, else behind its solution, else at the end. Of
    cells that claim one id the first has it.
    """
    known = {cell.metadata.nbgrader.grade_id: cell for cell in released.cells
             if "nbgrader" in cell.metadata}
    nb = nbformat.v4.new_notebook(metadata=released.metadata)
    left = dict(known)
    plain = {cell.source: cell for cell in released.cells if "nbgrader" not in cell.metadata}
    for cell in cells:
        course = left.get(cell["id"])
        if course is None:
            nb.cells.append(_plain_cell(cell, plain))
        elif course.metadata.nbgrader.solution:
            nb.cells.append(_answer(left.pop(cell["id"]), cell["source"]))
        else:
            nb.cells.append(left.pop(cell["id"]))
    for name, course in left.items():
        if not course.metadata.nbgrader.solution:
            nb.cells.insert(_place(nb, name.removeprefix("check_")), course)
    for position, cell in enumerate(nb.cells):
        cell.id = cell.metadata.nbgrader.grade_id if "nbgrader" in cell.metadata else (
            f"cell-{position}")
    return nb


def shown(text: str) -> str:
    """Return markdown that shows a learner's text and obeys no markup in it."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return f"{fence}text\n{text}\n{fence}"


def _plain_cell(cell: dict, plain: dict[str, NotebookNode]) -> NotebookNode:
    """Return a cell that is no exercise: the course's, or the learner's own.

    Markup in a learner's text is shown, not obeyed.
    """
    course = plain.get(cell["source"])
    if course and course.cell_type == cell["type"]:
        return course.copy()
    if cell["type"] == "code":
        return new_code_cell(cell["source"])
    return new_markdown_cell(shown(cell["source"]))


def _answer(course: NotebookNode, source: str) -> NotebookNode:
    cell = course.copy()
    if cell.cell_type == "code":
        cell.source = source
    elif source.strip() != course.source:
        lines = [textwrap.fill(line, WIDTH, break_long_words=False) for line in source.split("\n")]
        cell.source = source.strip() and shown("\n".join(lines))
    return cell


def _place(nb: NotebookNode, solution: str) -> int:
    for position, cell in enumerate(nb.cells):
        if "nbgrader" in cell.metadata and cell.metadata.nbgrader.grade_id == solution:
            return position + 1
    return len(nb.cells)
