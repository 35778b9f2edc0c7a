"""What goes through nbgrader's exchange, and what does not."""

import os

import pytest
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeFactory

from autograder.grading.nbgrader_step import course_config
from autograder.paths import COURSE_ID

WHEN = "2031-01-01 00:00:00.000000 UTC"


@pytest.fixture
def folders(tmp_path):
    """An exchange, and a course that released a chapter."""
    for name in ("exchange", "course/exercises/pooling", "course/build/feedback/ada/pooling"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "exchange").chmod(0o777)
    (tmp_path / "course/exercises/pooling/pooling_numpy.ipynb").write_text("{}")
    start("ReleaseAssignment", tmp_path)
    return tmp_path


def start(step, folders):
    config = course_config(folders / "course")
    config.CourseDirectory.update(assignment_id="pooling", max_file_size=1)
    config.Exchange.root = str(folders / "exchange")
    factory = ExchangeFactory(config=config)
    getattr(factory, step)(config=config, coursedir=CourseDirectory(config=config)).start()


def hand_in(folders, student="ada"):
    folder = folders / "exchange" / COURSE_ID / "inbound" / f"{student}+pooling+{WHEN}+AAAA"
    folder.mkdir()
    (folder / "pooling_numpy.ipynb").write_text(f"by {student}")
    (folder / "timestamp.txt").write_text(WHEN)
    (folder / "submission_secret.txt").write_text("secret")
    return folder


def submitted(folders):
    place = folders / "course/build/submitted"
    return {str(path.relative_to(place)): path.read_text() for path in place.rglob("*.*")}


def test_the_notebooks_of_a_chapter_are_released(folders):
    outbound = folders / "exchange" / COURSE_ID / "outbound/pooling"
    assert [path.name for path in outbound.iterdir()] == ["pooling_numpy.ipynb"]


def test_notebooks_and_nbgraders_records_are_collected_and_nothing_else(folders):
    folder = hand_in(folders)
    (folder / "numpy.py").write_text("print('not numpy')")
    (folder / "more").mkdir()
    start("Collect", folders)
    assert submitted(folders) == {"ada/pooling/pooling_numpy.ipynb": "by ada",
                                  "ada/pooling/timestamp.txt": WHEN,
                                  "ada/pooling/submission_secret.txt": "secret"}


def test_no_link_pipe_or_large_file_is_collected(folders, caplog):
    folder = hand_in(folders)
    (folders / "private.ipynb").write_text("the instructor's")
    (folder / "link.ipynb").symlink_to(folders / "private.ipynb")
    (folder / "large.ipynb").write_text("x" * 1001)
    os.mkfifo(folder / "pipe.ipynb")
    start("Collect", folders)
    assert {name for name in submitted(folders) if name.endswith(".ipynb")} == {
        "ada/pooling/pooling_numpy.ipynb"}
    for name in ("link", "large", "pipe"):
        assert f"Not copied: {folders}/course/build/submitted/ada/pooling/{name}.ipynb" in (
            caplog.text)


def test_a_submission_that_is_a_link_to_a_folder_is_refused_and_stops_nobodys(folders):
    (folders / "private").mkdir()
    (folders / "private" / "pooling_numpy.ipynb").write_text("the instructor's")
    inbound = folders / "exchange" / COURSE_ID / "inbound"
    (inbound / f"ada+pooling+{WHEN}+AAAA").symlink_to(folders / "private")
    hand_in(folders, "bela")
    start("Collect", folders)
    assert {name.split("/")[0] for name in submitted(folders)} == {"bela"}


def test_a_name_that_nbgrader_did_not_give_stops_nobodys_and_counts_last(folders):
    odd = folders / "exchange" / COURSE_ID / "inbound" / "ada+pooling+whenever"
    odd.mkdir()
    (odd / "pooling_numpy.ipynb").write_text("odd")
    hand_in(folders)
    start("Collect", folders)
    assert submitted(folders)["ada/pooling/pooling_numpy.ipynb"] == "by ada"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: only it gives files to others")
def test_a_submission_is_its_owners_whatever_name_it_carries(folders, caplog):
    os.chown(hand_in(folders), 65533, 65533)
    start("Collect", folders)
    assert set(submitted(folders)) == {f"65533/pooling/{name}" for name in (
        "pooling_numpy.ipynb", "timestamp.txt", "submission_secret.txt")}
    assert "is 65533's: taken as theirs" in caplog.text


def test_where_all_servers_run_as_one_user_the_name_counts(folders):
    hand_in(folders, "bela")
    start("Collect", folders)
    assert "bela/pooling/pooling_numpy.ipynb" in submitted(folders)


# nbgrader leaves a file open when it releases feedback.
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_feedback_is_released_to_those_who_submitted_through_the_exchange(folders, caplog):
    hand_in(folders)
    start("Collect", folders)
    other = folders / "course/build/feedback/bela/pooling"
    other.mkdir(parents=True)
    for folder in (other, folders / "course/build/feedback/ada/pooling"):
        (folder / "pooling_numpy.html").write_text(f"for {folder.parent.name}")
    start("ReleaseFeedback", folders)
    released = [path.read_text() for path in (folders / "exchange").rglob("*.html")]
    assert released == ["for ada"]
    assert "bela did not hand in through the exchange" in caplog.text
