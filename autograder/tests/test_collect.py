"""Downloads become nbgrader's layout: names and times are kept, nothing is lost."""

import csv

import pytest
from nbgrader.api import Gradebook

from autograder.cli import main
from autograder.grading.collect import read_students
from autograder.grading.kept import only_grader
from downloads import zip_bytes, zipped

CANVAS_ROSTER = "Student,ID,SIS Login ID\n\"Doe, Jane\",11,jdoe\n\"Roe, Jim\",12,jroe\n"


@pytest.fixture
def course(own_course, monkeypatch):
    monkeypatch.chdir(own_course)
    return own_course


@pytest.fixture
def collect(course, tmp_path):
    """Collect a download of files, by name; give the exit status and the report's rows."""
    def run(files, *words, roster=""):
        if roster:
            (tmp_path / "roster.csv").write_text(roster)
            words += ("--students", str(tmp_path / "roster.csv"))
        status = main(["collect", str(zipped(tmp_path / "d.zip", files)), "pooling", *words])
        reports = sorted((course / "build/collected/pooling").glob("report*.csv"),
                         key=lambda path: (len(path.name), path.name))
        with reports[-1].open() as file:
            return status, [(row["file"], row["outcome"], row["remark"])
                            for row in csv.DictReader(file)]
    return run


def submitted(course):
    """The submissions: bytes or, of times, text."""
    folder = course / "build" / "submitted"
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()}


def due(course, date):
    with Gradebook(f"sqlite:///{course / 'build' / 'gradebook.db'}", "cnn-layers") as gradebook:
        gradebook.update_or_create_assignment("pooling", duedate=date)


def test_canvas_files_get_their_place_and_the_gradebook_the_names(course, collect):
    status, rows = collect({"doejane_11_501_pooling_numpy-1.ipynb": "a",
                            "roejim_LATE_12_502_my work.ipynb": "b"}, roster=CANVAS_ROSTER)
    assert status == 0 and [row[1] for row in rows] == ["collected", "collected"]
    assert submitted(course) == {"jdoe/pooling/pooling_numpy.ipynb": b"a",
                                 "jroe/pooling/my_work.ipynb": b"b"}
    people = read_students(course / "build/collected/pooling/students.csv")
    assert (people["jdoe"].name, people["jdoe"].lms_id, people["jroe"].late) == (
        "Doe, Jane", "11", "late")
    with Gradebook(f"sqlite:///{course / 'build' / 'gradebook.db'}", "cnn-layers") as gradebook:
        jane = gradebook.find_student("jdoe")
        assert (jane.first_name, jane.last_name, jane.lms_user_id) == ("Jane", "Doe", "11")


def test_canvas_late_marker_is_one_second_after_the_due_date(course, collect):
    due(course, "2026-11-21 23:00:00")
    _, rows = collect({"roejim_LATE_12_502_pooling_numpy.ipynb": "b"})
    assert "entered as one second" in rows[0][2]
    assert submitted(course)["12/pooling/timestamp.txt"] == b"2026-11-21 23:00:01 UTC\n"


def test_moodles_times_come_from_its_worksheet_which_it_needs(course, collect, capsys):
    files = {"Jane Doe_901_assignsubmission_file_/pooling_numpy.ipynb": "a",
             "Max Moe_903_assignsubmission_file_/pooling_numpy.ipynb": "c"}
    roster = ("Identifier,Full name,Email address,Last modified (submission)\n"
              'Participant 901,Jane Doe,jane@uni.example,"Saturday, 21 November 2026, 11:58 PM"\n')
    status, rows = collect(files, "--timezone", "Europe/Vienna", roster=roster)
    assert status == 1 and "903 is not in the list of students" in rows[0][2]
    assert submitted(course) == {
        "jane@uni.example/pooling/pooling_numpy.ipynb": b"a",
        "jane@uni.example/pooling/timestamp.txt": b"2026-11-21 22:58:00 UTC\n"}
    capsys.readouterr()
    assert main(["collect", "../d.zip", "pooling"]) == 2
    assert "give the grading worksheet" in capsys.readouterr().err


def test_gradescope_times_and_groups(course, collect):
    table = ("submission_1:\n  :submitters:\n  - :name: Jane Doe\n    :sid: '11'\n"
             "  - :name: Jim Roe\n    :sid: '12'\n  :created_at: 2026-11-21 22:58:01 Z\n")
    status, _ = collect({"e/submission_metadata.yml": table, "e/submission_1/pooling_numpy.ipynb":
                         "a"}, "--from", "gradescope")
    assert status == 0
    stamp = b"2026-11-21 22:58:01 UTC\n"
    assert submitted(course) == {
        f"{student}/pooling/{name}": data for student in ("11", "12")
        for name, data in (("pooling_numpy.ipynb", b"a"), ("timestamp.txt", stamp))}


