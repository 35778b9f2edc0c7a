"""Marks of a chapter as CSV, and as Canvas and Moodle take them up."""

from __future__ import annotations

import csv
import html
from collections.abc import Callable
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.grading.collect import Enrolled, read_students
from autograder.grading.entry import Register
from autograder.grading.kept import kept
from autograder.grading.marks import Mark, NotExported, read_marks
from autograder.grading.nbgrader_step import nbgrader_settings
from autograder.grading.rosters import lms_number, read_table
from autograder.paths import notebooks

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("Identifier", "Full name", "Email address", "Grade", "Maximum Grade",
          "Last modified (grade)", "Feedback comments")


def export(chapter: str, root: Path, form: str, file: Path, template: Path | None = None,
           column: str = "") -> list[str]:
    """Write a chapter's marks and return what is to be known about them, a line each.

    Parameters
    ----------
    form
        ``csv``, ``canvas`` or ``moodle``.
    template
        The gradebook that Canvas exported, or Moodle's grading worksheet: its rows are filled in
        and left as they are otherwise. Without it the students are those that were collected.
    column
        The title of the assignment in Canvas; by default the template's that begins with the
        chapter's name, or that name.

    Raises
    ------
    NotExported
        If there is nothing to export or the template has no place for it.
    """
    with Register(nbgrader_settings(root)) as register:
        marks, most = read_marks(register.gradebook, chapter)
        people = _people(register.gradebook) | read_students(
            root / "build" / "collected" / chapter / "students.csv")
    if not marks:
        raise NotExported(f"{chapter} has no students yet")
    rows = read_table(template) if template else None
    lines = [f"{one.student}: waits to be looked at in the formgrader"
             for one in marks.values() if one.waits]
    if form == "csv":
        table = [_plain(mark, chapter, people, most) for mark in marks.values()]
    elif form == "canvas":
        table, missing = _for_canvas(rows, column or _column(rows, chapter), people, marks, most)
        lines += missing
    else:
        feedback = {student: _feedback(student, chapter, root) for student in marks}
        table, missing = _for_moodle(rows, feedback, people, marks, most)
        lines += missing
    _write(file, table)
    return lines


def _people(gradebook: Gradebook) -> dict[str, Enrolled]:
    """Return the students that nbgrader knows."""
    return {one.id: Enrolled(one.id, one.lms_user_id or one.id,
                             " ".join(filter(None, (one.first_name, one.last_name))),
                             one.email or "", "", "") for one in gradebook.students}


def _plain(mark: Mark, chapter: str, people: dict[str, Enrolled], most: float) -> dict[str, str]:
    person = people[mark.student]
    return {"chapter": chapter, "student": mark.student, "name": person.name,
            "email": person.email, "submitted": mark.submitted, "points": _number(mark.raw),
            "late_penalty": _number(mark.penalty), "score": _number(mark.score),
            "max_score": _number(most), "to_be_looked_at": "yes" if mark.waits else ""}


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def _for_canvas(rows, column, people, marks, most) -> tuple[list[dict], list[str]]:
    """Return Canvas's table, and who is not in it."""
    table = [dict.fromkeys((*CANVAS, column), "") | row
             for row in rows or [_canvas(people[student]) for student in marks]]
    owners = _owners(rows, "ID", people) if rows else list(marks)
    missing = _fill(table, owners, marks, {column: lambda mark: _number(mark.score)})
    # The columns of other assignments are left out, so that nothing else changes there.
    points = dict.fromkeys(CANVAS, "") | {"Student": "    Points Possible", column: _number(most)}
    return [points, *({name: row[name] for name in points} for row in table
                      if "Points Possible" not in row["Student"])], missing


def _for_moodle(rows, feedback, people, marks, most) -> tuple[list[dict], list[str]]:
    """Return Moodle's worksheet, and whom it will leave out."""
    table = rows or [_moodle(people[student], most) for student in marks]
    owners = _owners(rows, "Identifier", people) if rows else list(marks)
    missing = _fill(table, owners, marks, {
        "Grade": lambda mark: _number(mark.score),
        "Feedback comments": lambda mark: feedback[mark.student]})
    return table, missing + [
        f"{one.student}: Moodle leaves out {_number(one.score)} points, which are more than "
        f"{_number(most)}" for one in marks.values() if (one.score or 0) > most]


def _canvas(person: Enrolled) -> dict[str, str]:
    return {"Student": person.name or person.student,
            "ID": person.lms_id if person.lms_id.isdigit() else "",
            "SIS Login ID": "" if person.student.isdigit() else person.student}


def _moodle(person: Enrolled, most: float) -> dict[str, str]:
    # Moodle finds the number behind the length of its own word for a participant.
    return dict.fromkeys(MOODLE, "") | {
        "Identifier": f"Participant {person.lms_id}" if person.lms_id.isdigit() else "",
        "Full name": person.name, "Email address": person.email, "Maximum Grade": _number(most)}


def _column(rows: list[dict] | None, chapter: str) -> str:
    """Return the column of a chapter in Canvas's gradebook, which is ``title (number)`` there."""
    words = chapter.replace("_", " ").lower()
    found = [name for name in rows[0] if name.replace("_", " ").lower().startswith(words)
             ] if rows else [chapter]
    if len(found) != 1:
        raise NotExported(f"the template has {len(found)} columns that begin with {words!r}; "
                          f"say which with --column: {', '.join(list(rows[0])[5:])}")
    return found[0]


def _owners(table: list[dict], key: str, people: dict[str, Enrolled]) -> list[str]:
    """Return whose the rows of a template are; empty where nobody knows."""
    if key not in table[0]:
        raise NotExported(f"the template has no column {key}; expected the file that the system "
                          "exports, in English")
    by_id = {person.lms_id: student for student, person in people.items()}
    return [by_id.get(lms_number(row[key].strip()))
            or row.get("SIS Login ID", "").strip() for row in table]


def _fill(table: list[dict], owners: list[str], marks: dict[str, Mark],
          columns: dict[str, Callable[[Mark], str]]) -> list[str]:
    """Fill columns in, those that there are, and return who has marks and no row."""
    left = {student for student, mark in marks.items() if mark.score is not None}
    for row, student in zip(table, owners, strict=True):
        if student in left:
            left.remove(student)
            row.update({name: value(marks[student]) for name, value in columns.items()
                        if name in row})
    return [f"{student}: has marks, but no row in the table" for student in sorted(left)]


def _feedback(student: str, chapter: str, root: Path) -> str:
    """Return a line an exercise, as HTML: what a learner's code said is shown, not obeyed."""
    lines = []
    for notebook in notebooks(chapter, root):
        found = kept(root / "build" / "judged" / student / chapter / f"{notebook}.json")
        for name, score in (found.scores if found else {}).items():
            why = f": {score.reason}" if score.reason else ""
            lines.append(html.escape(f"{notebook} {name} {score.total}/{score.max_points}{why}"))
    return "<br>".join(lines)


def _write(file: Path, table: list[dict[str, str]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
