"""Grade a class: judge every notebook, let nbgrader enter the marks, write the table."""

from __future__ import annotations

import csv
import glob
import multiprocessing
import os
import traceback
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from sqlalchemy.exc import SAWarning
from tqdm import tqdm

from autograder.cases import exercises
from autograder.grading.intake import take_in
from autograder.grading.judge import Verdict, judge, zygote
from autograder.grading.nbgrader_step import course_config
from autograder.grading.release import release
from autograder.grading.score import nothing
from autograder.grading.seeds import seed_for
from autograder.grading.zygote import Limits
from autograder.paths import notebooks

COLUMNS = ("student", "chapter", "notebook", "exercise", "points", "max_points", "reason")


@dataclass(frozen=True)
class Job:
    """One notebook of one student; ``path`` is where it should lie."""

    student: str
    chapter: str
    notebook: str
    path: Path


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


def grade(chapters: list[str], students: list[str], settings: Settings) -> list[str]:
    """Grade chapters of a class and return what could not be graded, a line each.

    The marks are in nbgrader's gradebook, the notebooks in ``build/autograded``, the table in
    ``settings.csv``.

    Raises
    ------
    SandboxMissing
        If answers are to be shut in and this machine cannot do it; nothing was graded then.
    """
    if settings.sandboxed:
        zygote("numpy", True).fork(Limits()).end()
    for chapter in chapters:
        _register(chapter, settings.root)
    jobs = [Job(student, chapter, notebook,
                settings.submissions / student / chapter / f"{notebook}.ipynb")
            for student in students for chapter in chapters
            for notebook in notebooks(chapter, settings.root)]
    verdicts, problems = judge_all(jobs, settings)
    problems += enter_marks(verdicts, settings)
    write_table(verdicts, settings.csv)
    return problems


def _register(chapter: str, root: Path) -> None:
    """Enter a chapter in the gradebook if it is not there."""
    config = course_config(root)
    known = root / config.CourseDirectory.source_directory / chapter
    with Gradebook(config.CourseDirectory.db_url, config.CourseDirectory.course_id) as gradebook:
        try:
            gradebook.find_assignment(chapter)
        except MissingEntry:
            known = None
    if known is None or not known.is_dir():
        release(chapter, root)


def judge_all(jobs: list[Job], settings: Settings) -> tuple[dict[Job, Verdict], list[str]]:
    """Return the verdicts of all jobs, and a line for each that has none."""
    verdicts, problems = {}, []
    progress = tqdm(total=len(jobs), unit="notebook", desc="judging")
    for job, verdict, problem in _run_all(jobs, settings):
        verdicts[job] = verdict
        if problem:
            problems.append(problem)
        progress.update()
    progress.close()
    return {job: verdicts[job] for job in jobs}, problems


def _run_all(jobs: list[Job], settings: Settings) -> Iterator[tuple[Job, Verdict, str]]:
    if settings.workers == 1:
        yield from (judge_job(job, settings) for job in jobs)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(settings.workers, mp_context=context) as pool:
        for done in as_completed([pool.submit(judge_job, job, settings) for job in jobs]):
            yield done.result()


def judge_job(job: Job, settings: Settings) -> tuple[Job, Verdict, str]:
    """Judge one notebook; what goes wrong on our side is told and scored as nothing."""
    try:
        seed = seed_for(settings.root, job.student, job.notebook, settings.seed)
        nb = take_in(job.path, settings.root)
        verdict = judge(nb, job.notebook, settings.root, seed, settings.device,
                        sandboxed=settings.sandboxed)
        return job, verdict, ""
    except Exception:
        known = exercises(import_module(f"autograder.checks.{job.notebook}"))
        reason = "could not be graded; the instructor has been told"
        verdict = Verdict({name: nothing(one, reason) for name, one in known.items()}, {})
        return job, verdict, f"{job.student}, {job.notebook}:\n{traceback.format_exc()}"


def enter_marks(verdicts: dict[Job, Verdict], settings: Settings) -> list[str]:
    """Let nbgrader autograde every submission with the verdicts; return what it refused."""
    config = course_config(settings.root)
    config.CourseDirectory.submitted_directory = os.path.relpath(
        settings.submissions, settings.root)
    config.Judge.verdicts = {(job.student, job.notebook): v for job, v in verdicts.items()}
    api = NbGraderAPI(config=config)
    problems = []
    # nbgrader 0.9.6 with SQLAlchemy 2.1 warns of its own queries.
    warnings.filterwarnings("ignore", category=SAWarning)
    handed_in = {(job.chapter, job.student): None for job in verdicts
                 if any(job.path.parent.glob("*.ipynb"))}
    for chapter, student in tqdm(handed_in, unit="student", desc="entering marks"):
        result = api.autograde(chapter, glob.escape(student))
        if not result["success"]:
            problems.append(f"{student}, {chapter}: nbgrader refused it\n{result['log']}")
    return problems


def write_table(verdicts: dict[Job, Verdict], path: Path) -> None:
    """Write one row a student and exercise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for job, verdict in verdicts.items():
            for name, found in verdict.scores.items():
                writer.writerow((job.student, job.chapter, job.notebook, name, found.total,
                                 found.max_points, found.reason))


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
