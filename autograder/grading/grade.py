"""Grade a class: judge every notebook, enter the marks, write the table."""

from __future__ import annotations

import csv
import json
import os
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, InvalidEntry, MissingEntry
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from autograder.grading.entry import Register
from autograder.grading.intake import take_in
from autograder.grading.kept import keep, kept, only_grader, whole
from autograder.grading.nbgrader_step import nbgrader_settings
from autograder.grading.progress import Progress
from autograder.grading.release import release
from autograder.grading.sandbox import SandboxMissing
from autograder.grading.seeds import seed_for
from autograder.grading.task import Result, Task, course_version, result, unjudged
from autograder.grading.workers import judged
from autograder.paths import notebooks

COLUMNS = ("student", "chapter", "notebook", "exercise", "points", "max_points", "reason")


@dataclass(frozen=True)
class Settings:
    """How a class is graded; see `autograder.cli`."""

    root: Path
    submissions: Path
    workers: int
    seed: int
    device: str
    csv: Path
    sandboxed: bool = True
    run_all: bool = False
    regrade: bool = False
    scheduler: str = ""


@dataclass(frozen=True)
class Job:
    """One notebook of one student; ``path`` is where it should lie."""

    student: str
    chapter: str
    notebook: str
    path: Path

    def result_path(self, root: Path) -> Path:
        """Return where its result is kept."""
        return root / "build" / "judged" / self.student / self.chapter / f"{self.notebook}.json"


def grade(chapters: list[str], students: list[str], settings: Settings) -> list[str]:
    """Grade chapters of a class and return what could not be graded, a line each.

    The marks are in nbgrader's gradebook, the notebooks in ``build/autograded``, the table in
    ``settings.csv``. A notebook whose result is kept from an earlier run is not judged again.

    Raises
    ------
    Busy
        If the course is being graded already.
    NoCluster
        If no Dask scheduler answers.
    SandboxMissing
        If answers are to be shut in and this machine cannot do it; nothing was graded then.
    """
    with only_grader(settings.root):
        config = nbgrader_settings(settings.root)
        config.CourseDirectory.submitted_directory = os.path.relpath(
            settings.submissions, settings.root)
        for chapter in chapters:
            _register(chapter, settings.root, config)
        jobs = jobs_of(chapters, students, settings)
        problems = _grade(jobs, config, settings)
        with Register(config) as register:
            write_table(jobs, settings, register.by_hand())
        return problems


def jobs_of(chapters: list[str], students: list[str], settings: Settings) -> list[Job]:
    """Return a class's notebooks, whether they were handed in or not."""
    return [Job(student, chapter, notebook,
                settings.submissions / student / chapter / f"{notebook}.ipynb")
            for student in students for chapter in chapters
            for notebook in notebooks(chapter, settings.root)]


def _register(chapter: str, root: Path, config: Config) -> None:
    """Enter a chapter in the gradebook if it is not there."""
    known = root / config.CourseDirectory.source_directory / chapter
    with Gradebook(config.CourseDirectory.db_url, config.CourseDirectory.course_id) as gradebook:
        try:
            gradebook.find_assignment(chapter)
        except MissingEntry:
            known = None
    if known is None or not known.is_dir():
        release(chapter, root)


def _grade(jobs: list[Job], config: Config, settings: Settings) -> list[str]:
    """Judge what has no result yet; enter each submission as soon as all its notebooks have."""
    missing: dict[tuple[str, str], int] = {}
    for job in jobs:
        missing[job.student, job.chapter] = missing.get((job.student, job.chapter), 0) + 1
    problems: list[str] = []
    progress = Progress(len(jobs))
    with Register(config) as register:
        for job, problem in results(jobs, settings):
            progress.update(problem)
            if problem:
                problems.append(problem)
            missing[job.student, job.chapter] -= 1
            if not missing[job.student, job.chapter]:
                problems += _enter(register, job, settings)
    progress.close()
    return problems


