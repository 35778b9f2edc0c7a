"""One notebook to judge, as bytes, and what came of it, as bytes: for any process, anywhere.

`judge_task` is the function that every worker runs, on this machine or another. It reads nothing
of the class and writes nothing: the grader alone reads submissions and owns the gradebook.
"""

from __future__ import annotations

import ast
import hashlib
import json
import time
import traceback
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import LimitOutput
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution

from autograder.cases import exercises
from autograder.grading.judge import judge
from autograder.grading.sandbox import SandboxMissing
from autograder.grading.score import Score, nothing
from autograder.grading.verdict import Verdict, write_verdict
from autograder.paths import chapter_of, course_root, notebooks


@dataclass(frozen=True)
class Task:
    """A notebook to judge.

    Attributes
    ----------
    notebook
        Its name.
    text
        Its JSON, as `autograder.grading.intake` made it.
    seed
        Where the hidden cases are drawn from.
    device
        Where torch exercises run.
    run_all
        Whether cells that no exercise needs are run too.
    sandboxed
        Whether the learner's code is shut in.
    root
        The course's folder, on the machine that made the task.
    version
        What `course_version` says there.
    """

    notebook: str
    text: str
    seed: int
    device: str
    run_all: bool
    sandboxed: bool
    root: str
    version: str

    @property
    def key(self) -> str:
        """Return a digest of all that the marks follow from."""
        parts = (self.notebook, self.text, self.seed, self.device, self.run_all, self.sandboxed,
                 self.version)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def dumps(self) -> bytes:
        """Return the task as bytes."""
        return json.dumps(asdict(self)).encode()


@dataclass(frozen=True)
class Result:
    """What came of a task.

    Attributes
    ----------
    scores
        By exercise.
    text
        The graded notebook's JSON.
    marks
        The automatic points of each graded cell; None: a person has to mark it.
    comments
        nbgrader's automatic comment on each solution cell; None: none.
    problem
        What went wrong on the grader's side; empty if nothing did.
    by_hand
        By the name of an answer that a person marks: nothing, with the reason.
    seconds
        How long judging took.
    """

    scores: dict[str, Score]
    text: str
    marks: dict[str, float | None]
    comments: dict[str, str | None]
    problem: str = ""
    by_hand: dict[str, Score] = field(default_factory=dict)
    seconds: float = 0.0

    def dumps(self) -> bytes:
        """Return the result as bytes."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def loads(cls, data: bytes) -> Result:
        """Return the result of `dumps`."""
        tree = json.loads(data)
        return cls(**tree | {kind: {k: Score(**v) for k, v in tree[kind].items()}
                             for kind in ("scores", "by_hand")})


def judge_task(data: bytes) -> bytes:
    """Judge a notebook; what goes wrong on our side is told and scored as nothing.

    Raises
    ------
    SandboxMissing
        If answers are to be shut in and this machine cannot do it.
    """
    start = time.monotonic()
    task = Task(**json.loads(data))
    nb = nbformat.from_dict(json.loads(task.text))
    try:
        root = _course(task)
        verdict, problem = judge(nb, task.notebook, root, task.seed, task.device,
                                 sandboxed=task.sandboxed, run_all=task.run_all), ""
    except SandboxMissing:
        raise
    except Exception:
        verdict, problem = unjudged(task.notebook), traceback.format_exc()
    found = result(nb, verdict, problem)
    return replace(found, seconds=time.monotonic() - start).dumps()


def unjudged(notebook: str) -> Verdict:
    """Return the verdict on a notebook that could not be judged."""
    reason = "could not be graded; the instructor has been told"
    known = exercises(import_module(f"autograder.checks.{notebook}"))
    return Verdict({name: nothing(one, reason) for name, one in known.items()}, {})


def result(nb: NotebookNode, verdict: Verdict, problem: str = "") -> Result:
    """Return a verdict written into its notebook, and what nbgrader reads from there."""
    write_verdict(nb, verdict)
    nb, _ = LimitOutput().preprocess(nb, {})
    marks = {cell.metadata.nbgrader.grade_id: determine_grade(cell)[0]
             for cell in nb.cells if is_grade(cell)}
    comments = {cell.metadata.nbgrader.grade_id: _comment(cell)
                for cell in nb.cells if is_solution(cell)}
    unread = nb.metadata.get("autograder", {}).get("reason")
    by_hand = {name: _waiting(name, cell.metadata.nbgrader.points, unread or (
        "to be marked by hand" if marks[name] is None else "not answered"))
        for cell in nb.cells if is_grade(cell) and is_solution(cell)
        for name in [cell.metadata.nbgrader.grade_id]}
    return Result(verdict.scores, nbformat.writes(nb), marks, comments, problem, by_hand)


def _waiting(name: str, points: int, reason: str) -> Score:
    return Score(name, {"answer": 0}, {"answer": points}, {"answer": reason})


def _comment(cell: NotebookNode) -> str | None:
    same = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
    return "No response." if same else None


def _course(task: Task) -> Path:
    """Return this machine's copy of the course."""
    root = Path(task.root)
    if not (root / "solutions").is_dir():
        root = course_root(Path(__file__).parent)
    here = course_version(chapter_of(task.notebook), root)
    if here != task.version:
        raise RuntimeError(f"the course in {root} is not the grader's: version {here}, expected "
                           f"{task.version}; bring every machine to the same commit")
    return root


@cache
def course_version(chapter: str, root: Path) -> str:
    """Return a digest of the code, texts and packages that decide the marks of a chapter."""
    checks = [f"autograder.checks.{notebook}" for notebook in notebooks(chapter, root)]
    files = [*_sources([__name__, "autograder.grading.worker", *checks]),
             *sorted((root / "solutions" / chapter).glob("*.py")),
             *sorted((root / "exercises" / chapter).glob("*.ipynb"))]
    digest = hashlib.sha256(f"{version('numpy')} {version('torch')}".encode())
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _sources(modules: list[str]) -> list[Path]:
    """Return the files of modules of this package, and of all those of it that they import."""
    package, found, names = Path(__file__).parents[1], {}, list(modules)
    while names:
        name = names.pop()
        path = package.joinpath(*name.split(".")[1:]).with_suffix(".py")
        if name not in found and path.is_file():
            found[name] = path
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.ImportFrom) and str(node.module).startswith("autograder"):
                    names += [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
    return [found[name] for name in sorted(found)]
