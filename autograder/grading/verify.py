"""Prove the checks: references right, stubs wrong, mutants caught, hints used, exercises fresh."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode

from autograder.cases import Exercise, exercises
from autograder.grading import devices
from autograder.grading.judge import judge
from autograder.grading.release import derive, source_notebook
from autograder.grading.score import Score
from autograder.grading.zygote import Limits
from autograder.paths import exercise_path, mutants_path, notebooks

#: The smallest number of wrong answers an exercise is proved with.
FEWEST_MUTANTS = 6
LIMITS = Limits(call=5.0)


@dataclass(frozen=True)
class Mutant:
    """A wrong answer: its text, the properties it must lose, the hint it must trigger."""

    name: str
    source: str
    loses: frozenset[str]
    hint: str = ""
    device: str = "cpu"


class BadMutant(Exception):
    """A mutant's file is inconsistent; the message says how."""


def verify(chapter: str, root: Path, seed: int = 0) -> Iterator[str]:
    """Yield what is wrong with a chapter, a line each; print what is being proved."""
    for notebook in notebooks(chapter, root):
        source = source_notebook(notebook, root)
        known = exercises(import_module(f"autograder.checks.{notebook}"))
        yield from _names(notebook, source, known)
        yield from _references(notebook, source, root, seed)
        yield from _stubs(notebook, root, seed)
        yield from _mutants(notebook, source, known, root, seed)
    yield from stale(chapter, root)


def _names(notebook: str, source: NotebookNode, known: dict[str, Exercise]) -> Iterator[str]:
    cells = [cell.metadata.nbgrader.grade_id for cell in source.cells if "nbgrader" in cell.metadata
             and cell.metadata.nbgrader.solution and not cell.metadata.nbgrader.grade]
    if cells != list(known):
        yield f"{notebook}: the solution cells are {cells}, the checks are {list(known)}"


def _references(notebook: str, source: NotebookNode, root: Path, seed: int) -> Iterator[str]:
    scores = judge(source, notebook, root, seed, devices.choose("")).scores
    print(f"{notebook}: {len(scores)} references judged")
    for name, found in scores.items():
        if found.faults:
            yield f"{notebook}.{name}: the reference loses {found.reason}"


def _stubs(notebook: str, root: Path, seed: int) -> Iterator[str]:
    released = nbformat.read(exercise_path(notebook, root), as_version=4)
    scores = judge(released, notebook, root, seed).scores
    print(f"{notebook}: {len(scores)} stubs judged")
    for name, found in scores.items():
        if found.total or found.reason != "not answered":
            yield f"{notebook}.{name}: the stub earns {found.total}: {found.reason}"


def _mutants(notebook, source, known, root, seed) -> Iterator[str]:
    for name, exercise in known.items():
        try:
            mutants = read_mutants(notebook, name, source, root)
        except BadMutant as bad:
            yield str(bad)
            continue
        if len(mutants) < FEWEST_MUTANTS:
            yield f"{notebook}.{name}: {len(mutants)} mutants; at least {FEWEST_MUTANTS} are needed"
        here = [mutant for mutant in mutants if mutant.device in ("cpu", devices.choose(""))]
        caught, said = 0, ""
        for mutant in here:
            found = judge_mutant(mutant, notebook, name, source, root, seed)
            problem = _mutant_problem(mutant, found)
            caught += not problem
            said += " ".join(found.faults.values())
            if problem:
                yield f"{notebook}.{name}, mutant {mutant.name}: {problem}"
        skipped = len(mutants) - len(here)
        print(f"{notebook}.{name}: {caught} of {len(here)} mutants caught"
              + (f", {skipped} need a GPU" if skipped else ""))
        for hint in unused_hints(exercise, said):
            yield f"{notebook}.{name}: no mutant triggers the hint {hint!r}"


def read_mutants(notebook: str, name: str, source: NotebookNode, root: Path) -> list[Mutant]:
    """Return the wrong answers to an exercise.

    Raises
    ------
    BadMutant
        If a text to replace does not stand in the reference.
    """
    path = mutants_path(notebook, name, root)
    if not path.is_file():
        return []
    reference = _solution_cell(source, name).source
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    return [_mutant(key, entry, reference, path) for key, entry in entries.items()]


def _mutant(key: str, entry: dict, reference: str, path: Path) -> Mutant:
    text = entry.get("code", reference)
    for old, new in entry.get("replace", []):
        if old not in text:
            raise BadMutant(f"{path}, {key}: the reference does not contain {old!r}")
        text = text.replace(old, new)
    return Mutant(key, text, frozenset(entry["loses"]), entry.get("hint", ""),
                  entry.get("device", "cpu"))


def _solution_cell(source: NotebookNode, name: str) -> NotebookNode:
    return next(cell for cell in source.cells if cell.get("id") == name)


def judge_mutant(mutant: Mutant, notebook: str, name: str, source: NotebookNode, root: Path,
                 seed: int) -> Score:
    """Return what a wrong answer earns in the real judge."""
    wrong = source.copy()
    wrong.cells = [cell.copy() for cell in source.cells]
    _solution_cell(wrong, name).source = mutant.source
    return judge(wrong, notebook, root, seed, mutant.device, LIMITS, (name,)).scores[name]


def _mutant_problem(mutant: Mutant, found: Score) -> str:
    lost = frozenset(found.faults)
    if lost != mutant.loses:
        return f"loses {sorted(lost)} and should lose {sorted(mutant.loses)}: {found.reason}"
    if not lost:
        return "is not caught"
    if mutant.hint and not any(mutant.hint in fault for fault in found.faults.values()):
        return f"does not trigger the hint {mutant.hint!r}: {found.reason}"
    return ""


def unused_hints(exercise: Exercise, said: str) -> list[str]:
    """Return the hints of an exercise that do not occur in what was said of its mutants."""
    return [example.hint for example in exercise.examples
            if example.hint and example.hint not in said]


def stale(chapter: str, root: Path) -> Iterator[str]:
    """Yield the released notebooks that are not what the solutions give, byte for byte."""
    fresh = derive(chapter, root)
    held = {path.name: path.read_bytes() for path in (root / "exercises" / chapter).glob("*")}
    print(f"{chapter}: {len(fresh)} exercises derived anew")
    for name in sorted(fresh.keys() | held.keys()):
        if fresh.get(name) != held.get(name):
            yield f"exercises/{chapter}/{name} is not what solutions/ give: run autograder release"
