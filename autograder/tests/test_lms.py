"""What the names of files in downloads of Canvas, Moodle and Gradescope say."""

from datetime import datetime

import pytest

from autograder.grading.archives import BadArchive, Member
from autograder.grading.lms import detect, uploads

METADATA = """\
submission_101:
  :submitters:
  - :name: Jane Doe
    :sid: '1234'
    :email: jane@uni.example
  - :name: Jim Roe
    :sid:
    :email: jim@uni.example
  :created_at: 2026-11-21 22:58:01.123456000 Z
  :score: 0.0
submission_102:
  :submitters: []
"""


def members(*names, text=""):
    return [Member(name, "", lambda: text.encode()) for name in names]


def one(name, system):
    [found] = uploads(members(name), system)
    return found


@pytest.mark.parametrize(("name", "lms_id", "file", "who", "late"), [
    ("doejane_1234_5678_pooling_numpy-1.ipynb", "1234", "pooling_numpy-1.ipynb", "doejane", False),
    ("doejane_LATE_1234_5678_a_1_2_b.ipynb", "1234", "a_1_2_b.ipynb", "doejane", True),
    ("doe_jane_1234_5678_x.ipynb", "1234", "x.ipynb", "doe_jane", False),
    ("LATE_anon_Ab3dE_55_x.ipynb", "anon_Ab3dE", "x.ipynb", "", True),
    ("doejane_1234_5678_work.zip/pooling/x.ipynb", "1234", "x.ipynb", "doejane", False),
    ("submissions/doejane_1234_5678_x.ipynb", "1234", "x.ipynb", "doejane", False)])
def test_canvas_names(name, lms_id, file, who, late):
    found = one(name, "canvas")
    assert (found.lms_id, found.file, found.name, found.late) == (lms_id, file, who, late)


@pytest.mark.parametrize(("name", "file", "who"), [
    ("Jane Doe_901_assignsubmission_file_/x.ipynb", "x.ipynb", "Jane Doe"),
    ("J. R. Doe_901_assignsubmission_file_/answers/x.ipynb", "x.ipynb", "J. R. Doe"),
    ("Jane Doe_901_assignsubmission_file_x_1.ipynb", "x_1.ipynb", "Jane Doe"),
    ("G1-Jane Doe_901_assignsubmission_onlinetext_/onlinetext.html", "onlinetext.html",
     "G1-Jane Doe")])
def test_moodle_names(name, file, who):
    found = one(name, "moodle")
    assert (found.lms_id, found.file, found.name) == ("901", file, who)


def test_gradescope_says_who_and_when_and_a_group_hands_in_for_each():
    table = members("export/submission_metadata.yml", text=METADATA)
    files = members("export/submission_101/x.ipynb", "export/submission_9/x.ipynb")
    jane, jim, unknown = uploads([*table, *files], "gradescope")
    assert (jane.lms_id, jane.name, jane.email) == ("1234", "Jane Doe", "jane@uni.example")
    assert jane.when == datetime(2026, 11, 21, 22, 58, 1, 123456)
    assert jim.lms_id == "jim@uni.example" and jim.file == "x.ipynb"
    assert unknown.lms_id == ""


@pytest.mark.parametrize("text", ["[", "- 1", "a: !!python/object:os.system {}", "\x00"])
def test_damaged_metadata_are_refused(text):
    with pytest.raises(BadArchive, match="submission_metadata.yml"):
        list(uploads(members("submission_metadata.yml", text=text), "gradescope"))


def test_missing_metadata_are_refused():
    with pytest.raises(BadArchive, match="is missing"):
        list(uploads(members("submission_1/x.ipynb"), "gradescope"))


def test_a_name_of_no_system_belongs_to_nobody():
    assert one("x.ipynb", "canvas").lms_id == one("x.ipynb", "moodle").lms_id == ""


@pytest.mark.parametrize(("name", "system"), [
    ("a_1_2_x.ipynb", "canvas"), ("A_1_assignsubmission_file_/x.ipynb", "moodle"),
    ("e/submission_metadata.yml", "gradescope")])
def test_the_system_is_told_from_the_names(name, system):
    assert detect(members(name)) == system


def test_a_download_of_no_system_is_refused():
    with pytest.raises(BadArchive, match="found: x.ipynb"):
        detect(members("x.ipynb"))
