"""A submission's code, running: ask its functions, and end it in time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.cases import Case, Observation, Value
from autograder.grading import wire
from autograder.grading.score import Stopped
from autograder.grading.zygote import Child, Limits, Zygote

#: The name of the error that stands for a cell which was stopped.
STOPPED = "Stopped"
#: The largest reply taken from a learner's process, in bytes.
REPLY_LIMIT = 1 << 26


class Undefined(Exception):
    """The learner's notebook does not define an exercise's name."""


@dataclass
class Session:
    """One submission's code, running: its cells were run, its functions can be asked.

    A cell or call that ends the process, or outlives its time, is left out from then on, and the
    others run again in a new process. ``disabled`` is a regular expression over the names of
    PyTorch's operators that are not there.
    """

    zygote: Zygote
    notebook: str
    sources: list[str]
    limits: Limits = field(default_factory=Limits)
    device: str = "cpu"
    disabled: str = ""

    def __post_init__(self) -> None:
        self.outputs: dict[int, list[dict]] = {}
        self.stopped: dict[int, str] = {}
        self.deadline = time.monotonic() + self.limits.total
        self._child: Child | None = None

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *error: Any) -> None:
        self._end()

    def ask(self, exercise: str, case: Case) -> Observation:
        """Return what the learner's function does with a case.

        Raises
        ------
        Undefined
            If the notebook does not define it.
        Stopped
            If the process ended, or the time is over.
        """
        self.start()
        request = ("case", f"{self.notebook}.{exercise}", case, self.device)
        reply = self._exchange(request, "a call")
        if isinstance(reply, str) and reply == wire.UNDEFINED:
            raise Undefined(exercise)
        return checked(reply)

    def start(self) -> None:
        """Make sure that a process runs in which all cells were run."""
        while self._child is None:
            # CUDA reserves far more address space than it uses: no limit of memory there.
            memory = self.limits.memory if self.device == "cpu" else 0
            self._child = self.zygote.fork(replace(self.limits, memory=memory), self.disabled)
            self._run_cells()

    def _run_cells(self) -> None:
        for index, source in enumerate(self.sources):
            if index in self.stopped:
                continue
            try:
                self.outputs[index] = self._exchange(("cell", source), "a cell")
            except Stopped as stopped:
                self.stopped[index] = str(stopped)
                self.outputs[index] = [_error_output(str(stopped))]
                return

    def _exchange(self, request: tuple, what: str) -> Any:
        seconds = min(self.limits.call, self.deadline - time.monotonic())
        if seconds <= 0:
            self._end()
            raise Stopped(f"the notebook used up its {self.limits.total:g} seconds")
        channel = self._child.channel
        channel.settimeout(seconds)
        try:
            wire.send(channel, request)
            return wire.receive(channel, REPLY_LIMIT)
        except TimeoutError:
            reason = f"{what} took longer than {seconds:.0f} seconds and was stopped"
        except (EOFError, ConnectionError):
            reason = f"{what} ended the Python process (by an exit, a crash or lack of memory)"
        except wire.BadMessage as bad:
            reason = f"{what} gave an answer that cannot be read: {bad}"
        self._end()
        raise Stopped(reason)

    def _end(self) -> None:
        if self._child:
            self._child.end()
            self._child = None


def _error_output(text: str) -> dict:
    return {"output_type": "error", "ename": STOPPED, "evalue": text, "traceback": [text]}


def checked(reply: Any) -> Observation:
    """Return a reply as an observation if it has the form of one.

    Raises
    ------
    Stopped
        If it has not.
    """
    good = (
        isinstance(reply, Observation)
        and isinstance(reply.values, dict)
        and all(isinstance(name, str) for name in reply.values)
        and all(isinstance(value, Value) and _plain_value(value) for value in reply.values.values())
        and _texts(reply.modified)
        and _texts(reply.forbidden)
        and (reply.error is None or _error(reply.error))
    )
    if not good:
        raise Stopped("a call gave an answer of the wrong form")
    return reply


def _texts(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(text, str) for text in value)


def _error(value: Any) -> bool:
    return isinstance(value, tuple) and [type(part) for part in value] == [str, str, bool]


def _plain_value(value: Value) -> bool:
    return (isinstance(value.array, np.ndarray) and isinstance(value.dtype, str)
            and isinstance(value.device, str))
