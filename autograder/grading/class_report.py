"""The report on a class in a chapter, as a page: how exercises went, not who anybody is."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from autograder.grading.entry import Register
from autograder.grading.items import ENOUGH, SHARES, items, misses
from autograder.grading.kept import kept
from autograder.grading.marks import read_marks
from autograder.grading.nbgrader_step import nbgrader_settings
from autograder.grading.pages import write_page
from autograder.grading.task import Result
from autograder.paths import notebooks

#: Properties in the list of what is missed most.
MISSES = 20
#: When submissions came, before the due date.
TIMES = (("late", timedelta(0)), ("on the last day", timedelta(days=1)),
         ("in the last week", timedelta(days=7)), ("earlier", timedelta.max))


def write_report(chapter: str, root: Path, file: Path, anonymous: bool = False) -> int:
    """Write the report and return of how many submissions it tells.

    Parameters
    ----------
    anonymous
        Whether to leave out the table of submissions, so that no id is in the page.
    """
    with Register(nbgrader_settings(root)) as register:
        marks, most = read_marks(register.gradebook, chapter)
        due = register.gradebook.find_assignment(chapter).duedate
    handed_in = [mark for mark in marks.values() if mark.score is not None]
    judged = [found for mark in handed_in if (found := read_results(mark.student, chapter, root))]
    scores = [{(notebook, name): score for notebook, one in results.items()
               for name, score in one.scores.items()} for results in judged]
    write_page(
        file, "class_report.html", title=f"{chapter}: the class", anonymous=anonymous,
        submissions=handed_in, judged=len(scores), most=most, items=items(scores), shares=SHARES,
        misses=misses(scores)[:MISSES], times=times([mark.submitted for mark in handed_in], due),
        seconds=seconds(judged), due=due, enough=ENOUGH)
    return len(handed_in)


def read_results(student: str, chapter: str, root: Path) -> dict[str, Result]:
    """Return what came of a student's notebooks, by name; nothing if they were not judged here."""
    found = {notebook: kept(root / "build" / "judged" / student / chapter / f"{notebook}.json")
             for notebook in notebooks(chapter, root)}
    return {} if None in found.values() else found


def seconds(judged: list[dict[str, Result]]) -> dict[str, tuple[float, float]]:
    """Return how long judging took, by notebook: the median and the longest."""
    taken = {notebook: [results[notebook].seconds for results in judged]
             for notebook in (judged[0] if judged else ())}
    return {notebook: (median(times), max(times)) for notebook, times in taken.items()}


def times(submitted: list[str], due: datetime | None) -> dict[str, int]:
    """Return how many submissions came when, as seen from the due date.

    Parameters
    ----------
    submitted
        Times in UTC; empty where it is not known.
    """
    counts = {name: 0 for name, _ in reversed(TIMES)} | {"time not known": 0}
    for text in submitted:
        before = due - datetime.fromisoformat(text) if text and due else None
        name = "time not known" if before is None else next(
            name for name, most in TIMES if before < most or name == "earlier")
        counts[name] += 1
    return counts
