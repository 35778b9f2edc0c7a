"""The judge's end of the worker: a warm process that forks a child for each submission."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.grading import isolate, sandbox, wire

#: Seconds that the worker may take to start, and to fork.
PATIENCE = 120.0


@dataclass(frozen=True)
class Limits:
    """What one submission may use: seconds a cell or call, seconds in all, bytes of memory."""

    call: float = 10.0
    total: float = 120.0
    memory: int = 2 << 30


class Zygote:
    """A warm process that forks one child a submission; see `autograder.grading.worker`.

    It is started and not waited for: there is enough to import here meanwhile.

    Parameters
    ----------
    kind
        ``"numpy"`` or ``"torch"``: what it has imported.
    sandboxed
        Whether submissions are shut in; if not, only their time, memory and files are limited.

    Raises
    ------
    SandboxMissing
        If submissions are to be shut in and this machine lacks what that needs.
    """

    def __init__(self, kind: str, sandboxed: bool = True) -> None:
        room = sandbox.command(kind) if sandboxed else []
        self.sandboxed = sandboxed
        self.kind = kind
        self.warm = False
        self.count = 0
        self.folder = tempfile.TemporaryDirectory(prefix="autograder-")
        home = isolate.HOME if sandboxed else self.folder.name
        self.control, theirs = socket.socketpair()
        self.control.settimeout(PATIENCE)
        worker = [sys.executable, "-I", "-m", "autograder.grading.worker",
                  str(theirs.fileno()), kind, *(["sandboxed"] if sandboxed else [])]
        environment = {"PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1", "LANG": "C.UTF-8",
                       "HOME": home, "MPLCONFIGDIR": home, "IPYTHONDIR": home, "TMPDIR": home}
        with theirs:
            self.process = subprocess.Popen(
                room + worker, env=environment, cwd=self.folder.name, stdout=subprocess.DEVNULL,
                stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])

    def wait(self) -> None:
        """Wait until it can fork.

        Raises
        ------
        SandboxMissing
            If it does not start: it cannot be shut in.
        """
        if not self.warm and self.control.recv(5) != b"ready":
            self.close()
            raise sandbox.SandboxMissing(
                f"the {self.kind} worker did not start (what it said is above); {sandbox.REMEDY}")
        self.warm = True

    def fork(self, limits: Limits, disabled: str = "") -> Child:
        """Return a new child, in which operators whose names match ``disabled`` are gone.

        Raises
        ------
        SandboxMissing
            If it does not start, or the child could not be shut in.
        OSError
            If the worker is no longer there.
        """
        self.wait()
        self.count += 1
        folder = None if self.sandboxed else tempfile.TemporaryDirectory(prefix="submission-")
        ours, theirs = socket.socketpair()
        request = {"folder": folder.name if folder else isolate.HOME, "memory": limits.memory,
                   "seconds": int(limits.total) + 1, "disabled": disabled,
                   "user": isolate.user_of(self.process.pid, self.count)}
        with theirs:
            socket.send_fds(self.control, [json.dumps(request).encode()], [theirs.fileno()])
        reply, handles, _, _ = socket.recv_fds(self.control, 8, 1)
        if not handles:
            raise ConnectionResetError("the worker has ended")
        (handle,) = handles
        child = Child(ours, handle, struct.unpack("<q", reply)[0], folder)
        ours.settimeout(PATIENCE)
        try:
            wire.receive(ours, 100)
            return replace(child, start=child.held())
        except EOFError:
            child.end()
            raise sandbox.SandboxMissing(
                "a submission could not be shut in (the step that failed is named above); "
                f"{sandbox.REMEDY}") from None

    def close(self) -> None:
        """End the process, which does so by itself when nobody can ask it any more."""
        self.control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(2)
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()


@dataclass(frozen=True)
class Child:
    """A process that runs one submission.

    Attributes
    ----------
    channel
        The socket to talk to it.
    handle
        A file descriptor of the process; its end ends all that runs in its namespace.
    group
        Its process group as the worker sees it.
    folder
        The folder it was given, if it has no file system of its own.
    start
        The bytes that it held before anything of the learner's ran.
    """

    channel: socket.socket
    handle: int
    group: int
    folder: tempfile.TemporaryDirectory | None
    start: int = 0

    def held(self) -> int:
        """Return the bytes that it and all that it started hold beyond what the worker shares."""
        total = 0
        for process in below(pid_of(self.handle)):
            with contextlib.suppress(OSError, ValueError):
                size = Path(f"/proc/{process}/statm").read_text().split()
                pages = int(size[1]) - int(size[2])  # Resident, of these shared with files.
                total += max(0, pages * resource.getpagesize() - self.start)
        return total

    def end(self) -> None:
        """Kill it and all that it started, and remove what it wrote."""
        with contextlib.suppress(ProcessLookupError):
            if self.folder:
                os.killpg(self.group, signal.SIGKILL)
            else:
                signal.pidfd_send_signal(self.handle, signal.SIGKILL)
        os.close(self.handle)
        self.channel.close()
        if self.folder:
            self.folder.cleanup()


def pid_of(handle: int) -> int:
    """Return the number of the process that a file descriptor stands for; -1 if it has ended."""
    lines = Path(f"/proc/self/fdinfo/{handle}").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))


def below(process: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [process]
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [one for child in thread.read_text().split() for one in below(int(child))]
    return found
