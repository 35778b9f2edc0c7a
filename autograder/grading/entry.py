"""The one writer of nbgrader's gradebook and of the graded notebooks.

It does what the last steps of ``nbgrader autograde`` do, through the same `Gradebook`, but opens it
once for a class instead of seven times for a notebook.
"""

from __future__ import annotations

import warnings
from pathlib import Path

from nbformat.v4 import new_notebook
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from autograder.grading.kept import read, write
from autograder.grading.task import Result


class Register:
    """The gradebook, open for a class; to be closed like a file.

    Parameters
    ----------
    config
        nbgrader's settings of the course.
    """

    def __init__(self, config: Config) -> None:
        # nbgrader 0.9.6 with SQLAlchemy 2.1 warns of its own queries.
        warnings.filterwarnings("ignore", category=SAWarning)
        self.config = config
        self.course = CourseDirectory(config=config)
        self.gradebook = Gradebook(self.course.db_url, self.course.course_id)

    def __enter__(self) -> Register:
        return self

    def __exit__(self, *error: object) -> None:
        self.gradebook.close()

    def enter(self, student: str, chapter: str, handed_in: Path,
              results: dict[str, Result]) -> None:
        """Enter a student's marks of a chapter and write the graded notebooks.

        Parameters
        ----------
        handed_in
            The folder of the submission, where ``timestamp.txt`` says when it came.
        results
            By notebook.
        """
        self.gradebook.update_or_create_student(student)
        timestamp = self.course.get_existing_timestamp(str(handed_in))
        when = {"timestamp": timestamp} if timestamp else {}
        submission = self.gradebook.update_or_create_submission(chapter, student, **when)
        place = Path(self.course.format_path(self.course.autograded_directory, student, chapter))
        changed = {notebook for notebook, result in results.items()
                   if read(place / f"{notebook}.ipynb") != result.text.encode()}
        self._marks(submission, results, changed)
        self._comments(submission, results)
        self.gradebook.db.commit()
        if submission.total_seconds_late > 0 or any(
                notebook.late_submission_penalty for notebook in submission.notebooks):
            self._penalties(student, chapter, results)
        self.gradebook.db.remove()
        for notebook, result in results.items():
            mode = 0o664 if self.course.groupshared else 0o444
            write(place / f"{notebook}.ipynb", result.text.encode(), mode)

    def by_hand(self) -> dict[tuple[str, str, str], float]:
        """Return the marks that people gave, by student, notebook and cell."""
        return {(grade.student.id, grade.notebook.name, grade.name): grade.manual_score
                for grade in self.gradebook.db.query(Grade) if grade.manual_score is not None}

    def _marks(self, submission: SubmittedAssignment, results: dict[str, Result],
               changed: set[str]) -> None:
        for grade, cell, notebook in self._rows(Grade, submission):
            if notebook in results and cell in results[notebook].marks:
                grade.auto_score = results[notebook].marks[cell]
                # As nbgrader has it: a mark by hand is to be looked at again, but here only if
                # the graded notebook is not the one that it was given for.
                grade.needs_manual_grade = (grade.auto_score is None if grade.manual_score is None
                                            else grade.needs_manual_grade or notebook in changed)

    def _comments(self, submission: SubmittedAssignment, results: dict[str, Result]) -> None:
        for comment, cell, notebook in self._rows(Comment, submission):
            if notebook in results and cell in results[notebook].comments:
                comment.auto_comment = results[notebook].comments[cell]

    def _rows(self, kind: type, submission: SubmittedAssignment) -> list:
        """Return a submission's grades or comments with the names of cell and notebook."""
        return (self.gradebook.db.query(kind, BaseCell.name, Notebook.name)
                .join(BaseCell, kind.cell_id == BaseCell.id)
                .join(SubmittedNotebook, kind.notebook_id == SubmittedNotebook.id)
                .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
                .filter(SubmittedNotebook.assignment_id == submission.id).all())

    def _penalties(self, student: str, chapter: str, results: dict[str, Result]) -> None:
        """Let nbgrader's own step, and the instructor's plugin in it, decide about lateness."""
        for notebook in results:
            names = {"student": student, "assignment": chapter, "notebook": notebook,
                     "db_url": self.course.db_url}
            AssignLatePenalties(config=self.config).preprocess(new_notebook(), {"nbgrader": names})
