"""nbgrader's exchange, as the course uses it: notebooks only, no links, each one's own.

An exchange is a folder that everybody may write to. nbgrader's collector follows links with the
instructor's rights and goes by the name that a submission carries; these classes do not.
"""

from __future__ import annotations

import glob
import os
import shutil
import stat
from datetime import datetime
from pathlib import Path

from nbgrader.exchange.default import (
    ExchangeCollect,
    ExchangeReleaseAssignment,
    ExchangeReleaseFeedback,
)

#: What nbgrader writes beside submitted notebooks, and looks for when feedback is released.
RECORDS = ("timestamp.txt", "submission_secret.txt")


class _Notebooks:
    """What copying means here."""

    def do_copy(self, src: str, dest: str, log: object = None) -> None:
        """Copy a folder's notebooks and nbgrader's records; anything else stays where it is."""
        try:
            folder = os.open(src, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError as error:
            self.log.warning("Not copied: %s, %s", src, error.strerror)
            return
        try:
            Path(dest).mkdir(parents=True)
            for name in sorted(os.listdir(folder)):
                if name.endswith(".ipynb") or name in RECORDS:
                    self._copy_file(folder, name, Path(dest, name))
        finally:
            os.close(folder)

    def _copy_file(self, folder: int, name: str, dest: Path) -> None:
        try:
            file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        except OSError as error:
            self.log.warning("Not copied: %s, %s", dest, error.strerror)
            return
        with open(file, "rb") as source:
            found = os.fstat(file)
            limit = self.coursedir.max_file_size * 1000
            if not stat.S_ISREG(found.st_mode) or found.st_size > limit:
                self.log.warning("Not copied: %s, no file of at most %d bytes", dest, limit)
                return
            with dest.open("wb") as target:
                shutil.copyfileobj(source, target)


class ReleaseAssignment(_Notebooks, ExchangeReleaseAssignment):
    """Release a chapter's notebooks."""


class Collect(_Notebooks, ExchangeCollect):
    """Collect submissions as their owners'."""

    def _path_to_record(self, path: str) -> dict:
        try:
            record = super()._path_to_record(path)
        except ValueError:  # What is named so, nbgrader has not submitted: it counts last.
            name = os.path.basename(path)
            record = {"username": name.split("+")[0], "filename": name, "timestamp": datetime.min}
        owner = os.lstat(path).st_uid
        # What the collecting user owns, nobody else can have put there.
        if self.check_owner and owner != os.getuid():
            name = _name_of(owner)
            if name != record["username"]:
                self.log.warning("%s is %s's: taken as theirs", path, name)
            record["username"] = name
        return record


class ReleaseFeedback(ExchangeReleaseFeedback):
    """Release feedback to those who hold the secret of the submission."""

    def init_src(self) -> None:
        """Find the feedback, and lay the submission's records beside it."""
        super().init_src()
        for folder in map(Path, glob.glob(self.src_path)):
            student = folder.parent.name
            handed_in = Path(self.coursedir.format_path(
                self.coursedir.submitted_directory, student, folder.name))
            if all((handed_in / name).is_file() for name in RECORDS):
                for name in RECORDS:
                    shutil.copy(handed_in / name, folder)
            else:
                self.log.warning("%s did not hand in through the exchange: send %s another way",
                                 student, folder)
                self.coursedir.student_id_exclude += f",{student}"


def _name_of(user: int) -> str:
    import pwd  # Only here: the book, which loads this, is also built where there is none.

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