def test_what_is_dangerous_or_odd_is_refused_and_the_others_are_collected(course, collect, capsys):
    status, rows = collect({
        "doejane_11_501_pooling_numpy.ipynb": "a", "../x_12_502_pooling_numpy.ipynb": "b",
        "moe_13_503_work.zip": zip_bytes({"in/pooling_torch.ipynb": "c", "notes.txt": "d"}),
        "readme.txt": "e"})
    assert status == 1
    assert submitted(course) == {"11/pooling/pooling_numpy.ipynb": b"a",
                                 "13/pooling/pooling_torch.ipynb": b"c"}
    assert {row[0]: row[2] for row in rows if row[1] == "refused"} == {
        "../x_12_502_pooling_numpy.ipynb": "its path leads out of the archive",
        "moe_13_503_work.zip/notes.txt": "it is no notebook",
        "readme.txt": "its place does not say whose it is"}
    assert "2 collected, 3 refused" in capsys.readouterr().out
    assert not list(course.parent.glob("*pooling_numpy*"))


def test_what_stood_there_is_kept_aside_and_other_notebooks_stay(course, collect):
    collect({"doejane_11_501_pooling_numpy.ipynb": "a", "doejane_11_502_pooling_torch.ipynb": "t"})
    _, rows = collect({"doejane_11_600_pooling_numpy.ipynb": "b"})
    assert rows[0][1] == "collected" and "what was there is now" in rows[0][2]
    collect({"doejane_11_700_pooling_numpy.ipynb": "c"})
    _, rows = collect({"doejane_11_700_pooling_numpy.ipynb": "c"})
    assert rows == [("doejane_11_700_pooling_numpy.ipynb", "unchanged", "")]
    assert submitted(course) == {"11/pooling/pooling_numpy.ipynb": b"c",
                                 "11/pooling/pooling_torch.ipynb": b"t"}
    aside = course / "build/collected/pooling/replaced/11"
    assert [path.read_text() for path in sorted(aside.iterdir())] == ["b", "a"]


def test_an_older_submission_does_not_replace_a_newer_one(course, collect):
    def gradescope(hour, text, name="pooling_numpy"):
        table = (f"submission_1:\n  :submitters:\n  - :sid: '11'\n"
                 f"  :created_at: 2026-11-21 {hour}:00:00 Z\n")
        return collect({"submission_metadata.yml": table, f"submission_1/{name}.ipynb": text})[1]

    gradescope(12, "new")
    assert "what is there is newer" in gradescope(11, "old")[0][2]
    gradescope(11, "old", "pooling_torch")
    assert submitted(course) == {"11/pooling/pooling_numpy.ipynb": b"new",
                                 "11/pooling/pooling_torch.ipynb": b"old",
                                 "11/pooling/timestamp.txt": b"2026-11-21 12:00:00 UTC\n"}


def test_a_link_in_the_layout_is_kept_aside_and_not_written_through(course, collect, tmp_path):
    (tmp_path / "secret").write_text("a")
    folder = course / "build/submitted/11/pooling"
    folder.mkdir(parents=True)
    (folder / "pooling_numpy.ipynb").symlink_to(tmp_path / "secret")
    for text in ("a", "b"):
        collect({"doejane_11_501_pooling_numpy.ipynb": text})
        assert not (folder / "pooling_numpy.ipynb").is_symlink()
    assert (tmp_path / "secret").read_text() == "a"
    assert submitted(course) == {"11/pooling/pooling_numpy.ipynb": b"b"}


@pytest.mark.parametrize(("words", "message"), [
    (["nowhere.zip", "pooling"], "neither a folder nor a zip"), ([".", "poling"], "no chapter"),
    (["exercises", "pooling"], "no file is named as Canvas"),
    ([".", "pooling", "--timezone", "Mars/Base"], "no time zone 'Mars/Base'"),
    ([".", "pooling", "--students", "nowhere.csv"], "nowhere.csv cannot be read")])
def test_wrong_usage_is_one_line_and_status_2(course, capsys, words, message):
    assert main(["collect", *words]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


def test_nothing_is_collected_while_the_course_is_graded(course, capsys):
    with only_grader(course):
        assert main(["collect", ".", "pooling"]) == 2
    assert "is being graded" in capsys.readouterr().err
