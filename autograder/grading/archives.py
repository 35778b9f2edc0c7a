"""Read the files of a download, a folder or a zip, without trusting anything in it.

Nothing is unpacked to disk, so that a file's name in the download never becomes a path here.
(nbgrader's own extractor unpacks whatever comes, to any size.)
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.grading.intake import SIZE_LIMIT

#: A zip with more files than this is not read.
FILE_LIMIT = 50_000
#: A zip inside the download that unpacks to more bytes than this is not read.
NESTED_LIMIT = 5 * SIZE_LIMIT
#: What systems leave in archives and folders beside the files that were meant.
LITTER = ("__MACOSX", ".DS_Store", ".ipynb_checkpoints", "Thumbs.db")


class BadArchive(Exception):
    """A download cannot be read at all; the message says why."""


@dataclass(frozen=True)
class Member:
    """A file of the download.

    Attributes
    ----------
    name
        Its path in the download; files of a zip in the zip stand behind that zip's name.
    problem
        Why it is not read; empty if it can be.
    read
        Returns its bytes; raises `BadArchive` if that fails.
    """

    name: str
    problem: str
    read: Callable[[], bytes]

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the parts of the path."""
        return PurePosixPath(self.name).parts


@contextmanager
def opened(source: Path) -> Iterator[list[Member]]:
    """Give the files of a folder or zip, while it is open, in the order of their names.

    Raises
    ------
    BadArchive
        If it is neither, is damaged or has too many files.
    """
    if source.is_dir():
        yield _unnested(_in_folder(source))
        return
    try:
        archive = zipfile.ZipFile(source)
    except (OSError, zipfile.BadZipFile) as error:
        raise BadArchive(f"{source} is neither a folder nor a zip that can be read: {error}"
                         ) from None
    with archive:
        yield _unnested(_in_zip(archive, "", lambda: archive))


def _in_folder(folder: Path) -> list[Member]:
    found = []
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode) or _litter(name):
            continue
        problem = "" if stat.S_ISREG(mode) else "it is a link or no plain file"
        problem = problem or _too_large(path.lstat().st_size, name)
        found.append(Member(name, problem, path.read_bytes))
    return found


def _in_zip(archive: zipfile.ZipFile, prefix: str,
            reopened: Callable[[], zipfile.ZipFile]) -> list[Member]:
    if len(archive.infolist()) > FILE_LIMIT:
        raise BadArchive(f"it has {len(archive.infolist())} files; at most {FILE_LIMIT} are read")
    found = []
    for info in archive.infolist():
        name = info.filename.replace("\\", "/")
        if info.is_dir() or _litter(name):
            continue
        found.append(Member(prefix + name, _problem(info, name), _reader(reopened, info)))
    return found


def _problem(info: zipfile.ZipInfo, name: str) -> str:
    """Return why a file of a zip is not read."""
    if name.startswith("/") or ".." in PurePosixPath(name).parts or ":" in name.split("/")[0]:
        return "its path leads out of the archive"
    if not name.isprintable():
        return "its name has characters that cannot be shown"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a link or no plain file"
    if info.flag_bits & 1:
        return "it is encrypted"
    return _too_large(info.file_size, name)


def _too_large(size: int, name: str) -> str:
    limit = NESTED_LIMIT if name.lower().endswith(".zip") else SIZE_LIMIT
    return f"it has {size} bytes; at most {limit} are read" if size > limit else ""


def _litter(name: str) -> bool:
    return any(part in LITTER or part.startswith("._") for part in PurePosixPath(name).parts)


def _reader(reopened: Callable[[], zipfile.ZipFile],
            info: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with reopened().open(info) as file:
                # Asked for so many bytes, zipfile unpacks no more, whatever is behind the header.
                return file.read(info.file_size)
        except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError,
                RuntimeError) as error:
            raise BadArchive(f"it cannot be read: {error}") from None

    return read


def _unnested(members: list[Member]) -> list[Member]:
    """Put the files of zips in the place of those zips; zips in these are not opened."""
    found = []
    for member in members:
        if member.problem or not member.name.lower().endswith(".zip"):
            found.append(member)
            continue
        try:
            found += _in_nested(member)
        except (BadArchive, OSError, zipfile.BadZipFile) as error:
            found.append(Member(member.name, str(error), member.read))
    return sorted(found, key=lambda member: member.name)


def _in_nested(member: Member) -> list[Member]:
    def reopened() -> zipfile.ZipFile:
        # Not kept open: the zips of a whole class may not fit into memory.
        return zipfile.ZipFile(io.BytesIO(member.read()))

    inner = reopened()
    if sum(info.file_size for info in inner.infolist()) > NESTED_LIMIT:
        raise BadArchive(f"it unpacks to more than {NESTED_LIMIT} bytes")
    return _in_zip(inner, f"{member.name}/", reopened)
