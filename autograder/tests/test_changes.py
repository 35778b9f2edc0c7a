"""After a mistake in the course was mended: which marks would change, before they are written."""

import csv

import nbformat
import pytest

from autograder.grading.changes import Change, changes
from autograder.grading.entry import Register
from autograder.grading.nbgrader_step import nbgrader_settings
from autograder.grading.release import ReleaseFailed, release
from classroom import gradebook_marks, marks_of, run, table
from marked import enter, scores

GRADE = ("autograder", "grade", "pooling", "--workers", "1", "--device", "cpu")


def compared(course, student, judged):
    with Register(nbgrader_settings(course)) as register:
        return changes(register.gradebook, "pooling", student, {"pooling_numpy": judged})


def test_only_marks_that_differ_are_listed_with_those_by_hand(own_course):
    enter(own_course, "ada", [("max_pool2d", "padding"), ("avg_pool2d", "padding")])
    with Register(nbgrader_settings(own_course)) as register:
        grade = register.gradebook.find_grade("check_avg_pool2d", "pooling_numpy", "pooling", "ada")
        grade.manual_score = 9
        register.gradebook.db.commit()
    assert compared(own_course, "ada", scores("pooling_numpy")) == [
        Change("ada", "pooling_numpy", "max_pool2d", 8, 10, None, ""),
        Change("ada", "pooling_numpy", "avg_pool2d", 8, 10, 9, "")]
    assert str(compared(own_course, "ada", scores("pooling_numpy"))[1]) == (
        "ada  pooling_numpy.avg_pool2d  8 -> 10 (by hand: 9, which stays)")


def test_who_has_no_marks_yet_would_get_all_of_them(own_course):
    found = compared(own_course, "bela", scores("pooling_numpy"))
    assert len(found) == 7 and str(found[0]) == "bela  pooling_numpy.max_pool2d  no mark -> 10"


@pytest.fixture
def mistaken(own_course, numpy_source):
    """A course whose reference pads with zeros, and a right answer that lost points for it."""
    source = own_course / "solutions/pooling/pooling_numpy.py"
    right = source.read_text()
    assert "-np.inf" in right
    source.write_text(right.replace("-np.inf", "0"))
    folder = own_course / "build/submitted/ada/pooling"
    folder.mkdir(parents=True)
    nbformat.write(numpy_source, folder / "pooling_numpy.ipynb")
    done = run(own_course, *GRADE)
    assert done.returncode == 0, done.stderr
    assert "padding" in (own_course / "build/grades.csv").read_text()
    return own_course, lambda: source.write_text(right)


def test_a_mended_course_shows_the_changed_marks_first_and_writes_them_then(mistaken):
    course, mend = mistaken
    before = gradebook_marks(course)
    mend()
    done = run(course, *GRADE, "--preview")
    assert done.returncode == 0, done.stderr
    assert "ada  pooling_numpy.max_pool2d  8 -> 10" in done.stdout
    assert "none was written" in done.stdout
    with (course / "build/changes.csv").open(newline="") as file:
        assert {row["exercise"] for row in csv.DictReader(file)} >= {"max_pool2d"}
    assert gradebook_marks(course) == before and marks_of(table(course)) == before
    kept = course / "build/judged/ada/pooling/pooling_numpy.json"
    judged = kept.stat().st_mtime_ns
    assert run(course, *GRADE).returncode == 0
    assert gradebook_marks(course)["ada", "pooling_numpy"] == 70
    assert kept.stat().st_mtime_ns == judged


def test_an_exercise_cannot_be_added_or_taken_away_once_there_are_marks(own_course):
    enter(own_course, "ada")
    path = own_course / "solutions/pooling/pooling_numpy.py"
    cells = path.read_text().split("# %%")
    path.write_text("# %%".join(cell for cell in cells if "def roi_max_pool" not in cell))
    before = (own_course / "exercises/pooling/pooling_numpy.ipynb").read_bytes()
    with pytest.raises(ReleaseFailed, match="submissions"):
        release("pooling", own_course)
    assert (own_course / "exercises/pooling/pooling_numpy.ipynb").read_bytes() == before


def test_a_mended_text_can_be_released_when_there_are_marks(own_course):
    enter(own_course, "ada")
    path = own_course / "solutions/pooling/pooling_numpy.py"
    assert "# # " in path.read_text()
    path.write_text(path.read_text().replace("# # ", "# # Mended: ", 1))
    release("pooling", own_course)
    assert "Mended: " in (own_course / "exercises/pooling/pooling_numpy.ipynb").read_text()
    assert gradebook_marks(own_course)["ada", "pooling_numpy"] == 70
