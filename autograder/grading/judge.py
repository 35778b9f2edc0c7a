"""Judge one notebook: run its cells in a process of their own, and ask its functions."""

from __future__ import annotations

import atexit
import sys
import threading
from functools import cache
from importlib import import_module
from pathlib import Path

from nbformat.notebooknode import NotebookNode

from autograder.cases import Exercise, exercises
from autograder.grading.demos import not_needed
from autograder.grading.operators import matching
from autograder.grading.outputs import harmless
from autograder.grading.sandbox import SandboxMissing
from autograder.grading.score import Score, Stopped, nothing, score
from autograder.grading.session import STOPPED, Session, Undefined
from autograder.grading.verdict import Verdict, is_learners_code
from autograder.grading.zygote import Limits, Zygote
from autograder.layers import layers


def judge(*args, **kwargs) -> Verdict:
    """Judge a notebook; if the worker is lost on the way, once more with a new one.

    The parameters are those of `judge_once`.
    """
    try:
        return judge_once(*args, **kwargs)
    except (OSError, EOFError, SandboxMissing):
        _zygote.cache_clear()
        return judge_once(*args, **kwargs)


def judge_once(
    nb: NotebookNode,
    notebook: str,
    root: Path,
    seed: int,
    device: str = "cpu",
    limits: Limits | None = None,
    only: tuple[str, ...] = (),
    sandboxed: bool = True,
    run_all: bool = False,
) -> Verdict:
    """Judge a notebook.

    Parameters
    ----------
    nb
        The notebook, as `autograder.grading.intake` gives it.
    notebook
        Its name, such as ``"pooling_torch"``.
    root
        The course's folder.
    seed
        Where the hidden cases are drawn from.
    device
        Where torch exercises run, ``"cpu"`` or ``"cuda"``.
    limits
        What the submission may use.
    only
        Names of the exercises to judge; by default all.
    sandboxed
        Whether the learner's code is shut in; see `autograder.grading.sandbox`.
    run_all
        Whether cells that no exercise needs are run too; see `autograder.grading.demos`.

    Raises
    ------
    SandboxMissing
        If it is to be shut in and this machine cannot do it.
    """
    worker = zygote(kind_of(notebook), sandboxed)
    known = exercises(import_module(f"autograder.checks.{notebook}"))
    chosen = {name: known[name] for name in only or known}
    reason = nb.metadata.get("autograder", {}).get("reason")
    if reason:
        return Verdict({name: nothing(one, reason) for name, one in chosen.items()}, {})
    skipped = set() if run_all else not_needed(nb)
    positions = [i for i, cell in enumerate(nb.cells)
                 if is_learners_code(cell) and i not in skipped]
    sources = [nb.cells[i].source for i in positions]
    solutions = layers(notebook, root)
    if kind_of(notebook) == "torch":
        # For the references: on small tensors, threads wait for each other most of the time.
        sys.modules["torch"].set_num_threads(1)
    scores, shown = {}, {}
    # Exercises that forbid an operator are asked in a process of their own that has none.
    groups: dict[tuple[str, ...], list[Exercise]] = {}
    for exercise in chosen.values():
        groups.setdefault(matching(exercise.forbidden), []).append(exercise)
    for _, own in sorted(groups.items()):
        disabled = own[0].forbidden
        with Session(worker, notebook, sources, limits or Limits(), device, disabled) as session:
            found = {one.name: _score(session, one, getattr(solutions, one.name), seed, device)
                     for one in own}
        outputs = harmless({positions[i]: reply for i, reply in session.outputs.items()})
        shown = shown or outputs
        scores |= {name: one or nothing(known[name], why_undefined(name, nb, outputs))
                   for name, one in found.items()}
    return Verdict({name: scores[name] for name in chosen}, shown)


def _score(session: Session, exercise, reference, seed: int, device: str) -> Score | None:
    """Return the score of an exercise; None if its name is not defined."""
    try:
        session.start()
        return score(exercise, lambda case: session.ask(exercise.name, case, exercise.seconds),
                     reference, seed, device, lambda cases: session.announce(exercise.name, cases))
    except Stopped as stopped:
        return nothing(exercise, str(stopped))
    except Undefined:
        return None


def why_undefined(name: str, nb: NotebookNode, outputs: dict[int, list[NotebookNode]]) -> str:
    """Return why a name is not defined after all cells were run, for the learner to read."""
    for position, cell in enumerate(nb.cells):
        own = "nbgrader" in cell.metadata and cell.metadata.nbgrader.grade_id == name
        for output in outputs.get(position, []) if own else []:
            if output["output_type"] == "error":
                ename = "" if output["ename"] == STOPPED else f"its cell raised {output['ename']}: "
                return f"{name} is not defined: {ename}{output['evalue']}"
    return f"the notebook does not define {name}; an answer must keep the exercise's name"


def kind_of(notebook: str) -> str:
    """Return which worker runs a notebook: ``"torch"`` or ``"numpy"``."""
    return "torch" if notebook.endswith("_torch") else "numpy"


def zygote(kind: str, sandboxed: bool = True) -> Zygote:
    """Return this thread's warm worker for notebooks of a kind."""
    return _zygote(kind, sandboxed, threading.get_ident())


@cache
def _zygote(kind: str, sandboxed: bool, thread: int) -> Zygote:
    worker = Zygote(kind, sandboxed)
    atexit.register(worker.close)
    return worker
