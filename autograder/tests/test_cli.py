"""The command line: what it says, and its exit status."""

import json
import shutil

import nbformat
import pytest

from autograder.cli import main
from autograder.grading.release import source_notebook


@pytest.fixture
def inside(course, monkeypatch):
    monkeypatch.chdir(course)
    return course


@pytest.fixture(scope="module")
def right(root, tmp_path_factory):
    """A notebook with all answers, as a learner has it."""
    path = tmp_path_factory.mktemp("learner") / "pooling_numpy.ipynb"
    nbformat.write(source_notebook("pooling_numpy", root), path)
    return path


@pytest.mark.parametrize(("words", "message"), [
    (["grade", "poling"], "no chapter 'poling'; there are: "),
    (["release", "x"], "no chapter 'x'"), (["verify", "x"], "no chapter 'x'"),
    (["grade", "pooling", "--submissions", "nowhere"], "no folder of submissions"),
    (["grade", "pooling", "--submissions", ".", "--students", "nobody"], "no student 'nobody'"),
    (["grade", "pooling", "--submissions", ".", "--workers", "0"], "--workers 0"),
    (["check", "nothing.ipynb"], "no notebook of the course has the name 'nothing'"),
    (["check", "pooling_numpy.ipynb"], "cannot be read: No such file"),
])
def test_wrong_usage_is_one_line_and_status_2(inside, capsys, words, message):
    assert main(words) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


@pytest.mark.parametrize("words", [[], ["grade"], ["grade", "pooling", "--device", "tpu"]])
def test_an_unknown_word_is_status_2(inside, words):
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2


def test_outside_of_a_course_the_message_says_where_to_run_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["release"]) == 2
    assert "is not inside the course" in capsys.readouterr().err


def test_a_graphics_card_that_is_not_there_is_status_2(inside, capsys, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert main(["grade", "pooling", "--submissions", ".", "--device", "cuda"]) == 2
    assert "no CUDA device" in capsys.readouterr().err


def test_grading_elsewhere_than_on_linux_is_refused_in_one_line(inside, capsys, monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")
    assert main(["grade", "pooling"]) == 2
    assert capsys.readouterr().err == (
        "autograder: grading needs Linux; use a Linux virtual machine\n")


def test_a_release_that_fails_is_one_line_and_status_1(own_course, monkeypatch, capsys):
    path = own_course / "solutions/pooling/pooling_numpy.py"
    path.write_text(path.read_text().replace("def max_pool2d(", "def max_pool_2d("))
    monkeypatch.chdir(own_course)
    assert main(["release", "pooling"]) == 1
    assert capsys.readouterr().err.startswith("autograder: max_pool_2d in pooling_numpy has no")


def test_without_a_sandbox_grade_refuses_in_one_line(
        inside, right, tmp_path, capsys, monkeypatch):
    from autograder.grading import judge, sandbox

    def missing():
        raise sandbox.SandboxMissing("bubblewrap is missing: apt-get install bubblewrap")

    monkeypatch.setattr(sandbox, "program", missing)
    judge._zygote.cache_clear()
    (tmp_path / "ada" / "pooling").mkdir(parents=True)
    shutil.copy(right, tmp_path / "ada" / "pooling")
    submissions = ["--submissions", str(tmp_path), "--workers", "1"]
    assert main(["grade", "pooling", *submissions]) == 2
    error = capsys.readouterr().err
    assert "apt-get install bubblewrap" in error and "--no-sandbox" in error
    assert error.count("\n") == 1


def test_a_right_notebook_passes_the_check(right, capsys):
    assert main(["check", str(right)]) == 0
    assert "7 of 7 exercises are right" in capsys.readouterr().out


def test_the_learners_command_needs_nothing_of_linux(right, monkeypatch):
    monkeypatch.delattr("os.sched_getaffinity")
    assert main(["check", str(right)]) == 0


def test_the_check_names_what_is_wrong(right, tmp_path, capsys):
    nb = json.loads(right.read_text())
    for cell in nb["cells"]:
        if cell["id"] == "max_pool2d":
            cell["source"] = "".join(cell["source"]).replace("-np.inf", "0")
        if cell["id"] == "avg_pool2d":
            cell["source"] = "1 / 0"
    path = tmp_path / "pooling_numpy.ipynb"
    path.write_text(json.dumps(nb))
    assert main(["check", str(path)]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "padding: max_pool2d(array(1, 1, 2, 2), 2, None, 1)" in said and "Pad with -inf" in said
    assert "ZeroDivisionError" in said and "avg_pool2d: the notebook does not define it" in said
    assert "5 of 7 exercises are right" in said


def test_a_damaged_notebook_is_status_2(tmp_path, capsys):
    path = tmp_path / "pooling_numpy.ipynb"
    path.write_text("{")
    assert main(["check", str(path)]) == 2
    assert "is not a notebook" in capsys.readouterr().err
