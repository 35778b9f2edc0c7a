"""Work for the tests of workers: functions that other processes can import."""

import os
import signal
import time
from pathlib import Path


def shout(data: bytes) -> bytes:
    """Return the text in capitals."""
    return data.upper()


def refuse(data: bytes) -> bytes:
    """Fail, as no work should."""
    raise ValueError(data.decode())


def die_once(data: bytes) -> bytes:
    """End the worker on the first call for a file that is not there yet; ``!`` ends it always."""
    if data == b"!":
        os.kill(os.getpid(), signal.SIGKILL)
    path = Path(data.decode())
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return b"done"


def slow(data: bytes) -> bytes:
    """Return the process that took half a second over it."""
    time.sleep(0.5)
    return str(os.getpid()).encode()
