"""Grading that is interrupted goes on where it was, and two graders do not meet."""

import os
import shutil
import signal
import subprocess
import time

import pytest

from autograder.grading.sample_class import make
from classroom import TOOLS, gradebook_marks, marks_of, run, table

STUDENTS = ("ada", "bela", "chen", "ivan")
GRADE = ("autograder", "grade", "pooling", "--device", "cpu", "--students", *STUDENTS)


@pytest.fixture(scope="module")
def killed(root, course, tmp_path_factory):
    """A course whose grading was killed in the middle, and the results that were there then."""
    course = shutil.copytree(course, tmp_path_factory.mktemp("killed") / "a course")
    make(root, course / "build" / "submitted")
    command = [str(TOOLS / GRADE[0]), *GRADE[1:], "--workers", "2"]
    process = subprocess.Popen(command, cwd=course, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 120
    while len(results(course)) < 3 and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGSTOP)  # So that it is not done before the other one is up.
    other = run(course, *GRADE)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return course, results(course), other


def results(course):
    """When each kept result was written."""
    return {path: path.stat().st_mtime_ns for path in course.glob("build/judged/*/*/*.json")}


def test_a_second_grader_is_refused_and_told_who_grades(killed):
    _, _, other = killed
    assert other.returncode == 2
    assert "this course is being graded: by " in other.stderr and ", process " in other.stderr


def test_after_a_kill_the_same_command_goes_on_and_judges_nothing_twice(killed):
    course, before, _ = killed
    assert 3 <= len(before) < 8
    done = run(course, *GRADE)
    assert done.returncode == 0, done.stderr
    after = results(course)
    assert len(after) == 8
    assert {path: after[path] for path in before} == before
    assert marks_of(table(course)) == {
        (student, f"pooling_{kind}"): marks for student in STUDENTS
        for kind, marks in (("numpy", 64 if student == "chen" else 70), ("torch", 60))}
    assert gradebook_marks(course) == marks_of(table(course))


def test_no_process_of_a_killed_grader_stays(killed):
    course, _, _ = killed
    end = time.monotonic() + 30
    while left(course) and time.monotonic() < end:
        time.sleep(0.2)
    assert left(course) == []


def left(course):
    """Processes that work in a course's folder."""
    found = []
    for process in os.listdir("/proc"):
        try:
            if process.isdigit() and os.readlink(f"/proc/{process}/cwd").startswith(str(course)):
                found.append(process)
        except OSError:
            continue
    return found


def test_only_a_changed_submission_is_judged_again_unless_all_are_asked_for(killed):
    course, _, _ = killed
    run(course, *GRADE)
    before = results(course)
    notebook = course / "build/submitted/ada/pooling/pooling_numpy.ipynb"
    notebook.write_text(notebook.read_text().replace("-np.inf", "0"))
    assert run(course, *GRADE).returncode == 0
    after = results(course)
    assert [path.parts[-3:] for path in after if after[path] != before[path]] == [
        ("ada", "pooling", "pooling_numpy.json")]
    assert marks_of(table(course))["ada", "pooling_numpy"] < 70
    assert gradebook_marks(course) == marks_of(table(course))
    assert run(course, *GRADE, "--seed", "1", "--students", "bela").returncode == 0
    assert run(course, *GRADE, "--regrade").returncode == 0
    assert all(results(course)[path] != time for path, time in after.items())


def heed_ctrl_c():
    """For a program that is started where Ctrl-C is ignored, as in the background of a shell."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_ctrl_c_says_how_to_go_on(killed):
    course, _, _ = killed
    command = [str(TOOLS / GRADE[0]), *GRADE[1:], "--regrade", "--workers", "2"]
    process = subprocess.Popen(command, cwd=course, stderr=subprocess.PIPE, text=True,
                               env=os.environ | {"PYTHONWARNINGS": "ignore"},
                               start_new_session=True, preexec_fn=heed_ctrl_c)
    before, end = results(course), time.monotonic() + 120
    while results(course) == before and time.monotonic() < end:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "stopped; the same command goes on where it was" in said and "Traceback" not in said
