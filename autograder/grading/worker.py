"""The process that runs learners' code: a warm parent that forks a child for each submission.

The parent has imported what notebooks import. On a request over its control socket, which
carries one end of a fresh socket pair, it forks; the child runs cells and answers cases over
that socket until it is closed. Nothing of the course but the learner's half of this package is
loaded here, and no secret ever is.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import random
import re
import resource
import socket
import struct
import sys
import traceback
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from autograder import checks
from autograder.cases import Case, Exercise, Observation, failed
from autograder.grading import isolate, operators, wire
from autograder.grading.shell import Recorder, make_shell
from autograder.visible import find_exercise

#: Where a child finds its end of the socket pair.
CHANNEL = 3
#: The largest message that the judge sends.
REQUEST_LIMIT = 1 << 28
#: The largest file that a submission may write, in bytes.
FILE_LIMIT = 1 << 26
#: The size of Linux's large pages on x86-64, and MADV_COLLAPSE of <linux/mman.h>.
LARGE_PAGE, COLLAPSE = 1 << 21, 25
#: What of a process's map is its own memory, and no file's.
OWN_MEMORY = r"^(\w+)-(\w+) rw-p \S+ \S+ 0\s*(?:\[heap\])?$"
#: What can be imported in a NumPy notebook, beside the standard library and what is loaded.
NUMPY_PACKAGES = {"numpy", "matplotlib", "mpl_toolkits", "matplotlib_inline", "PIL", "IPython"}

#: Cells run before any fork: what they import on the way is loaded once for all children.
WARM_CELLS = ("import matplotlib.pyplot as plt\nplt.plot([0, 1])\nplt.show()", "!true", "1 / 0")


def main() -> None:
    """Serve fork requests on the control socket given as file descriptor, until it closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    kind = sys.argv[2]
    rules = None
    if "sandboxed" in sys.argv:
        isolate.settle()
        rules = isolate.system_call_filter()
    shell, recorder = make_shell()  # First: matplotlib asks for a shell when it is imported.
    warm_up(kind)
    for source in WARM_CELLS:
        shell.run_cell(source)
    shell.reset()
    recorder.take()
    if kind == "numpy":
        sys.meta_path.insert(0, OnlyNumPy())
    # What is frozen is not touched by the collector, so that children go on sharing its memory.
    gc.collect()
    gc.freeze()
    share_in_large_pages()
    control.sendall(b"ready")
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not request:
            return
        _bury_the_dead()
        limits = json.loads(request)
        operators.matching(limits["disabled"])  # Found once for all children.
        pid = isolate.fork() if rules else os.fork()
        if pid == 0:
            os.dup2(descriptors[0], CHANNEL)
            os.closerange(CHANNEL + 1, 256)
            os.setsid()
            with _told():
                _enter(kind, limits, rules)
                _serve(socket.socket(fileno=CHANNEL), shell, recorder)
        os.close(descriptors[0])
        handle = os.pidfd_open(pid)
        socket.send_fds(control, [struct.pack("<q", pid)], [handle])
        os.close(handle)


