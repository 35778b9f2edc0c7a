"""A chapter of one's own, made by following the guide to the letter."""

import csv
import os
import subprocess

import pytest

from guide import commands, copy_parts, in_place, write_files

SECTION = "A chapter of your own"


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """The course's parts with the chapter in them, and what each command printed."""
    parts = copy_parts(tmp_path_factory.mktemp("own") / "parts")
    write_files(SECTION, parts)
    printed = {}
    for command in commands(SECTION):
        done = subprocess.run([*in_place(parts), "sh", "-c", command], capture_output=True,
                              text=True, timeout=300, env=os.environ | {"PYTHONWARNINGS": "ignore"})
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        printed[command] = done.stdout
    return parts, printed


def test_the_chapter_is_proved(followed):
    _, printed = followed
    said = printed[".venv/bin/autograder verify upsampling"]
    assert "7 of 7 mutants caught" in said and "all is as it should be" in said


def test_the_reference_earns_all_points_and_the_free_answer_waits_for_a_person(followed):
    parts, _ = followed
    with (parts / "build" / "grades.csv").open(newline="") as file:
        rows = {row["exercise"]: row for row in csv.DictReader(file)}
    assert list(rows) == ["upsample_nearest", "what_is_lost"]
    assert float(rows["upsample_nearest"]["points"]) == 10
    assert rows["what_is_lost"]["max_points"] == "5"