def results(jobs: list[Job], settings: Settings) -> Iterator[tuple[Job, str]]:
    """Yield every job once its result is kept, and what went wrong with it."""
    ready: list[Job] = []

    def tasks() -> Iterator[tuple[tuple[Job, Task], bytes]]:
        for job in jobs:
            task = _task(job, settings)
            if not settings.regrade and kept(job.result_path(settings.root), task.key):
                ready.append(job)
            else:
                yield (job, task), task.dumps()

    judged_any = False
    for (job, task), data in judged(tasks(), settings.workers, settings.scheduler):
        if isinstance(data, SandboxMissing) and not judged_any:
            raise data
        if isinstance(data, Exception):
            nb = nbformat.from_dict(json.loads(task.text))
            data = result(nb, unjudged(job.notebook), f"{type(data).__name__}: {data}").dumps()
        problem = Result.loads(data).problem
        keep(job.result_path(settings.root), task.key, data, again=bool(problem))
        judged_any = True
        yield job, problem and f"{job.student}, {job.notebook}:\n{problem}"
        while ready:
            yield ready.pop(), ""
    yield from ((job, "") for job in ready)


def _task(job: Job, settings: Settings) -> Task:
    nb = take_in(job.path, settings.root)
    return Task(
        notebook=job.notebook,
        text=json.dumps(nb),
        seed=seed_for(settings.root, job.student, job.notebook, settings.seed),
        device=settings.device,
        run_all=settings.run_all,
        sandboxed=settings.sandboxed,
        root=str(settings.root),
        version=course_version(job.chapter, settings.root),
    )


def _enter(register: Register, job: Job, settings: Settings) -> list[str]:
    """Enter the submission that a job is part of, if anything was handed in; return problems."""
    folder = job.path.parent
    if not any(folder.glob("*.ipynb")):
        return []
    parts = [replace(job, notebook=name) for name in notebooks(job.chapter, settings.root)]
    try:
        with whole():
            register.enter(job.student, job.chapter, folder, {
                part.notebook: kept(part.result_path(settings.root)) for part in parts})
    except (SQLAlchemyError, InvalidEntry, OSError):
        return [f"{job.student}, {job.chapter}: nbgrader refused it\n{traceback.format_exc()}"]
    return []


def write_table(
    jobs: list[Job], settings: Settings, by_hand: dict[tuple[str, str, str], float]
) -> None:
    """Write one row a student and exercise.

    Parameters
    ----------
    by_hand
        Marks that people gave to answers that no check can judge, by student, notebook and cell.
    """
    settings.csv.parent.mkdir(parents=True, exist_ok=True)
    with settings.csv.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for job in jobs:
            result = kept(job.result_path(settings.root))
            for name, found in (result.scores | result.by_hand).items():
                points, reason = found.total, found.reason
                mark = by_hand.get((job.student, job.notebook, name))
                if mark is not None:
                    points = f"{mark:g}"
                    reason = "" if mark >= found.max_points else "answer: marked by hand"
                writer.writerow((job.student, job.chapter, job.notebook, name, points,
                                 found.max_points, reason))


def summary(path: Path) -> str:
    """Return a table's marks as text: a line a student, a column a notebook."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = list(dict.fromkeys(row["notebook"] for row in rows))
    students = list(dict.fromkeys(row["student"] for row in rows))
    width = max(map(len, ["student", *students]))
    lines = [f"{'student':<{width}}  " + "  ".join(columns)]
    for student in students:
        marks = [_marks(rows, student, column) for column in columns]
        lines.append(f"{student:<{width}}  " + "  ".join(
            f"{mark:>{len(column)}}" for mark, column in zip(marks, columns, strict=True)))
    return "\n".join(lines)


def _marks(rows: list[dict], student: str, notebook: str) -> str:
    own = [row for row in rows if row["student"] == student and row["notebook"] == notebook]
    earned = sum(float(row["points"]) for row in own)
    return f"{earned:g}/{sum(float(row['max_points']) for row in own):g}"
