"""Copies are found however they were dressed up; work of one's own, and the course's, is not."""

import json
import shutil

import pytest

from autograder.cli import main
from autograder.grading import similarity
from autograder.grading.similarity import COMMON, pairs, runs_of

ANSWER = '''
def max_pool2d(x, kernel_size, stride=None, padding=0):
    """Return the maxima."""
    kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    sh, sw = (stride, stride) if isinstance(stride, int) else stride or (kh, kw)
    n, c, h, w = x.shape
    big = np.full((n, c, h + 2 * padding, w + 2 * padding), -np.inf, dtype=x.dtype)
    big[:, :, padding:padding + h, padding:padding + w] = x
    rows = range(0, big.shape[2] - kh + 1, sh)
    columns = range(0, big.shape[3] - kw + 1, sw)
    out = np.empty((n, c, len(rows), len(columns)), x.dtype)
    for i, top in enumerate(rows):
        for j, left in enumerate(columns):
            out[:, :, i, j] = big[:, :, top:top + kh, left:left + kw].max(axis=(2, 3))
    return out
'''
OWN = '''
def max_pool2d(x, kernel_size, stride=None, padding=0):
    k = np.broadcast_to(kernel_size, 2)
    s = k if stride is None else np.broadcast_to(stride, 2)
    p = np.broadcast_to(padding, 2)
    if (k > np.array(x.shape[2:]) + 2 * p).any():
        raise ValueError(f"window {tuple(k)} does not fit")
    y = np.pad(x, [(0, 0), (0, 0), (p[0], p[0]), (p[1], p[1])], constant_values=-np.inf)
    view = np.lib.stride_tricks.sliding_window_view(y, tuple(k), axis=(2, 3))
    return view[:, :, ::s[0], ::s[1]].reshape(*view[:, :, ::s[0], ::s[1]].shape[:4], -1).max(-1)
'''


def found(texts, given=()):
    return [pair.students for pair in pairs(texts, list(given), "n")]


def disguised(text):
    """The text with other names, comments, layout and documentation."""
    for old, new in (("big", "padded"), ("rows", "ys"), ("columns", "xs"), ("out", "result"),
                     ("top", "y0"), ("left", "x0"), ("padding", "p"), ("max_pool2d", "pool")):
        text = text.replace(old, new)
    lines = text.replace("Return the maxima.", "My very own function.").replace("  n, c", "\n  n,c")
    return lines.replace("\n    out", "  # now the loop\n\n    out") + "\n# done by me\n"


def test_a_disguised_copy_is_found_and_its_lines_are_marked():
    [pair] = pairs({"ada": ANSWER, "bela": disguised(ANSWER), "chen": OWN}, [], "n")
    assert pair.students == ("ada", "bela") and pair.share == 1
    assert {8, 12, 14, 15} <= pair.lines[0] and 3 not in pair.lines[0]
    assert max(pair.lines[1]) <= pair.texts[1].count("\n") + 1


def test_two_answers_of_ones_own_are_not_alike():
    assert found({"ada": ANSWER, "chen": OWN}) == []


def test_a_copied_part_among_work_of_ones_own_is_found():
    assert found({"ada": ANSWER, "bela": OWN + disguised(ANSWER)}) == [("ada", "bela")]


def test_what_was_released_or_is_in_the_solutions_does_not_count():
    assert found({"ada": ANSWER, "bela": ANSWER}, [ANSWER]) == []
    assert found({"ada": ANSWER + OWN, "bela": ANSWER + OWN}, [ANSWER]) == [("ada", "bela")]


def test_what_many_have_does_not_count_but_a_group_that_copied_is_found():
    group = {str(number): ANSWER for number in range(COMMON)}
    assert len(found(group)) == COMMON * (COMMON - 1) / 2
    assert found(group | {"another": ANSWER}) == []


def test_code_that_is_no_python_and_none_at_all_are_compared_too():
    broken = ANSWER.replace(":\n", "\n").replace("def", "def (")
    assert found({"ada": broken, "bela": broken, "chen": "", "dana": ""}) == [("ada", "bela")]
    assert runs_of("") == {}


def test_attributes_count_and_chosen_names_do_not():
    text = "a = np.pad(x, 1)\n" * 5
    assert runs_of(text).keys() == runs_of(text.replace("a =", "b =")).keys()
    assert not runs_of(text).keys() & runs_of(text.replace("pad", "roll")).keys()


@pytest.fixture
def submitted(root, course, tmp_path):
    """Submissions of two copies, of one's own, of the references and of a damaged file."""
    released = json.loads((course / "exercises/pooling/pooling_numpy.ipynb").read_text())
    solved = {"ada": ANSWER, "bela": disguised(ANSWER), "chen": OWN}
    for student, text in solved.items():
        for cell in released["cells"]:
            if cell["id"] == "max_pool2d":
                cell["source"] = text
        folder = tmp_path / "submitted" / student / "pooling"
        folder.mkdir(parents=True)
        (folder / "pooling_numpy.ipynb").write_text(json.dumps(released))
    for student in ("dana", "emil"):
        shutil.copytree(folder, tmp_path / "submitted" / student / "pooling")
        (tmp_path / "submitted" / student / "pooling/pooling_numpy.ipynb").write_bytes(b"{")
    return tmp_path / "submitted"


def test_the_command_writes_a_page_and_no_mark(course, submitted, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(course)
    page = tmp_path / "page.html"
    assert main(["similar", "pooling", "--submissions", str(submitted), "--file", str(page)]) == 0
    assert "1 pairs of 5 submissions" in capsys.readouterr().out
    text = page.read_text()
    assert "ada and bela" in text and "chen" not in text
    assert "<mark>            result[:, :, i, j] = padded" in text
    assert not list(tmp_path.rglob("gradebook.db"))


def test_the_references_of_the_course_are_not_reported(root, course, numpy_source):
    released = similarity.nbformat.read(course / "exercises/pooling/pooling_numpy.ipynb", 4)
    text = similarity.learners_code(numpy_source, released)
    given = [(root / "solutions/pooling/pooling_numpy.py").read_text()]
    assert "def max_pool2d" in text and found({"ada": text, "bela": text}, given) == []
