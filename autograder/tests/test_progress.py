"""What the instructor sees while a class is graded and there is no terminal."""

import pytest

from autograder.grading.progress import PAUSE, Progress


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def test_a_line_every_few_seconds_tells_rate_rest_and_failures(clock, capsys):
    progress = Progress(100)
    for step in range(20):
        clock[0] += 1
        progress.update("broken" if step == 3 else "")
    progress.close()
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 + int(20 // (PAUSE + 1))
    assert lines[-1] == (
        "judging: 20 of 100 notebooks, 1.0 a second, 80 s left, 1 failures")


def test_on_a_terminal_there_is_a_bar(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    progress = Progress(2)
    progress.update("broken")
    progress.update("")
    progress.close()
    said = capsys.readouterr().err
    assert "2/2" in said and "failures=1" in said and "notebook" in said
