"""Run the course's commands in a copy of the course, and read the marks they make."""

import csv
import os
import subprocess
import sys
from pathlib import Path

from nbgrader.api import Gradebook

COLUMNS = ["student", "chapter", "notebook", "exercise", "points", "max_points", "reason"]
TOOLS = Path(sys.executable).parent


def run(folder, *command):
    """Run a command of the environment in a course's folder."""
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}
    return subprocess.run([str(TOOLS / command[0]), *map(str, command[1:])], cwd=folder,
                          env=environment, capture_output=True, text=True, timeout=600)


def table(course):
    with (course / "build" / "grades.csv").open(newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == COLUMNS
        return list(reader)


def marks_of(rows):
    marks = {}
    for row in rows:
        key = row["student"], row["notebook"]
        marks[key] = marks.get(key, 0) + float(row["points"])
    return marks


def gradebook_marks(course):
    with Gradebook(f"sqlite:///{course / 'build' / 'gradebook.db'}", "cnn-layers") as gradebook:
        return {(one.student.id, one.name): one.score
                for submission in gradebook.assignment_submissions("pooling")
                for one in submission.notebooks}
