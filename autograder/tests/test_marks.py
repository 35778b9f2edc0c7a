"""Late penalties, extra credit, dropped exercises: nbgrader's own, and they survive our grader."""

import pytest

from autograder.grading.entry import Register
from autograder.grading.marks import NotExported, read_marks
from autograder.grading.nbgrader_step import nbgrader_settings
from marked import enter

PLUGIN = '''
from nbgrader.plugins import LateSubmissionPlugin

class TenADay(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 10 * (1 + total_seconds_late // 86400)

c.AssignLatePenalties.plugin_class = TenADay
'''


def read(course):
    with Register(nbgrader_settings(course)) as register:
        return read_marks(register.gradebook, "pooling")


def due(course):
    with Register(nbgrader_settings(course)) as register:
        register.gradebook.update_or_create_assignment("pooling", duedate="2026-11-21 23:00:00")


def test_a_mark_has_its_time_and_its_points(own_course):
    enter(own_course, "ada", [("max_pool2d", "padding")], "2026-11-21 10:00:00 UTC")
    with Register(nbgrader_settings(own_course)) as register:
        register.gradebook.add_student("bela")
    marks, most = read(own_course)
    assert most == 130
    assert (marks["ada"].score, marks["ada"].submitted) == (128, "2026-11-21 10:00:00")
    assert (marks["bela"].score, marks["bela"].submitted) == (None, "")


def test_a_late_penalty_of_ones_own_is_taken_off_each_notebook(own_course):
    with (own_course / "nbgrader_config.py").open("a") as file:
        file.write(PLUGIN)
    due(own_course)
    enter(own_course, "ada", stamp="2026-11-23 01:00:00 UTC")
    enter(own_course, "bela", stamp="2026-11-21 22:00:00 UTC")
    marks, _ = read(own_course)
    assert (marks["ada"].raw, marks["ada"].penalty, marks["ada"].score) == (130, 40, 90)
    assert (marks["bela"].penalty, marks["bela"].score) == (0, 130)


def test_extra_credit_survives_a_second_grading(own_course):
    enter(own_course, "ada", [("max_pool2d", "padding")])
    with Register(nbgrader_settings(own_course)) as register:
        grade = register.gradebook.find_grade("check_max_pool2d", "pooling_numpy", "pooling", "ada")
        grade.extra_credit = 5
        register.gradebook.db.commit()
    assert read(own_course)[0]["ada"].score == 133
    enter(own_course, "ada")
    assert read(own_course)[0]["ada"].score == 135


def test_an_exercise_dropped_by_giving_its_points_to_all_survives_a_second_grading(own_course):
    students = {"ada": [], "bela": [("max_pool2d", "padding"), ("max_pool2d", "values")]}
    for student, lost in students.items():
        enter(own_course, student, lost)
    with Register(nbgrader_settings(own_course)) as register:
        for student in students:
            grade = register.gradebook.find_grade(
                "check_max_pool2d", "pooling_numpy", "pooling", student)
            grade.manual_score = grade.max_score
        register.gradebook.db.commit()
    for student, lost in students.items():
        enter(own_course, student, lost)
    assert {student: mark.score for student, mark in read(own_course)[0].items()} == {
        "ada": 130, "bela": 130}


def test_a_chapter_that_was_never_graded_is_said(own_course):
    with Register(nbgrader_settings(own_course)) as register, \
            pytest.raises(NotExported, match="kernel_size is not in the gradebook"):
        read_marks(register.gradebook, "kernel_size")
