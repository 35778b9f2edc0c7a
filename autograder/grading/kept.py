"""Results that are kept, so that grading goes on where it was, and a lock so that one grades."""

from __future__ import annotations

import fcntl
import getpass
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from autograder.grading.task import Result

#: Stands for the digest of a result that is to be made again.
AGAIN = 64 * "0"


class Busy(Exception):
    """Another grader works on the course; the message says who."""


def write(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file so that it is there whole or not at all, whatever happens."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with open(part, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.chmod(mode)
    part.replace(path)


def read(path: Path) -> bytes:
    """Return what a file holds; nothing if there is none."""
    return path.read_bytes() if path.is_file() else b""


def keep(path: Path, key: str, data: bytes, again: bool = False) -> None:
    """Keep a result under the digest of what it follows from.

    Parameters
    ----------
    again
        Whether it is to be found no more by that digest, so that it is made again.
    """
    write(path, (AGAIN if again else key).encode() + data, 0o600)


def kept(path: Path, key: str = "") -> Result | None:
    """Return the result that is kept for a digest, by default whatever is kept; None if none is."""
    try:
        with path.open("rb") as file:
            found = file.read(len(AGAIN)).decode()
            return Result.loads(file.read()) if key in ("", found) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def whole() -> Iterator[None]:
    """Let Ctrl-C wait until what is being written is written.

    Within SQLAlchemy it would now and then be lost, in a callback whose exceptions Python drops.
    """
    before = signal.getsignal(signal.SIGINT)
    main = threading.current_thread() is threading.main_thread()
    if not main or before is not signal.default_int_handler:
        yield  # Ctrl-C does not come here, or is ignored.
        return
    came = []
    signal.signal(signal.SIGINT, lambda *_: came.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt


@contextmanager
def only_grader(root: Path) -> Iterator[None]:
    """Hold the course's lock; the system frees it when this process ends, however it ends.

    Raises
    ------
    Busy
        If another process holds it.
    """
    path = root / "build" / "grading.lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise Busy(f"this course is being graded: {file.read().strip()}") from None
        file.truncate(0)
        file.write(f"by {getpass.getuser()}, process {os.getpid()} on {socket.gethostname()}, "
                   f"since {datetime.now():%Y-%m-%d %H:%M:%S}\n")
        file.flush()
        yield
