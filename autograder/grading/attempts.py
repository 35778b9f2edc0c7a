"""Which of several files that a student handed in for a notebook counts, and when it came.

The latest counts that is not late; if all are late, the latest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from autograder.grading.lms import Upload

#: What became of a file; what comes last needs a person's eye.
COLLECTED, UNCHANGED, SUPERSEDED, REFUSED = "collected", "unchanged", "superseded", "refused"


@dataclass(frozen=True)
class Fate:
    """What became of a file of the download: a row of the report."""

    file: str
    student: str
    notebook: str
    outcome: str
    remark: str = ""


def is_late(upload: Upload, due: datetime | None) -> bool:
    """Return whether the system says so, or the time does."""
    return upload.late or bool(due and upload.when and upload.when > due)


def time_of(files: dict[str, Upload], due: datetime | None) -> tuple[datetime | None, str]:
    """Return when a student handed in, and what is to be said about it."""
    when = max((one.when for one in files.values() if one.when), default=None)
    if when or not any(one.late for one in files.values()):
        return when, ""
    if due:
        return due + timedelta(seconds=1), (
            "late, the download does not say how much: entered as one second")
    return None, "late, but the course has no due date: no penalty will follow"


def notebook_name(file: str, known: list[str]) -> str:
    """Return the name to keep a file under: a copy's number is taken off a notebook's name.

    >>> notebook_name("pooling_numpy (1).ipynb", ["pooling_numpy"])
    'pooling_numpy.ipynb'
    """
    path = PurePosixPath(file)
    stem = re.sub(r"[^\w.-]", "_", path.stem, flags=re.ASCII).lstrip(".") or "unnamed"
    plain = re.sub(r"(?: ?\(\d+\)|[ _-]+copy ?\d*|-\d+)+$", "", path.stem, flags=re.IGNORECASE)
    by_case = {name.lower(): name for name in known}
    return by_case.get(plain.lower(), stem[:100]) + path.suffix.lower()


def choose(found: list[tuple[str, Upload, str]], known: list[str], due: datetime | None,
            ) -> tuple[list[Fate], dict[str, dict[str, Upload]]]:
    """Return the fate of what is not collected, and by student and notebook what is."""
    fates, candidates = [], {}
    for student, upload, problem in found:
        name = notebook_name(upload.file, known)
        if not problem and not name.endswith(".ipynb"):
            problem = "it is no notebook"
        if problem:
            fates.append(Fate(upload.member.name, student, "", REFUSED, problem))
        else:
            candidates.setdefault(student, {}).setdefault(name, []).append(upload)
    chosen = {student: {} for student in candidates}
    for student, by_name in candidates.items():
        for name, versions in by_name.items():
            versions.sort(key=lambda one: _rank(one, due))
            chosen[student][name] = versions[-1]
            fates += [Fate(one.member.name, student, name, SUPERSEDED,
                           f"{versions[-1].member.name} counts") for one in versions[:-1]]
    return fates, chosen


def _rank(upload: Upload, due: datetime | None) -> tuple:
    copy = re.search(r"(\d+)\)?\.ipynb$", upload.file)
    return (not is_late(upload, due), upload.when or datetime.min, upload.order,
            int(copy[1]) if copy else 0, upload.member.name)
