"""Enter marks in a course's gradebook without judging anything."""

from autograder.cases import exercises
from autograder.checks import pooling_numpy, pooling_torch
from autograder.grading.entry import Register
from autograder.grading.kept import keep
from autograder.grading.nbgrader_step import nbgrader_settings
from autograder.grading.score import Score
from autograder.grading.task import Result
from autograder.paths import chapter_of

CHECKS = {"pooling_numpy": pooling_numpy, "pooling_torch": pooling_torch}


def scores(notebook, lost=()):
    """Full marks, less the points of properties given as ``(exercise, property)``."""
    found = {}
    for name, exercise in exercises(CHECKS[notebook]).items():
        faults = {part: f"{part} is wrong <b>" for one, part in lost if one == name}
        earned = {part: 0 if part in faults else points
                  for part, points in exercise.points.items()}
        found[name] = Score(name, earned, exercise.points, faults)
    return found


def enter(course, student, lost=(), stamp=""):
    """Keep and enter the results of a student who lost properties of pooling_numpy."""
    folder = course / "build" / "submitted" / student / "pooling"
    folder.mkdir(parents=True, exist_ok=True)
    if stamp:
        (folder / "timestamp.txt").write_text(stamp)
    results = {}
    for notebook in CHECKS:
        found = scores(notebook, lost if notebook == "pooling_numpy" else ())
        marks = {f"check_{name}": score.total for name, score in found.items()}
        results[notebook] = Result(found, "{}", marks, {}, seconds=0.25 + len(lost))
        path = course / "build/judged" / student / chapter_of(notebook) / f"{notebook}.json"
        keep(path, 64 * "0", results[notebook].dumps())
    with Register(nbgrader_settings(course)) as register:
        register.enter(student, "pooling", folder, results)
