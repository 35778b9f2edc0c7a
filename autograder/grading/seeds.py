"""Seeds of hidden cases: secret, different for each student, the same at every regrade."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

#: A seed modulo this is the same for all students and runs of a course.
COURSE = 1 << 64


def seed_for(root: Path, student: str, notebook: str, run: int) -> int:
    """Return the seed of a student's hidden cases in a notebook.

    It follows from the course's secret, which is made on first use in ``build/secret`` and never
    leaves that file. Its lower half follows from the secret and the notebook alone.
    """
    own, shared = (int.from_bytes(hashlib.blake2b(
        text.encode(), key=course_secret(root), digest_size=8).digest())
        for text in (f"{student}\0{notebook}\0{run}", notebook))
    return own * COURSE + shared


def course_secret(root: Path) -> bytes:
    """Return the course's secret, 32 random bytes; make it if there is none."""
    path = root / "build" / "secret"
    path.parent.mkdir(exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(32))
    return path.read_bytes()
