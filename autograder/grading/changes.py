"""Which marks would change, before they are written: after a check or an exercise was mended."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from autograder.grading.entry import Register
from autograder.grading.grade import Settings, jobs_of, results
from autograder.grading.kept import kept, only_grader
from autograder.grading.nbgrader_step import nbgrader_settings
from autograder.grading.progress import Progress
from autograder.grading.score import Score


@dataclass(frozen=True)
class Change:
    """A mark in the gradebook that the judge would now give otherwise.

    Attributes
    ----------
    before, after
        The judge's points; ``before`` is None if there were none.
    by_hand
        Points given by hand, which stay in force; None: none.
    reason
        Why points are missing now.
    """

    student: str
    notebook: str
    exercise: str
    before: float | None
    after: float
    by_hand: float | None
    reason: str

    def __str__(self) -> str:
        """Return the change as a line."""
        before = "no mark" if self.before is None else f"{self.before:g}"
        by_hand = "" if self.by_hand is None else f" (by hand: {self.by_hand:g}, which stays)"
        reason = f": {self.reason}" if self.reason else ""
        return (f"{self.student}  {self.notebook}.{self.exercise}  {before} -> "
                f"{self.after:g}{by_hand}{reason}")


def preview(chapters: list[str], students: list[str], settings: Settings,
            ) -> tuple[list[str], list[Change]]:
    """Judge a class and return what could not be graded, and what marks would change.

    Neither the gradebook nor the table of marks is written. The results are kept, so that
    `autograder.grading.grade.grade` then enters them without judging again.
    """
    with only_grader(settings.root):
        jobs = [job for job in jobs_of(chapters, students, settings)
                if any(job.path.parent.glob("*.ipynb"))]
        progress, problems = Progress(len(jobs)), []
        judged: dict[tuple[str, str], dict[str, dict[str, Score]]] = {}
        for job, problem in results(jobs, settings):
            progress.update(problem)
            problems += [problem] if problem else []
            scores = kept(job.result_path(settings.root)).scores
            judged.setdefault((job.student, job.chapter), {})[job.notebook] = scores
        progress.close()
        with Register(nbgrader_settings(settings.root)) as register:
            return problems, [change for (student, chapter), scores in sorted(judged.items())
                              for change in changes(register.gradebook, chapter, student, scores)]


def changes(gradebook: Gradebook, chapter: str, student: str,
            judged: dict[str, dict[str, Score]]) -> list[Change]:
    """Return what would change for a student, by comparison with the gradebook.

    Parameters
    ----------
    judged
        The new scores by notebook and exercise.
    """
    try:
        submission = gradebook.find_submission(chapter, student)
        known = {(grade.notebook.name, grade.name.removeprefix("check_")): grade
                 for notebook in submission.notebooks for grade in notebook.grades}
    except MissingEntry:
        known = {}
    found = []
    for notebook, scores in judged.items():
        for name, score in scores.items():
            grade = known.get((notebook, name))
            before = grade.auto_score if grade else None
            if before != score.total:
                found.append(Change(student, notebook, name, before, score.total,
                                    grade.manual_score if grade else None, score.reason))
    return found


def write_changes(path: Path, found: Iterable[Change]) -> None:
    """Write changes as a table."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Change)])
        writer.writeheader()
        writer.writerows(map(asdict, found))
