"""Marks as CSV, and in the forms that Canvas and Moodle take up."""

import csv

import pytest

from autograder.cli import main
from autograder.grading.collect import Enrolled
from autograder.grading.entry import Register
from autograder.grading.export import export
from autograder.grading.marks import NotExported
from autograder.grading.nbgrader_step import nbgrader_settings
from marked import enter

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Pooling (77),Essay (78)
    Points Possible,,,,,100.00,10
"Doe, Jane",11,S1,jdoe,Course 1,,9
"Roe, Jim",12,S2,jroe,Course 1,,8
"Moe, Max",13,S3,mmoe,Course 1,55,7
"""
MOODLE = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 901,Jane Doe,jane@uni.example,Submitted for grading,,130.00,Yes,-,-,
Participant 903,Max Moe,max@uni.example,No submission,,130.00,Yes,-,-,
"""
PEOPLE = {"jdoe": Enrolled("jdoe", "11", "Jane Doe", "jane@uni.example", "", ""),
          "jroe": Enrolled("jroe", "12", "Jim Roe", "", "", "")}


@pytest.fixture
def course(own_course):
    """A course in which two students earned marks and another one handed nothing in."""
    enter(own_course, "jdoe", [("max_pool2d", "padding")])
    enter(own_course, "jroe")
    with Register(nbgrader_settings(own_course)) as register:
        for one in PEOPLE.values():
            first, last = one.name.split()
            register.gradebook.update_or_create_student(
                one.student, first_name=first, last_name=last, email=one.email,
                lms_user_id=one.lms_id)
        register.gradebook.add_student("mmoe")
    return own_course


@pytest.fixture
def exported(course, tmp_path):
    """Export marks; give what was said and the rows."""
    def run(form, template="", **options):
        if template:
            (tmp_path / "template.csv").write_text(template)
            options["template"] = tmp_path / "template.csv"
        lines = export("pooling", course, form, tmp_path / "out" / "x.csv", **options)
        with (tmp_path / "out" / "x.csv").open(newline="") as file:
            return lines, list(csv.DictReader(file))
    return run


def participants(course, lms_ids):
    """Say that a chapter's download gave these numbers."""
    table = course / "build/collected/pooling/students.csv"
    table.parent.mkdir(parents=True)
    table.write_text("student,lms_id,name,email,submitted,late\n" + "".join(
        f"{student},{lms_id},,,,\n" for student, lms_id in lms_ids.items()))


def test_the_plain_table_has_everybody(exported):
    lines, rows = exported("csv")
    assert not lines
    assert [(row["student"], row["name"], row["score"], row["max_score"]) for row in rows] == [
        ("jdoe", "Jane Doe", "128", "130"), ("jroe", "Jim Roe", "130", "130"),
        ("mmoe", "", "", "130")]


def test_canvas_gradebook_is_filled_in_and_other_columns_are_left_out(exported):
    lines, rows = exported("canvas", CANVAS)
    assert not lines
    assert list(rows[0]) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section",
                             "Pooling (77)"]
    assert [list(row.values()) for row in rows] == [
        ["    Points Possible", "", "", "", "", "130"],
        ["Doe, Jane", "11", "S1", "jdoe", "Course 1", "128"],
        ["Roe, Jim", "12", "S2", "jroe", "Course 1", "130"],
        ["Moe, Max", "13", "S3", "mmoe", "Course 1", "55"]]


def test_canvas_file_without_a_template_has_the_numbers_of_the_download(exported):
    _, rows = exported("canvas")
    assert [(row["Student"], row["ID"], row["SIS Login ID"], row["pooling"]) for row in rows] == [
        ("    Points Possible", "", "", "130"), ("Jane Doe", "11", "jdoe", "128"),
        ("Jim Roe", "12", "jroe", "130"), ("mmoe", "", "mmoe", "")]


def test_who_has_marks_and_no_row_is_said(exported):
    lines, _ = exported("canvas", CANVAS.replace('"Roe, Jim",12,S2,jroe', '"Poe, Pia",14,S4,ppoe'))
    assert lines == ["jroe: has marks, but no row in the table"]


def test_the_column_of_another_title_can_be_named(exported):
    with pytest.raises(NotExported, match="0 columns that begin with 'pooling'.*Homework 3 .77."):
        exported("canvas", CANVAS.replace("Pooling", "Homework 3"))
    _, rows = exported("canvas", CANVAS.replace("Pooling", "Homework 3"), column="Homework 3 (77)")
    assert rows[1]["Homework 3 (77)"] == "128"


def test_moodles_worksheet_is_filled_in_with_feedback_that_is_no_markup(course, exported):
    participants(course, {"jdoe": "901", "jroe": "902"})
    lines, rows = exported("moodle", MOODLE)
    assert lines == ["jroe: has marks, but no row in the table"]
    assert (rows[0]["Identifier"], rows[0]["Grade"], rows[1]["Grade"]) == (
        "Participant 901", "128", "")
    feedback = rows[0]["Feedback comments"].split("<br>")
    assert feedback[0] == ("pooling_numpy max_pool2d 8/10: padding: padding is wrong &lt;b&gt;")
    assert len(feedback) == 13 and "<b>" not in feedback[0]


def test_moodles_worksheet_needs_no_feedback_column(course, exported):
    participants(course, {"jdoe": "901", "jroe": "903"})
    _, rows = exported("moodle", MOODLE.replace(",Feedback comments", "").replace("-,-,", "-,-"))
    assert rows[0]["Grade"] == "128" and "Feedback comments" not in rows[0]


def test_without_a_worksheet_moodle_gets_numbers_and_addresses(course, exported):
    participants(course, {"jdoe": "901"})
    _, rows = exported("moodle")
    assert (rows[0]["Identifier"], rows[0]["Grade"]) == ("Participant 901", "128")
    assert rows[2]["Identifier"] == "" and "Last modified (grade)" in rows[0]


def test_points_that_moodle_would_leave_out_are_said(course, exported):
    with Register(nbgrader_settings(course)) as register:
        grade = register.gradebook.find_grade(
            "check_max_pool2d", "pooling_numpy", "pooling", "jroe")
        grade.extra_credit = 5
        register.gradebook.db.commit()
    assert exported("moodle")[0] == [
        "jroe: Moodle leaves out 135 points, which are more than 130"]


@pytest.mark.parametrize(("form", "template", "message"), [
    ("canvas", "Pooling,Name\n1,2\n", "no column ID"), ("moodle", "Grade\n1\n", "no column Id")])
def test_a_template_of_another_kind_is_refused(exported, form, template, message):
    with pytest.raises(NotExported, match=message):
        exported(form, template)


def test_the_command_says_where_the_table_is(course, monkeypatch, capsys):
    monkeypatch.chdir(course)
    assert main(["export", "pooling", "--to", "canvas"]) == 0
    assert capsys.readouterr().out.strip().endswith("build/exports/pooling_canvas.csv")
    assert main(["export", "kernel_size"]) == 2
    assert "autograder grade kernel_size first" in capsys.readouterr().err
