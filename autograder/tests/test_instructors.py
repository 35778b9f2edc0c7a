"""A chapter on a laptop, from release to export: the guide's commands, in its order."""

import csv
import subprocess
import sys
import zipfile

import pytest

from classroom import gradebook_marks, marks_of, table
from guide import commands, sections

ELSEWHERE = {"On a JupyterHub", "A chapter of your own"}
#: Canvas's names for what two learners handed in; the first handed in twice.
UPLOADS = {"lovelaceada_101_1_pooling_numpy.ipynb": False,
           "lovelaceada_101_2_pooling_numpy-1.ipynb": True,
           "bartokbela_102_3_pooling_numpy.ipynb": False}


@pytest.fixture(scope="module")
def term(course, tmp_path_factory):
    """A course after all sections of the guide that need one machine only, and what was said."""
    folder = tmp_path_factory.mktemp("term") / "course"
    subprocess.run(["cp", "-r", course, folder], check=True)
    (folder / ".venv").symlink_to(sys.prefix)
    with zipfile.ZipFile(folder / "submissions.zip", "w") as archive:
        for name, answered in UPLOADS.items():
            kind = "build/source" if answered else "exercises"
            archive.write(folder / kind / "pooling" / "pooling_numpy.ipynb", name)
    said = {}
    for title in sections():
        for command in commands(title) if title not in ELSEWHERE else ():
            done = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True,
                                  timeout=600)
            assert done.returncode == 0, (command, done.stdout, done.stderr)
            said[command] = done.stdout + done.stderr
    return folder, said


def test_every_command_of_the_guide_is_run_by_a_test(term):
    everywhere = {command for title in sections() for command in commands(title)}
    elsewhere = {command for title in ELSEWHERE for command in commands(title)}
    assert everywhere - elsewhere - term[1].keys() == set()
    assert ELSEWHERE < sections().keys() and len(term[1]) > 8


def test_what_no_test_runs_is_what_the_guide_says():
    left = {title: block.text.splitlines() for title, blocks in sections().items()
            for block in blocks if block.language == "console"}
    assert left.pop("Set up") == ["make course"]
    assert left.pop("Mark free answers by hand") == [".venv/bin/jupyter lab"]
    assert left.keys() == {"On a JupyterHub"}


def test_the_last_submission_counts_and_earns_what_it_is_worth(term):
    folder, _ = term
    marks = marks_of(table(folder))
    assert marks["101", "pooling_numpy"] == 70 and marks["102", "pooling_numpy"] == 0
    assert gradebook_marks(folder) == marks


def test_a_second_look_changes_no_mark(term):
    _, said = term
    assert "0 marks would change" in said[".venv/bin/autograder grade pooling --preview"]


def test_feedback_report_and_tables_are_there(term):
    folder, _ = term
    assert (folder / "build/feedback/101/pooling/pooling_numpy.html").is_file()
    assert "max_pool2d" in (folder / "build/reports/pooling.html").read_text()
    with (folder / "build/exports/pooling_csv.csv").open(newline="") as file:
        assert {"101", "102"} <= {value for row in csv.reader(file) for value in row}
    assert "2031-03-14" in (folder / "grades.csv").read_text()
