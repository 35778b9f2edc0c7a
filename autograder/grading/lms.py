"""How Canvas, Moodle and Gradescope name the files of a download of submissions.

Canvas      ``lastnamefirst_LATE_1234_5678_pooling_numpy-1.ipynb``: student 1234, file 5678
Moodle      ``First Last_1234_assignsubmission_file_/pooling_numpy.ipynb``, or without the folder
Gradescope  ``submission_123/pooling_numpy.ipynb`` beside ``submission_metadata.yml``
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from os.path import splitext
from typing import Any

import yaml
from nbgrader.plugins import FileNameCollectorPlugin

from autograder.grading.archives import BadArchive, Member
from autograder.grading.rosters import utc

METADATA = "submission_metadata.yml"
CANVAS = (r"(?:(?P<name>.*?)_)??(?P<late>LATE_)?(?P<student_id>\d+|anon_[^\W_]+)_(?P<order>\d+)_"
          r"(?P<file_id>.+)$")
MOODLE = (r"(?P<name>.+)_(?P<student_id>\d+)_assignsubmission_(?:file|onlinetext)_?"
          r"(?P<file_id>.*)$")
SYSTEMS = ("canvas", "moodle", "gradescope")


@dataclass(frozen=True)
class Upload:
    """A file of a download, and what its place there says.

    Attributes
    ----------
    member
        The file.
    lms_id
        The student's id in the learning management system; empty if it cannot be told.
    file
        The name under which the student handed it in.
    name, email
        The student's, as far as they are known.
    late
        Whether the system marks it as late.
    when
        When it was handed in, in UTC, if known.
    order
        Grows from upload to upload, where the system numbers them.
    """

    member: Member
    lms_id: str = ""
    file: str = ""
    name: str = ""
    email: str = ""
    late: bool = False
    when: datetime | None = None
    order: int = 0


def detect(members: list[Member]) -> str:
    """Return which system made a download.

    Raises
    ------
    BadArchive
        If its files' names are like none of them.
    """
    parts = {part for member in members for part in member.parts}
    if METADATA in parts:
        return "gradescope"
    for system, pattern in (("moodle", MOODLE), ("canvas", CANVAS)):
        if any(re.match(pattern, part) for part in parts):
            return system
    raise BadArchive("no file is named as Canvas, Moodle or Gradescope name them; expected the "
                     f"download as it came, found: {', '.join(sorted(parts)[:5]) or 'nothing'}")


def uploads(members: list[Member], system: str) -> Iterator[Upload]:
    """Yield what the place of every file says.

    Raises
    ------
    BadArchive
        If Gradescope's metadata are missing or damaged.
    """
    if system == "gradescope":
        yield from _gradescope(members)
        return
    collector = FileNameCollectorPlugin(named_regexp=CANVAS if system == "canvas" else MOODLE,
                                        valid_ext=sorted({splitext(part)[1] for member in members
                                                          for part in member.parts}))
    for member in members:
        yield _named(member, collector)


def _named(member: Member, collector: FileNameCollectorPlugin) -> Upload:
    """Return what the first part of the path that a system has named says."""
    for depth, part in enumerate(member.parts):
        found = collector.collect(part)
        if found:
            inner = member.parts[depth + 1:]
            return Upload(member, found["student_id"], inner[-1] if inner else found["file_id"],
                          found["name"] or "", late=bool(found.get("late")),
                          order=int(found.get("order", 0)))
    return Upload(member)


def _gradescope(members: list[Member]) -> Iterator[Upload]:
    table = next((member for member in members if member.parts[-1] == METADATA), None)
    if table is None:
        raise BadArchive(f"Gradescope's {METADATA} is missing; expected the export as it came")
    submissions = _metadata(table)
    for member in members:
        known = [part for part in member.parts if part in submissions]
        if member is table:
            continue
        if not known:
            yield Upload(member)
        for person in _dicts(submissions[known[0]].get(":submitters")) if known else []:
            when = submissions[known[0]].get(":created_at")
            email, sid = (str(person.get(key) or "") for key in (":email", ":sid"))
            yield Upload(member, sid or email, member.parts[-1], str(person.get(":name") or ""),
                         email, when=utc(when) if isinstance(when, str | datetime) else None)


def _metadata(table: Member) -> dict[str, dict]:
    try:
        tree = yaml.safe_load(table.read())
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        raise BadArchive(f"{table.name} cannot be read: {error}") from None
    if not isinstance(tree, dict):
        raise BadArchive(f"{table.name} holds no submissions")
    return {str(key): value for key, value in tree.items() if isinstance(value, dict)}


def _dicts(value: Any) -> list[dict]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
