"""Lists of students as learning management systems export them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from autograder.grading.rosters import BadRoster, Person, read_roster

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Pooling (77)
    Points Possible,,,,,130
"Doe, Jane",1234,S1,jdoe,Course 1,
"Roe, Jim",1235,S2,,Course 1,
"""
MOODLE = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Last modified (submission),\
Last modified (grade),Feedback comments
Participant 901,Jane Doe,jane@uni.example,Submitted for grading,,130.00,\
"Saturday, 21 November 2026, 11:58 PM",-,
Participant 902,Jim Roe,jim@uni.example,No submission,,130.00,-,-,
"""


def roster(tmp_path, text, zone=None):
    path = tmp_path / "students.csv"
    path.write_text(text, encoding="utf-8-sig")
    return read_roster(path, zone)


def test_canvas_gradebook_gives_login_names_where_there_are(tmp_path):
    assert roster(tmp_path, CANVAS) == {
        "1234": Person("jdoe", "1234", "Doe, Jane"), "1235": Person("1235", "1235", "Roe, Jim")}


def test_moodles_worksheet_gives_addresses_and_times_in_utc(tmp_path):
    people = roster(tmp_path, MOODLE, ZoneInfo("Europe/Vienna"))
    assert people["901"] == Person("jane@uni.example", "901", "Jane Doe", "jane@uni.example",
                                   datetime(2026, 11, 21, 22, 58))
    assert people["902"].when is None


@pytest.mark.parametrize(("text", "message"), [
    ("Name,Points\nada,1\n", "no student with an id"),
    ("id,nbgrader\n1,../ada\n", "cannot be a folder's name"),
    ("id,nbgrader\n1,.ada\n", "cannot be a folder's name"),
    ("id,nbgrader\n1,ada\n2,ada\n", "'2' or 'ada' is there twice"),
    ("id,nbgrader\n1,ada\n1,bela\n", "there twice"),
    ("", "has no rows"), ("id,name\n1,Doe, Jane\n", "more values in a row than columns"),
    (MOODLE.replace("21 November", "21. listopada"), "no time that can be read"),
])
def test_a_list_that_cannot_be_used_is_refused(tmp_path, text, message):
    with pytest.raises(BadRoster, match=message):
        roster(tmp_path, text)


def test_a_list_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "students.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadRoster, match="cannot be read"):
        read_roster(path)
    with pytest.raises(BadRoster, match="cannot be read"):
        read_roster(tmp_path / "nowhere.csv")
