"""Kept results: whole or not there, found by what they follow from."""

import multiprocessing
import signal

import pytest

from autograder.grading.kept import Busy, keep, kept, only_grader, whole, write
from autograder.grading.score import Score
from autograder.grading.task import Result

KEY = 64 * "a"
RESULT = Result({"f": Score("f", {"values": 1}, {"values": 2}, {"values": "é"})}, "{}",
                {"check_f": 1.0}, {"f": None})


def test_a_result_comes_back_as_it_was(tmp_path):
    keep(tmp_path / "a" / "r.json", KEY, RESULT.dumps())
    assert kept(tmp_path / "a" / "r.json", KEY) == RESULT
    assert kept(tmp_path / "a" / "r.json") == RESULT


def test_another_digest_finds_nothing(tmp_path):
    keep(tmp_path / "r.json", KEY, RESULT.dumps())
    assert kept(tmp_path / "r.json", 64 * "b") is None
    assert kept(tmp_path / "none.json", KEY) is None


def test_what_is_to_be_done_again_is_found_by_no_digest(tmp_path):
    keep(tmp_path / "r.json", KEY, RESULT.dumps(), again=True)
    assert kept(tmp_path / "r.json", KEY) is None and kept(tmp_path / "r.json") == RESULT


@pytest.mark.parametrize("length", [0, 10, 64, 65, 100])
def test_a_damaged_file_is_no_result(tmp_path, length):
    keep(tmp_path / "r.json", KEY, RESULT.dumps())
    (tmp_path / "r.json").write_bytes((tmp_path / "r.json").read_bytes()[:length])
    assert kept(tmp_path / "r.json", KEY) is None


def test_writing_leaves_the_old_file_until_the_new_one_is_whole(tmp_path, monkeypatch):
    write(tmp_path / "f", b"old", 0o444)
    write(tmp_path / "f", b"new", 0o444)

    def full(descriptor):
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="disk full"):
        write(tmp_path / "f", b"newer")
    assert (tmp_path / "f").read_bytes() == b"new"
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o444


def _try(root, queue):
    try:
        with only_grader(root):
            queue.put("")
    except Busy as busy:
        queue.put(str(busy))


def test_one_grader_at_a_time(tmp_path):
    queue = multiprocessing.get_context("spawn").Queue()

    def try_it():
        process = multiprocessing.get_context("spawn").Process(target=_try, args=(tmp_path, queue))
        process.start()
        said = queue.get(timeout=60)
        process.join()
        return said

    with only_grader(tmp_path):
        assert "this course is being graded: by " in try_it()
    assert try_it() == ""


@pytest.fixture
def before():
    """The answer to Ctrl-C, which the test may change: tests may run with Ctrl-C ignored."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_waits_until_what_is_being_written_is_written(before):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    written = []
    with pytest.raises(KeyboardInterrupt), whole():
        signal.raise_signal(signal.SIGINT)
        written.append(1)
    assert written
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_where_ctrl_c_is_ignored_it_stays_ignored(before):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with whole():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
