"""Odd folders and files in a class: nothing stops the run, nothing outside is followed."""

import json
import os
import shutil

import nbformat
import pytest

import test_intake as broken
from autograder.grading.release import source_notebook
from classroom import gradebook_marks, marks_of, run, table

BREAKAGES = (
    broken.delete_check, broken.edit_check, broken.unlock_check, broken.retype_check,
    broken.retype_answer, broken.strip_metadata, broken.lists_for_metadata, broken.new_format,
    broken.duplicate_everything, broken.no_kernel, broken.attachments, broken.outputs,
    broken.worksheets,
)
ODD_NAMES = ("a b", "Zoë", "q?*", "o'hara", "a+b(c)", "-dash", "semi;colon$HOME")
#: A folder that nbgrader's own command cannot find.
NOT_FOR_NBGRADER = "[x]"


@pytest.fixture(scope="module")
def odd(root, course, tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd") / "course"
    shutil.copytree(course, folder, ignore=shutil.ignore_patterns("submitted", "autograded"))
    nb = source_notebook("pooling_numpy", root)
    for name in (*ODD_NAMES, NOT_FOR_NBGRADER, "read-only", "linked-file", "linked-chapter",
                 "extra-files"):
        place = folder / "build/submitted" / name / "pooling"
        place.mkdir(parents=True)
        nbformat.write(nb, place / "pooling_numpy.ipynb")
    submitted = folder / "build/submitted"
    for break_it in BREAKAGES:
        tree = json.loads(nbformat.writes(nb))
        break_it(tree)
        place = submitted / break_it.__name__ / "pooling"
        place.mkdir(parents=True)
        (place / "pooling_numpy.ipynb").write_text("\ufeff" + json.dumps(tree))
    os.chmod(submitted / "read-only/pooling/pooling_numpy.ipynb", 0o444)
    os.chmod(submitted / "read-only/pooling", 0o555)
    _replace_by_link(submitted / "linked-file/pooling/pooling_numpy.ipynb",
                     folder / "build/source/pooling/pooling_numpy.ipynb")
    shutil.rmtree(submitted / "linked-chapter/pooling")
    (submitted / "linked-chapter/pooling").symlink_to(folder / "build/source/pooling")
    (submitted / "linked-student").symlink_to(submitted / "a b")
    extra = submitted / "extra-files/pooling"
    (extra / "link").symlink_to(folder / "build/secret")
    (extra / "notes.ipynb").write_text("{}")
    (extra / "folder.ipynb").mkdir()
    (extra / "numpy.py").write_text("raise SystemExit")
    (submitted / ".hidden").mkdir()
    (submitted / "a file").write_text("x")
    done = run(folder, "autograder", "grade", "pooling", "--workers", "1", "--device", "cpu")
    return folder, done


def _replace_by_link(path, target):
    path.unlink()
    path.symlink_to(target)


def test_the_run_goes_through(odd):
    assert odd[1].returncode == 0, odd[1].stderr


@pytest.mark.parametrize("student", [
    *ODD_NAMES, NOT_FOR_NBGRADER, "read-only", "extra-files",
    *(break_it.__name__ for break_it in BREAKAGES)])
def test_an_odd_name_or_a_broken_notebook_costs_nothing(odd, student):
    assert marks_of(table(odd[0]))[student, "pooling_numpy"] == 70
    assert gradebook_marks(odd[0])[student, "pooling_numpy"] == 70


@pytest.mark.parametrize("student", ["linked-file", "linked-chapter"])
def test_a_link_to_the_solutions_earns_nothing(odd, student):
    assert marks_of(table(odd[0]))[student, "pooling_numpy"] == 0


def test_what_is_no_students_folder_is_passed_over(odd):
    students = {row["student"] for row in table(odd[0])}
    assert not students & {"linked-student", ".hidden", "a file"}


def test_other_files_are_not_copied_along(odd):
    copied = list((odd[0] / "build/autograded/extra-files/pooling").iterdir())
    assert sorted(path.name for path in copied) == ["pooling_numpy.ipynb", "pooling_torch.ipynb"]


def test_stock_nbgrader_gives_the_same_marks(odd):
    folder, _ = odd
    before = gradebook_marks(folder)
    done = run(folder, "nbgrader", "autograde", "pooling", "--force", "--Judge.device=cpu")
    assert NOT_FOR_NBGRADER in done.stderr
    after = gradebook_marks(folder)
    untouched = {key for key in after if key[0] == NOT_FOR_NBGRADER}
    assert done.stderr.count("Autograding") == len(after) - len(untouched)
    assert {key: after[key] for key in before} == before
    assert {student for student, _ in after.keys() - before.keys()} == {"linked-student"}
    assert after["linked-student", "pooling_numpy"] == 0
