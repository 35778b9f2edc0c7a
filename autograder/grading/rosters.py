"""Lists of students as learning management systems export them: who is who."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from dateutil import parser as dates

#: What the columns are called, by field: Canvas's gradebook, Moodle's grading worksheet and
#: Gradescope's roster; ``student`` is ours, for those who want ids of their own.
COLUMNS = {
    "student": ("nbgrader", "sis login id", "username", "id number"),
    "lms_id": ("id", "identifier", "sid", "student id"),
    "name": ("student", "full name", "name"),
    "email": ("email address", "email"),
    "when": ("last modified (submission)",),
}


class BadRoster(Exception):
    """A list of students cannot be used; the message says why."""


@dataclass(frozen=True)
class Person:
    """A student.

    Attributes
    ----------
    student
        The id in the course, a folder's name.
    lms_id
        What the learning management system calls them.
    name, email
        As the system has them; may be empty.
    when
        When they handed in, in UTC, if the list tells.
    """

    student: str
    lms_id: str
    name: str = ""
    email: str = ""
    when: datetime | None = None


def read_roster(path: Path, zone: tzinfo | None = None) -> dict[str, Person]:
    """Return the persons of a list by the system's id.

    The id in the course is the login name if the list has one, else the e-mail address, else the
    system's id.

    Parameters
    ----------
    path
        A CSV file: Canvas's gradebook export, Moodle's grading worksheet, Gradescope's roster, or
        one of your own with the columns ``nbgrader``, ``id``, ``name``, ``email``.
    zone
        The time zone of times that name none; by default this machine's.

    Raises
    ------
    BadRoster
        If it has no column of ids, an id twice, an id that cannot be a folder's name, or a time
        that cannot be read.
    """
    people: dict[str, Person] = {}
    for row in read_table(path):
        found = {field: _value(row, names) for field, names in COLUMNS.items()}
        lms_id = lms_number(found["lms_id"])
        if not lms_id:
            continue
        student = found["student"] or found["email"] or lms_id
        if not is_student_id(student):
            raise BadRoster(f"{path}: the id {student!r} cannot be a folder's name; expected "
                            "letters, digits and . _ @ -")
        if lms_id in people or student in {other.student for other in people.values()}:
            raise BadRoster(f"{path}: {lms_id!r} or {student!r} is there twice")
        when = utc(found["when"], zone)
        if found["when"] not in ("", "-") and when is None:
            raise BadRoster(f"{path}: {found['when']!r} is no time that can be read; export the "
                            "list in English")
        people[lms_id] = Person(student, lms_id, found["name"], found["email"], when)
    if not people:
        expected = ", ".join(COLUMNS["lms_id"])
        raise BadRoster(f"{path} has no student with an id; expected a column: {expected}")
    return people


def read_table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file by its column names.

    Raises
    ------
    BadRoster
        If it cannot be read.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadRoster(f"{path} cannot be read as CSV in UTF-8: {error}") from None
    if not rows or None in rows[0]:
        raise BadRoster(f"{path} has no rows, or more values in a row than columns")
    return rows


def _value(row: dict[str, str], names: tuple[str, ...]) -> str:
    by_name = {column.strip().lower(): (value or "").strip() for column, value in row.items()
               if column}
    return next((by_name[name] for name in names if by_name.get(name)), "")


def lms_number(text: str) -> str:
    """Return a system's id without words: Moodle writes ``Participant 123`` in its worksheet."""
    number = re.fullmatch(r"\D+ (\d+)", text)
    return number[1] if number else text


def is_student_id(text: str) -> bool:
    """Return whether a text can be a student's id, which is a folder's name."""
    return bool(re.fullmatch(r"[a-zA-Z0-9_][\w.@-]{0,99}", text, re.ASCII))


def utc(text: str | datetime, zone: tzinfo | None = None) -> datetime | None:
    """Return a time in UTC, without zone as nbgrader has it; None if the text is no time."""
    try:
        when = text if isinstance(text, datetime) else dates.parse(text)
        if when.tzinfo is None and zone:
            when = when.replace(tzinfo=zone)
        # A time without zone is taken for this machine's.
        return when.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None
