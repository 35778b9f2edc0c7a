"""What the judge found in a notebook, and how the notebook says it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

from autograder.grading.score import Score


@dataclass(frozen=True)
class Verdict:
    """What the judge found in one notebook.

    Attributes
    ----------
    scores
        By exercise, in the order of the checks.
    outputs
        The outputs of the learner's cells, by position in the notebook.
    """

    scores: dict[str, Score]
    outputs: dict[int, list[NotebookNode]]


def write_verdict(nb: NotebookNode, verdict: Verdict) -> None:
    """Write a verdict into a notebook: learners' outputs, and points in the graded cells."""
    for position, cell in enumerate(nb.cells):
        if is_learners_code(cell):
            cell.outputs = verdict.outputs.get(position, [])
        elif cell.cell_type == "code":
            found = verdict.scores[cell.metadata.nbgrader.grade_id.removeprefix("check_")]
            points = {"text/plain": points_text(found.total)}
            cell.outputs = [new_output("stream", name="stdout", text=report(found)),
                            new_output("execute_result", data=points)]


def is_learners_code(cell: NotebookNode) -> bool:
    """Return whether a cell is the learner's to run: code, and not graded."""
    graded = "nbgrader" in cell.metadata and cell.metadata.nbgrader.get("grade", False)
    return cell.cell_type == "code" and not graded


def points_text(points: float) -> str:
    """Return points as nbgrader reads them back: no needless decimals."""
    return f"{points:g}"


def report(found: Score) -> str:
    """Return the table that a graded cell shows: a line a property, its fault below it."""
    width = max(len(name) for name in found.points)
    lines = [f"{found.exercise}: {found.total} of {found.max_points} points"]
    for name, points in found.points.items():
        fault = found.faults.get(name, "")
        mark = "✗" if fault else "✓"
        lines.append(f"  {mark} {name:<{width}}  {found.earned[name]}/{points}")
        lines += textwrap.wrap(fault, 88, initial_indent=" " * 6, subsequent_indent=" " * 6,
                               break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines) + "\n"
