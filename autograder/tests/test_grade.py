"""The sample class, graded by ``autograder grade`` and by stock ``nbgrader autograde``."""

import csv
import shutil

import nbformat
import pytest

from autograder.grading.class_report import read_results
from autograder.grading.sample_class import make, read_class
from classroom import gradebook_marks, marks_of, run, table


@pytest.fixture(scope="module")
def sample(root):
    return read_class(root)


@pytest.fixture(scope="module")
def graded(root, course, tmp_path_factory):
    """A course with its sample class graded by our own command."""
    course = shutil.copytree(course, tmp_path_factory.mktemp("graded") / "a course")
    make(root, course / "build" / "submitted")
    done = run(course, "autograder", "grade", "pooling", "--workers", "2", "--device", "cpu")
    assert done.returncode == 0, done.stderr
    return course, done


def test_everybody_gets_the_marks_that_the_sample_class_says(graded, sample):
    marks = marks_of(table(graded[0]))
    said = {(student, notebook): float(entry["marks"].get(notebook, 0))
            for student, entry in sample.items() for notebook in ("pooling_numpy", "pooling_torch")}
    assert marks == said


def test_the_gradebook_has_the_same_marks(graded):
    course, _ = graded
    assert gradebook_marks(course) == marks_of(table(course))


def test_missing_points_have_a_reason_and_full_ones_have_none(graded):
    for row in table(graded[0]):
        assert bool(row["reason"]) == (float(row["points"]) < float(row["max_points"])), row


@pytest.mark.parametrize(("student", "exercise", "words"), [
    ("chen", "max_pool2d", "Pad with -inf"), ("emil", "max_pool2d", "not answered"),
    ("fay", "avg_pool2d", "its cell raised SyntaxError"),
    ("fay", "avg_pool2d_backward", "does not define avg_pool2d_backward"),
    ("gus", "max_pool2d", "took longer than 10 seconds"), ("gus", "roi_max_pool", "got list"),
    ("gus", "SpatialPyramidPool", "ended the Python process"),
    ("hana", "GeMPool2d", "damaged or only a part"), ("jo", "GeMPool2d", "was not handed in")])
def test_the_reason_is_one_that_a_learner_understands(graded, student, exercise, words):
    rows = [row for row in table(graded[0])
            if row["student"] == student and row["exercise"] == exercise]
    assert words in rows[0]["reason"]


def test_the_command_prints_a_table_and_shows_progress(graded):
    _, done = graded
    assert "ada" in done.stdout and "70/70" in done.stdout and "judging" in done.stderr


def test_the_graded_cell_shows_the_judges_table(graded):
    nb = nbformat.read(graded[0] / "build/autograded/chen/pooling/pooling_numpy.ipynb", 4)
    cell = next(one for one in nb.cells if one.id == "check_max_pool2d")
    assert "✗ padding" in cell.outputs[0].text and "✓ values" in cell.outputs[0].text
    assert cell.outputs[1].data["text/plain"] == "8"


def test_how_long_judging_took_is_kept(graded):
    took = {student: read_results(student, "pooling", graded[0])["pooling_numpy"].seconds
            for student in ("ada", "gus", "jo")}
    assert 0 <= took["jo"] < took["ada"] < 10 < took["gus"]  # Nothing, right, never ending.


def test_what_a_learners_cell_printed_is_kept(graded):
    nb = nbformat.read(graded[0] / "build/autograded/bela/pooling/pooling_numpy.ipynb", 4)
    cell = next(one for one in nb.cells if one.id == "max_pool2d")
    assert "pooling (1, 1, 4, 4) to (2, 2)" in str(cell.outputs)
    assert "this is slow" in str(cell.outputs)


def test_a_second_run_with_the_same_seed_gives_the_same_table(graded):
    course, _ = graded
    before = table(course)
    done = run(course, "autograder", "grade", "pooling", "--students", "chen", "ada", "--csv",
               "again.csv", "--device", "cpu")
    assert done.returncode == 0
    with (course / "again.csv").open(newline="") as file:
        again = list(csv.DictReader(file))
    assert again == [r for s in ("chen", "ada") for r in before if r["student"] == s]


def test_stock_nbgrader_gives_the_same_marks(root, graded, own_course):
    course, _ = graded
    make(root, own_course / "build" / "submitted")
    (own_course / "build" / "secret").write_bytes((course / "build" / "secret").read_bytes())
    done = run(own_course, "nbgrader", "autograde", "pooling", "--Judge.device=cpu")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Autograding" in done.stderr and "Skipping existing" not in done.stderr
    assert gradebook_marks(own_course) == gradebook_marks(course)
    done = run(own_course, "nbgrader", "export")
    assert done.returncode == 0 and "ada" in (own_course / "grades.csv").read_text()


def test_feedback_shows_the_judges_words(graded):
    course, _ = graded
    done = run(course, "nbgrader", "generate_feedback", "pooling", "--student", "chen")
    assert done.returncode == 0, done.stderr[-2000:]
    page = (course / "build/feedback/chen/pooling/pooling_numpy.html").read_text()
    assert "Pad with -inf" in page


def test_without_the_sandbox_the_marks_are_the_same_and_the_warning_is_loud(graded):
    course, _ = graded
    done = run(course, "autograder", "grade", "pooling", "--students", "chen", "gus", "--csv",
               "bare.csv", "--device", "cpu", "--no-sandbox")
    assert done.returncode == 0 and "WARNING: learners' code runs with your rights" in done.stderr
    with (course / "bare.csv").open(newline="") as file:
        bare = marks_of(csv.DictReader(file))
    assert bare == {key: marks for key, marks in marks_of(table(course)).items() if key in bare}
