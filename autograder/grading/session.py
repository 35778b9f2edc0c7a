"""A submission's code, running: ask its functions, and end it in time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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
#: Seconds between two looks at the memory that a submission holds.
TICK = 0.05


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
        self._looked = 0.0
        self._announced: list[Case] = []

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *error: Any) -> None:
        self._end()

    def announce(self, exercise: str, cases: list[Case]) -> None:
        """Send cases that will be asked about in this order: they are answered meanwhile.

        Raises
        ------
        Stopped
            If there is nobody to ask.
        """
        with suppress(Stopped):
            while self._announced:
                self._answer()
        self.start()
        self._send(("cases", f"{self.notebook}.{exercise}", cases, self.device), "a call")
        self._announced = list(cases)

    def ask(self, exercise: str, case: Case, seconds: float = 0.0) -> Observation:
        """Return what the learner's function does with a case.

        Parameters
        ----------
        seconds
            How long that may take, if more than a call may take otherwise.

        Raises
        ------
        Undefined
            If the notebook does not define it.
        Stopped
            If the process ended, or the time is over.
        """
        if not self._announced or self._announced[0] is not case:
            self.announce(exercise, [case])
        reply = self._answer(seconds)
        if isinstance(reply, str) and reply == wire.UNDEFINED:
            raise Undefined(exercise)
        return checked(reply)

    def _answer(self, seconds: float = 0.0) -> Any:
        self._announced.pop(0)
        return self._receive("a call", seconds)

    def start(self) -> None:
        """Make sure that a process runs in which all cells were run."""
        while self._child is None:
            limits = replace(self.limits, memory=self._memory)
            self._child = self.zygote.fork(limits, self.disabled)
            self._run_cells()

    def _run_cells(self) -> None:
        for index, source in enumerate(self.sources):
            if index in self.stopped:
                continue
            try:
                self._send(("cell", source), "a cell")
                self.outputs[index] = self._receive("a cell")
            except Stopped as stopped:
                self.stopped[index] = str(stopped)
                self.outputs[index] = [_error_output(str(stopped))]
                return

    def _send(self, request: tuple, what: str) -> None:
        with self._ended_in_time(what) as seconds:
            self._child.channel.settimeout(seconds)
            wire.send(self._child.channel, request)

    def _receive(self, what: str, seconds: float = 0.0) -> Any:
        with self._ended_in_time(what, seconds) as seconds:
            self._child.channel.settimeout(TICK)
            watch = self._watch(time.monotonic() + seconds)
            return wire.receive(self._child.channel, REPLY_LIMIT, watch)

    @contextmanager
    def _ended_in_time(self, what: str, seconds: float = 0.0) -> Iterator[float]:
        """Give the seconds left for a step; if it fails, end the process and say why."""
        seconds = min(max(self.limits.call, seconds), self.deadline - time.monotonic())
        try:
            if seconds <= 0:
                raise Stopped(f"the notebook used up its {self.limits.total:g} seconds")
            yield seconds
            return
        except Stopped as stopped:
            reason = str(stopped)
        except TimeoutError:
            reason = f"{what} took longer than {seconds:.0f} seconds and was stopped"
        except (EOFError, ConnectionError):
            reason = f"{what} ended the Python process (by an exit, a crash or lack of memory)"
        except MemoryError:
            reason = f"{what} took more than {self._memory >> 20} MiB of memory and was stopped"
        except wire.BadMessage as bad:
            reason = f"{what} gave an answer that cannot be read: {bad}"
        self._end()
        raise Stopped(reason)

    def _watch(self, until: float) -> Callable[[], None]:
        """Return what looks after time and memory while an answer is awaited."""
        def look() -> None:
            now = time.monotonic()
            if now > until:
                raise TimeoutError
            if self._memory and now > self._looked + TICK:
                self._looked = now
                if self._child.held() > self._memory:
                    raise MemoryError
        return look

    @property
    def _memory(self) -> int:
        """Return how many bytes the submission may hold; 0: no limit."""
        # CUDA reserves far more address space than it uses: no limit of memory there.
        return self.limits.memory if self.device == "cpu" else 0

    def _end(self) -> None:
        self._announced = []
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
