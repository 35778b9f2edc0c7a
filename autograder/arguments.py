"""What several commands ask of their arguments."""

from __future__ import annotations

from pathlib import Path

from autograder.paths import chapters


class UsageError(Exception):
    """The command line asks for what is not there; the message names what is."""


def chapters_of(wanted: list[str], root: Path) -> list[str]:
    """Return the wanted chapters, all of them by default."""
    known = chapters(root)
    for chapter in wanted:
        if chapter not in known:
            raise UsageError(f"no chapter {chapter!r}; there are: {', '.join(known)}")
    return wanted or known


def students_of(wanted: list[str] | None, submissions: Path) -> list[str]:
    """Return the wanted students, by default all that handed in."""
    if not submissions.is_dir():
        raise UsageError(f"no folder of submissions {submissions}; expected "
                         "DIR/<student>/<chapter>/<notebook>.ipynb")
    known = sorted(path.name for path in submissions.iterdir()
                   if path.is_dir() and not path.is_symlink() and not path.name.startswith("."))
    for student in wanted or []:
        if student not in known:
            raise UsageError(f"no student {student!r} in {submissions}; "
                             f"there are: {', '.join(known) or 'none'}")
    return wanted or known
