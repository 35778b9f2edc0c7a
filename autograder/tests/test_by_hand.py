"""The free answer: released, handed in, marked by a person, and never lost again."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.grading.intake import take_in
from autograder.grading.release import release, source_notebook
from autograder.paths import exercise_path
from classroom import run, table

CHAPTER, NOTEBOOK, ANSWER = "without_pooling", "without_pooling_torch", "free_answer"
GRADE = ("autograder", "grade", CHAPTER, "--device", "cpu", "--workers", "1")


@pytest.fixture(scope="module")
def released(root):
    return nbformat.read(exercise_path(NOTEBOOK, root), as_version=4)


def cell_of(nb, name=ANSWER):
    return next(cell for cell in nb.cells if cell.id == name)


def hand_in(course, student, text):
    """Hand in the released notebook with a free answer, and nothing else."""
    nb = nbformat.read(exercise_path(NOTEBOOK, course), as_version=4)
    cell_of(nb).source = text
    path = course / "build" / "submitted" / student / CHAPTER / f"{NOTEBOOK}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb, path)
    return path


@pytest.fixture(scope="module")
def handed_in(root, tmp_path_factory):
    """A course with a free answer, an untouched one, an emptied one and a damaged notebook."""
    course = tmp_path_factory.mktemp("by hand") / "a course"
    shutil.copytree(root / "solutions", course / "solutions",
                    ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("_config.yml", "nbgrader_config.py"):
        shutil.copy(root / name, course)
    release(CHAPTER, course)
    untouched = cell_of(nbformat.read(exercise_path(NOTEBOOK, course), as_version=4)).source
    for student, text in (("ada", "Pooling is needed: no."), ("bela", untouched), ("chen", "")):
        hand_in(course, student, text)
    hand_in(course, "dana", "x").write_text("{")
    return course


@pytest.fixture(scope="module")
def graded(handed_in, tmp_path_factory):
    course = shutil.copytree(handed_in, tmp_path_factory.mktemp("graded") / "a course")
    done = run(course, *GRADE)
    assert done.returncode == 0, done.stderr
    return course


def grades(course):
    """What the gradebook says of the free answers: judge's mark, a person's, whether to look."""
    with Gradebook(f"sqlite:///{course / 'build' / 'gradebook.db'}", "cnn-layers") as gradebook:
        found = {}
        for submission in gradebook.assignment_submissions(CHAPTER):
            grade = gradebook.find_grade(ANSWER, NOTEBOOK, CHAPTER, submission.student.id)
            comment = gradebook.find_comment(ANSWER, NOTEBOOK, CHAPTER, submission.student.id)
            found[submission.student.id] = (
                grade.auto_score, grade.manual_score, grade.needs_manual_grade, comment.comment)
        return found


def mark(course, student, points, words):
    """Mark a free answer, as the formgrader does."""
    with Gradebook(f"sqlite:///{course / 'build' / 'gradebook.db'}", "cnn-layers") as gradebook:
        grade = gradebook.find_grade(ANSWER, NOTEBOOK, CHAPTER, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        comment = gradebook.find_comment(ANSWER, NOTEBOOK, CHAPTER, student)
        comment.manual_comment = words
        gradebook.db.commit()


def rows(course):
    return {row["student"]: (row["points"], row["max_points"], row["reason"])
            for row in table(course) if row["exercise"] == ANSWER}


def test_the_cell_is_released_for_a_person_to_mark_without_the_courses_answer(released):
    cell = cell_of(released)
    metadata = cell.metadata.nbgrader
    assert cell.cell_type == "markdown" and cell.source == "YOUR ANSWER HERE"
    assert (metadata.grade, metadata.solution, metadata.locked, metadata.points) == (
        True, True, False, 10)
    assert "14,978" not in json.dumps(released)


def test_the_rubric_above_it_adds_up_to_its_points(root):
    cells = source_notebook(NOTEBOOK, root).cells
    position = next(i for i, cell in enumerate(cells) if cell.id == ANSWER)
    points = [line.split("|")[1].strip() for line in cells[position - 1].source.splitlines()
              if line.startswith("|")]
    assert sum(int(one) for one in points if one.isdigit()) == cells[
        position].metadata.nbgrader.points


def test_an_answer_waits_for_its_mark_and_an_untouched_one_gets_none(graded):
    assert grades(graded) == {
        "ada": (None, None, True, None), "bela": (0, None, False, "No response."),
        "chen": (None, None, True, None), "dana": (0, None, False, "No response.")}


def test_the_table_says_what_is_to_be_marked(graded):
    found = rows(graded)
    waiting = ("0", "10", "answer: to be marked by hand")
    assert (found["ada"], found["chen"]) == (waiting, waiting)
    assert found["bela"] == ("0", "10", "answer: not answered")
    assert found["dana"][:2] == ("0", "10") and "damaged or only a part" in found["dana"][2]


def test_stock_nbgrader_enters_the_same(handed_in, graded, tmp_path):
    course = shutil.copytree(handed_in, tmp_path / "a course")
    done = run(course, "nbgrader", "autograde", CHAPTER, "--Judge.device=cpu")
    assert done.returncode == 0, done.stderr[-2000:]
    assert grades(course) == grades(graded)


def test_a_mark_and_a_comment_stay_whatever_is_graded_again(graded, tmp_path):
    course = shutil.copytree(graded, tmp_path / "a course")
    mark(course, "ada", 7.5, "What about chance?")
    for again in ((), ("--regrade",)):
        assert run(course, *GRADE, *again).returncode == 0
        assert grades(course)["ada"] == (None, 7.5, False, "What about chance?")
        assert rows(course)["ada"] == ("7.5", "10", "answer: marked by hand")
    hand_in(course, "ada", "It is not needed, and here is why.")
    assert run(course, *GRADE).returncode == 0
    assert grades(course)["ada"] == (None, 7.5, True, "What about chance?")
    mark(course, "ada", 10, "Good.")
    assert run(course, *GRADE).returncode == 0
    assert rows(course)["ada"] == ("10", "10", "")


def test_markup_in_an_answer_is_shown_in_lines_of_bearable_length_and_not_obeyed(root, tmp_path):
    path = tmp_path / CHAPTER / f"{NOTEBOOK}.ipynb"
    path.parent.mkdir()
    nb = nbformat.read(exercise_path(NOTEBOOK, root), as_version=4)
    cell_of(nb).source = "<script>alert(1)</script>\n```\n" + 50 * "so many words "
    nbformat.write(nb, path)
    lines = cell_of(take_in(path, root)).source.splitlines()
    assert lines[0] == "````text" and lines[-1] == "````"
    assert lines[1:3] == ["<script>alert(1)</script>", "```"]
    assert max(map(len, lines)) <= 90 and " ".join(lines).count("so many words") == 50


def test_the_graded_notebook_keeps_the_answer(graded):
    path = Path("build/autograded/ada", CHAPTER, f"{NOTEBOOK}.ipynb")
    assert "Pooling is needed: no." in cell_of(nbformat.read(graded / path, 4)).source