def share_in_large_pages() -> None:
    """Let this process's memory lie in pages of 2 MiB where Linux can: a fork copies their list.

    A child's first write to one still copies 4 KiB only. Before Linux 6.1 nothing changes.
    """
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for first, last in re.findall(OWN_MEMORY, Path("/proc/self/maps").read_text(), re.MULTILINE):
        start = -(-int(first, 16) // LARGE_PAGE) * LARGE_PAGE
        for page in range(start, int(last, 16) - LARGE_PAGE + 1, LARGE_PAGE):
            madvise(page, LARGE_PAGE, COLLAPSE)


def _bury_the_dead() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def warm_up(kind: str) -> None:
    """Import what notebooks of a kind import, and do what they do, so that no child has to."""
    import matplotlib.pyplot  # noqa: F401
    import numpy.random  # noqa: F401

    for path in Path(checks.__file__).parent.glob(f"*_{kind}.py"):
        with contextlib.suppress(Exception):  # Told when a notebook of its own needs it.
            import_module(f"autograder.checks.{path.stem}")
    if kind == "torch":
        import torch
        from torch import nn

        from autograder.observe_torch import recorded

        torch.set_num_threads(1)
        net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(),
                            nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
        x = torch.rand(2, 3, 8, 8, requires_grad=True)
        nn.functional.cross_entropy(net(x), torch.tensor([0, 1])).backward()
        torch.optim.Adam(net.parameters()).step()
        padded = nn.functional.pad(x.double(), (1, 1, 1, 1), "reflect")
        with recorded(".", set()):
            padded.unfold(2, 2, 1).flatten(-2).max(-1).values.sum().backward()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """End a child whatever happens in it; what is no end of the conversation is told."""
    try:
        yield
    except EOFError:
        os._exit(0)
    except BaseException:
        os.write(2, traceback.format_exc().encode())
        os._exit(1)


def _enter(kind: str, limits: dict, rules: Any) -> None:
    """Leave everything of the parent behind: rights, folder, environment, luck."""
    if rules:
        isolate.enter(rules, limits["user"], limits["seconds"])
    os.chdir(limits["folder"])
    os.environ.clear()
    os.environ.update(PATH="/usr/bin:/bin", HOME=limits["folder"], TMPDIR=limits["folder"],
                      OMP_NUM_THREADS="1", LANG="C.UTF-8",
                      MPLBACKEND="module://matplotlib_inline.backend_inline")
    if limits["memory"]:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        size = pages * resource.getpagesize() + limits["memory"]
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))
    if limits["disabled"]:
        operators.disable(limits["disabled"])
        if rules:
            isolate.stay_alone()
    random.seed()
    sys.modules["numpy"].random.seed()
    if kind == "torch":
        # Not torch.seed(), which takes 2 ms to note that CUDA is to be seeded too, should it start.
        sys.modules["torch"].default_generator.seed()


class OnlyNumPy:
    """An import hook that lets a NumPy notebook import NumPy, matplotlib and what Python has."""

    def __init__(self) -> None:
        loaded = {name.partition(".")[0] for name in sys.modules} - {"torch", "scipy"}
        self.allowed = NUMPY_PACKAGES | set(sys.stdlib_module_names) | loaded

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Refuse every other package."""
        if name.partition(".")[0] not in self.allowed:
            raise ModuleNotFoundError(
                f"{name} cannot be imported here: this notebook has NumPy and matplotlib only.",
                name=name)


def _serve(channel: socket.socket, shell: Any, recorder: Recorder) -> None:
    wire.send(channel, wire.READY)
    # What learners' code writes past the shell must not reach the instructor's terminal.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    while True:
        kind, *request = wire.receive(channel, REQUEST_LIMIT)
        if kind == "cell":
            wire.send(channel, _run_cell(shell, recorder, *request))
            continue
        address, cases, device = request
        recorder.muted = True
        exercise = find_exercise(address)
        for case in cases:
            wire.send(channel, _answer(shell, exercise, case, device))
        recorder.muted = False


def _run_cell(shell: Any, recorder: Recorder, source: str) -> list[dict]:
    try:
        shell.run_cell(source, store_history=True)
    except BaseException as error:
        message = recorder.msg("error", {"ename": type(error).__name__, "evalue": str(error),
                                         "traceback": [f"{type(error).__name__}: {error}"]})
        recorder.keep(message)
    return json.loads(json.dumps(recorder.take(), default=str))


def _answer(shell: Any, exercise: Exercise, case: Case, device: str) -> Observation | str:
    if exercise.name not in shell.user_ns:
        return wire.UNDEFINED
    try:
        return exercise.observe(exercise, shell.user_ns[exercise.name], case, device)
    except BaseException as error:
        return failed(error)


if __name__ == "__main__":
    main()
