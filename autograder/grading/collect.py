"""Put the files of a download into nbgrader's layout, lose nothing, and say what was odd.

`autograder.grading.attempts` says which of several files counts. A file that stood in the layout
gives way to another one unless the submission there is newer; it then lies in
``build/collected/<chapter>/replaced/``. Other files that stood there stay.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.utils import parse_utc

from autograder.grading.archives import BadArchive, opened
from autograder.grading.attempts import (
    COLLECTED,
    REFUSED,
    SUPERSEDED,
    UNCHANGED,
    Fate,
    choose,
    is_late,
    time_of,
)
from autograder.grading.entry import Register
from autograder.grading.kept import only_grader, write
from autograder.grading.lms import Upload, detect, uploads
from autograder.grading.nbgrader_step import nbgrader_settings
from autograder.grading.rosters import Person, is_student_id
from autograder.paths import notebooks


@dataclass(frozen=True)
class Enrolled:
    """A row of the table of students of a chapter."""

    student: str
    lms_id: str
    name: str
    email: str
    submitted: str
    late: str


def collect(source: Path, chapter: str, root: Path, system: str = "",
            roster: dict[str, Person] | None = None) -> list[Fate]:
    """Collect the submissions of a chapter and return what became of each file.

    Parameters
    ----------
    source
        The download: a zip, or the folder it was unpacked to.
    system
        ``canvas``, ``moodle`` or ``gradescope``; by default what the files' names tell.
    roster
        The students by the system's id. Without it that id is the student's; with it, files of
        others are refused.

    Raises
    ------
    BadArchive
        If nothing can be read, or Moodle's download comes without a roster.
    Busy
        If the course is being graded.
    """
    table = root / "build" / "collected" / chapter
    with only_grader(root), opened(source) as members, \
            Register(nbgrader_settings(root)) as register:
        due = _due(register.gradebook, chapter)
        system = system or detect(members)
        if system == "moodle" and roster is None:
            raise BadArchive("Moodle numbers students anew for each assignment: give the grading "
                             "worksheet that it exports as --students")
        found = [_identified(one, roster) for one in uploads(members, system)]
        fates, chosen = choose(found, notebooks(chapter, root), due)
        students = read_students(table / "students.csv")
        for student, files in chosen.items():
            when, remark = time_of(files, due)
            late = any(is_late(one, due) for one in files.values())
            folder = Path(register.course.format_path(
                register.course.submitted_directory, student, chapter))
            fates += [replace(fate, remark="; ".join(filter(None, (fate.remark, remark))))
                      for fate in _put(student, files, when, folder, table / "replaced" / student)]
            first, stamp = next(iter(files.values())), _stamp(folder)
            students[student] = Enrolled(student, first.lms_id, first.name, first.email,
                                         f"{stamp} UTC" if stamp else "", "late" if late else "")
            _enter(register.gradebook, students[student])
    _write_table(table / "students.csv", Enrolled, students.values())
    _write_table(_free(table / "report.csv"), Fate, fates)
    return fates


def _due(gradebook: Gradebook, chapter: str) -> datetime | None:
    try:
        return gradebook.find_assignment(chapter).duedate
    except MissingEntry:
        return None


def _identified(upload: Upload, roster: dict[str, Person] | None) -> tuple[str, Upload, str]:
    """Return the student's id, the upload with what the roster knows, and why it is refused."""
    if not upload.lms_id:
        return "", upload, "its place does not say whose it is"
    if upload.member.problem:
        return upload.lms_id, upload, upload.member.problem
    if roster is None:
        problem = "" if is_student_id(upload.lms_id) else (
            f"{upload.lms_id!r} cannot be a folder's name; give the student an id in --students")
        return upload.lms_id, upload, problem
    person = roster.get(upload.lms_id)
    if person is None:
        return upload.lms_id, upload, f"{upload.lms_id} is not in the list of students"
    known = replace(upload, name=person.name or upload.name, email=person.email or upload.email,
                    when=upload.when or person.when)
    return person.student, known, ""


def _stamp(folder: Path) -> datetime | None:
    """Return when a submission came, in UTC, as nbgrader keeps it."""
    path = folder / "timestamp.txt"
    return parse_utc(path.read_text().strip()) if path.is_file() else None


def _put(student: str, files: dict[str, Upload], when: datetime | None, folder: Path,
         replaced: Path) -> Iterator[Fate]:
    """Write a student's files; what has to give way is kept."""
    before, changed = _stamp(folder), False
    for name, upload in files.items():
        place, remark = folder / name, ""
        try:
            data = upload.member.read()
        except BadArchive as error:
            yield Fate(upload.member.name, student, name, REFUSED, str(error))
            continue
        there = os.path.lexists(place)
        if there and not place.is_symlink() and place.read_bytes() == data:
            outcome = UNCHANGED
        elif there and before and when and before > when:
            outcome, remark = SUPERSEDED, f"what is there is newer: {before} UTC"
        else:
            outcome, changed = COLLECTED, True
            if there:
                remark = f"what was there is now {_keep_aside(place, replaced)}"
            write(place, data)
        yield Fate(upload.member.name, student, name, outcome, remark)
    if changed or before is None:
        _write_stamp(folder / "timestamp.txt", before, when, replaced)


def _write_stamp(path: Path, before: datetime | None, when: datetime | None,
                 replaced: Path) -> None:
    if when and before:
        when = max(when, before)
    if before and when != before:
        _keep_aside(path, replaced)
    if when and when != before:
        write(path, f"{when} UTC\n".encode())


def _keep_aside(path: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return path.rename(_free(folder / path.name))


def _free(path: Path) -> Path:
    """Return a path that is not taken: the name, or the name with a number."""
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in range(2, 10**6))
    return path if not path.exists() else next(one for one in numbered if not one.exists())


def _enter(gradebook: Gradebook, person: Enrolled) -> None:
    """Tell nbgrader's gradebook who a student is, so that the formgrader shows it."""
    last, comma, first = person.name.partition(", ")
    if not comma:
        first, _, last = person.name.rpartition(" ")
    facts = {"first_name": first, "last_name": last, "email": person.email,
             "lms_user_id": person.lms_id}
    gradebook.update_or_create_student(
        person.student, **{key: value for key, value in facts.items() if value})


def read_students(path: Path) -> dict[str, Enrolled]:
    """Return the table of students that was written for a chapter; empty if there is none."""
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {row["student"]: Enrolled(**row) for row in csv.DictReader(file)}


def _write_table(path: Path, kind: type, rows: Iterator) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(kind)])
        writer.writeheader()
        writer.writerows(map(asdict, rows))
