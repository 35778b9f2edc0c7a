"""The gradebook after our own writer and after nbgrader's own steps: the same, row by row."""

import os
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Comment, Grade, Gradebook

from autograder.cases import exercises
from autograder.checks import pooling_numpy
from autograder.grading.entry import Register
from autograder.grading.intake import take_in
from autograder.grading.nbgrader_step import course_config
from autograder.grading.score import Score
from autograder.grading.task import result
from autograder.grading.verdict import Verdict
from classroom import run

LATE = "2030-01-02 10:00:00 UTC"


@pytest.fixture
def handed_in(root, own_course, numpy_source):
    """A course in which ada handed in one notebook."""
    folder = own_course / "build" / "submitted" / "ada" / "pooling"
    folder.mkdir(parents=True)
    nbformat.write(numpy_source, folder / "pooling_numpy.ipynb")
    return own_course, folder


def results(folder, root, points=1):
    """Results in which every exercise earned ``points``."""
    scores = {name: Score(name, {"values": points}, {"values": 10}, {"values": "no"})
              for name in exercises(pooling_numpy)}
    nb = take_in(folder / "pooling_numpy.ipynb", root)
    return {"pooling_numpy": result(nb, Verdict(scores, {}))}


def rows(course):
    """All grades and comments, without the ids."""
    with Gradebook(f"sqlite:///{course / 'build' / 'gradebook.db'}", "cnn-layers") as gradebook:
        grades = [(one.student.id, one.notebook.name, one.name, one.auto_score, one.manual_score,
                   one.needs_manual_grade) for one in gradebook.db.query(Grade)]
        comments = [(one.student.id, one.notebook.name, one.name, one.auto_comment)
                    for one in gradebook.db.query(Comment)]
        return sorted(map(str, grades)), sorted(map(str, comments))


def test_every_row_is_as_nbgrader_would_write_it(root, handed_in, tmp_path):
    course, _ = handed_in
    twin = shutil.copytree(course, tmp_path / "twin")
    (course / "build" / "secret").write_bytes(b"s" * 32)
    (twin / "build" / "secret").write_bytes(b"s" * 32)
    ours = run(course, "autograder", "grade", "pooling", "--device", "cpu", "--workers", "1")
    assert ours.returncode == 0, ours.stderr
    stock = run(twin, "nbgrader", "autograde", "pooling", "--Judge.device=cpu")
    assert stock.returncode == 0, stock.stderr
    assert rows(course) == rows(twin)
    place = Path("build/autograded/ada/pooling/pooling_numpy.ipynb")
    mine, theirs = (nbformat.read(folder / place, 4) for folder in (course, twin))
    assert [cell.get("outputs") for cell in mine.cells] == [
        cell.get("outputs") for cell in theirs.cells]
    assert (course / place).stat().st_mode == (twin / place).stat().st_mode


def test_a_mark_by_hand_stays_and_is_to_be_looked_at_again(root, handed_in):
    course, folder = handed_in
    with Register(course_config(course)) as register:
        register.enter("ada", "pooling", folder, results(folder, course))
        grade = register.gradebook.find_grade("check_max_pool2d", "pooling_numpy", "pooling", "ada")
        assert (grade.auto_score, grade.needs_manual_grade) == (1, False)
        grade.manual_score = 5
        register.gradebook.db.commit()
        register.enter("ada", "pooling", folder, results(folder, course, 2))
        grade = register.gradebook.find_grade("check_max_pool2d", "pooling_numpy", "pooling", "ada")
        assert (grade.auto_score, grade.score, grade.needs_manual_grade) == (2, 5, True)


def test_a_late_submission_gets_the_penalty_of_nbgraders_own_plugin(handed_in):
    course, folder = handed_in
    (folder / "timestamp.txt").write_text(LATE)
    config = course_config(course)
    config.LateSubmissionPlugin.penalty_method = "zero"
    with Register(config) as register:
        register.gradebook.update_or_create_assignment("pooling", duedate="2030-01-01")
        register.enter("ada", "pooling", folder, results(folder, course))
        assert penalty(register) == 7
        (folder / "timestamp.txt").write_text("2029-12-31 10:00:00 UTC")
        register.enter("ada", "pooling", folder, results(folder, course))
        assert not penalty(register)


def penalty(register):
    found = register.gradebook.find_submission_notebook("pooling_numpy", "pooling", "ada")
    return found.late_submission_penalty


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    """The address of a PostgreSQL server of our own, if one is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    pytest.importorskip("psycopg", reason="no driver: pip install 'psycopg[binary]'")
    folder = tmp_path_factory.mktemp("postgres")
    folder.chmod(0o777)
    for parent in folder.parents[:-2]:
        parent.chmod(parent.stat().st_mode | 0o055)
    # PostgreSQL refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    data, tools = folder / "data", found[-1].parent

    def tool(*words):
        subprocess.run([*user, *map(str, words)], check=True, cwd=folder, capture_output=True)

    tool(found[-1], "-D", data, "-U", "course", "--auth=trust")
    tool(tools / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o",
         f"-c listen_addresses= -c unix_socket_directories={folder}", "start")
    tool(tools / "createdb", "-h", folder, "-U", "course", "grades")
    yield f"postgresql+psycopg://course@/grades?host={folder}"
    tool(tools / "pg_ctl", "-D", data, "-m", "immediate", "stop")


def test_a_gradebook_in_postgresql_gets_the_same_marks(handed_in, postgres):
    course, _ = handed_in
    with (course / "nbgrader_config.py").open("a") as file:
        file.write(f'\nc.CourseDirectory.db_url = "{postgres}"\n')
    done = run(course, "autograder", "grade", "pooling", "--device", "cpu", "--workers", "1")
    assert done.returncode == 0, done.stderr
    with Gradebook(postgres, "cnn-layers") as gradebook:
        assert gradebook.find_submission("pooling", "ada").score == 70
