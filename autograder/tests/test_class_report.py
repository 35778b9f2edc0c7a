"""The report on a class: self-contained, with ids only, or without."""

import re
import shutil
from datetime import datetime
from html.parser import HTMLParser

import pytest

from autograder.cli import main
from autograder.grading.class_report import times
from autograder.grading.entry import Register
from autograder.grading.nbgrader_step import nbgrader_settings
from marked import enter

STUDENTS = ("s1001", "s1002", "s1003")


@pytest.fixture(scope="module")
def pages(course, tmp_path_factory):
    """The report of a class, and the anonymous one."""
    folder = shutil.copytree(course, tmp_path_factory.mktemp("report") / "c")
    with Register(nbgrader_settings(folder)) as register:
        register.gradebook.update_or_create_assignment("pooling", duedate="2026-11-21 23:00:00")
    for student in STUDENTS:
        enter(folder, student, [("max_pool2d", "padding")] if student != "s1003" else (),
              "2026-11-21 22:00:00 UTC")
    with Register(nbgrader_settings(folder)) as register:
        register.gradebook.update_or_create_student(
            "s1001", first_name="Zuzana", last_name="Quist", email="zq@uni.example")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["report", "pooling"]) == 0
        assert main(["report", "pooling", "--anonymous", "--file", "anonymous.html"]) == 0
        assert main(["report", "kernel_size"]) == 2
    return ((folder / "build/reports/pooling.html").read_text(),
            (folder / "anonymous.html").read_text())


def words(page):
    """The text of a page, without tags and extra spaces."""
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL).split())


def test_the_numbers_are_those_of_the_class(pages):
    text = words(pages[0])
    assert "3 submissions, 130 points" in text
    assert "pooling_numpy max_pool2d 10 0.87 none 0 0 2 1" in text
    assert "pooling_numpy max_pool2d padding 2 3 67 %" in text
    assert "on the last day 3" in text and "s1001 2026-11-21 22:00:00 128 0 128" in text
    assert "pooling_numpy 1.25 1.25 pooling_torch 1.25 1.25" in text
    assert "With fewer than 10 submissions neither says much" in text


def test_names_and_addresses_are_never_in_it_and_ids_not_in_the_anonymous_one(pages):
    for page in pages:
        assert not re.search("Zuzana|Quist|uni.example", page)
    assert all(student in pages[0] and student not in pages[1] for student in STUDENTS)
    assert words(pages[1]) in words(pages[0])


def test_the_page_loads_nothing_and_its_tables_have_captions_and_headings(pages):
    class Reader(HTMLParser):
        def __init__(self):
            super().__init__()
            self.tags = []

        def handle_starttag(self, tag, attributes):
            self.tags.append((tag, dict(attributes)))

    for page in pages:
        reader = Reader()
        reader.feed(page)
        tags = [tag for tag, _ in reader.tags]
        assert not {"script", "link", "img", "iframe"} & set(tags) and "url(" not in page
        assert ("html", {"lang": "en"}) in reader.tags and tags.count("h1") == 1
        assert tags.count("table") == tags.count("caption") > 2
        assert all("scope" in attributes for tag, attributes in reader.tags if tag == "th")


def test_times_are_counted_from_the_due_date():
    due = datetime(2026, 11, 21, 23)
    submitted = ["2026-11-21 23:00:00.5", "2026-11-21 23:00:00", "2026-11-20 22:00:00",
                 "2026-11-10 22:00:00", ""]
    assert times(submitted, due) == {"earlier": 1, "in the last week": 1, "on the last day": 1,
                                     "late": 1, "time not known": 1}
    assert times(submitted, None)["time not known"] == 5
