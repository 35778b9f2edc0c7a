"""What students earned in a chapter, read from nbgrader's gradebook.

A mark is nbgrader's: points by the judge or by hand, with extra credit, less the late penalty.
"""

from __future__ import annotations

from dataclasses import dataclass

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment


class NotExported(Exception):
    """There are no marks to show, or no place for them; the message says why."""


@dataclass(frozen=True)
class Mark:
    """What a student earned in a chapter.

    Attributes
    ----------
    submitted
        When, in UTC; empty if it is not known or nothing was handed in.
    raw, penalty, score
        Points with extra credit, the penalty for lateness, and the one less the other; None:
        nothing was handed in.
    waits
        Whether nbgrader wants a person to look at it, for a mark by hand is missing or was given
        before the judge's was made again.
    """

    student: str
    submitted: str
    raw: float | None
    penalty: float | None
    score: float | None
    waits: bool


def read_marks(gradebook: Gradebook, chapter: str) -> tuple[dict[str, Mark], float]:
    """Return everybody's marks, by student in order, and the points to be earned.

    Raises
    ------
    NotExported
        If the gradebook does not know the chapter.
    """
    try:
        assignment = gradebook.find_assignment(chapter)
    except MissingEntry:
        raise NotExported(f"{chapter} is not in the gradebook: autograder grade {chapter} first"
                          ) from None
    marks = {name: Mark(name, "", None, None, None, False)
             for name in sorted(student.id for student in gradebook.students)}
    marks |= {one.student_id: _mark(one) for one in assignment.submissions}
    return marks, assignment.max_score


def _mark(submission: SubmittedAssignment) -> Mark:
    penalty = submission.late_submission_penalty or 0
    return Mark(submission.student_id, str(submission.timestamp or ""), submission.score, penalty,
                max(0, submission.score - penalty), submission.needs_manual_grade)
