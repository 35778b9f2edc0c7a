"""A class with attackers in it: each gets what the answer earns, honest marks do not change."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from autograder.grading.release import source_notebook
from classroom import gradebook_marks, marks_of, run, table

ATTACKS = tomllib.loads((Path(__file__).parent / "attacks" / "numpy.toml").read_text())
HONEST = ("aa-before", "m-between", "zz-after")
#: Words that lie where no attacker may come; they must never turn up in what is made.
CANARIES = {"solutions": "CANARY-IN-THE-SOLUTIONS", "answers": "CANARY-IN-ANOTHERS-ANSWER",
            "secret": "CANARY-IN-THE-SECRET-FILE-000000"}


def student_of(attack):
    """A name that sorts the attackers around the honest student in the middle."""
    return f"{'fu'[len(attack) % 2]}-{attack}"


def hand_in(course, student, nb):
    place = course / "build" / "submitted" / student / "pooling"
    place.mkdir(parents=True)
    nbformat.write(nb, place / "pooling_numpy.ipynb")


def blank_but(course, text):
    nb = nbformat.read(course / "exercises/pooling/pooling_numpy.ipynb", 4)
    next(cell for cell in nb.cells if cell.id == "max_pool2d").source = text
    return nb


@pytest.fixture(scope="module")
def attacked(root, tmp_path_factory, course):
    """A class of attackers and honest students, graded by our command."""
    folder = tmp_path_factory.mktemp("attacked") / "course"
    shutil.copytree(course, folder, ignore=shutil.ignore_patterns("submitted", "autograded",
                                                                  "gradebook.db", "feedback"))
    reference = next(cell.source for cell in source_notebook("pooling_numpy", root).cells
                     if cell.id == "max_pool2d")
    solution = folder / "solutions/pooling/pooling_numpy.py"
    begin = "    ### BEGIN SOLUTION\n"
    solution.write_text(solution.read_text().replace(
        begin, f"{begin}    # {CANARIES['solutions']}\n"))
    (folder / "build" / "secret").write_text(CANARIES["secret"])
    right = source_notebook("pooling_numpy", root)
    for student in HONEST:
        honest = right.copy()
        honest.cells = [*right.cells, nbformat.v4.new_markdown_cell(CANARIES["answers"])]
        hand_in(folder, student, honest)
    for attack, entry in ATTACKS.items():
        text = entry["code"].replace("{root}", str(folder)).replace("REFERENCE", reference)
        nb = blank_but(folder, text)
        nb.cells += [nbformat.v4.new_markdown_cell(text) for text in entry.get("markdown", [])]
        hand_in(folder, student_of(attack), nb)
    done = run(folder, "autograder", "grade", "pooling", "--workers", "2", "--device", "cpu")
    return folder, done


def test_the_run_goes_through(attacked):
    _, done = attacked
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_earns_what_its_answer_is_worth(attacked, attack):
    marks = marks_of(table(attacked[0]))
    assert marks[student_of(attack), "pooling_numpy"] == ATTACKS[attack]["points"]


def test_honest_students_keep_their_marks(attacked):
    marks = marks_of(table(attacked[0]))
    assert [marks[student, "pooling_numpy"] for student in HONEST] == [70, 70, 70]


def test_the_gradebook_says_what_the_table_says(attacked):
    folder, _ = attacked
    marks = {key: value for key, value in marks_of(table(folder)).items()}
    assert gradebook_marks(folder) == marks


def made_files(folder):
    return [path for part in ("autograded", "feedback") for path in (folder / "build" / part)
            .rglob("*") if path.is_file()] + [folder / "build" / "grades.csv"]


def test_nothing_secret_turns_up_in_what_is_made(attacked):
    folder, _ = attacked
    done = run(folder, "nbgrader", "generate_feedback", "pooling")
    assert done.returncode == 0, done.stderr[-2000:]
    for path in made_files(folder):
        text = path.read_text(errors="replace")
        own = any(student in str(path) for student in HONEST)
        for canary in CANARIES.values():
            shown = text.replace(CANARIES["answers"], "") if own else text
            assert canary not in shown, path


def test_hidden_cases_do_not_turn_up_in_feedback(attacked):
    folder, _ = attacked
    for attack in ("tells_the_hidden_cases", "an_exception_whose_name_tells_the_hidden_case"):
        rows = [row for row in table(folder) if row["student"] == student_of(attack)]
        visible = [row["reason"].count("LEAKED") for row in rows]
        assert sum(visible) <= 12  # each property's visible example may tell itself


def test_notebooks_and_pages_stay_small_and_hold_no_script_of_a_learner(attacked):
    folder, _ = attacked
    for path in (folder / "build" / "autograded").rglob("*.ipynb"):
        assert path.stat().st_size < 3_000_000
        for cell in nbformat.read(path, 4).cells:
            for output in cell.get("outputs", []):
                assert set(output.get("data", {})) <= {"text/plain", "image/png"}
    page = (folder / "build/feedback" / student_of("fifty_megabytes_of_html_and_a_script")
            / "pooling/pooling_numpy.html").read_text()
    assert "<script>SCRIPTED" not in page and "document.title = 'SCRIPTED'</script>" not in page


def test_markup_in_a_learners_text_is_shown_and_not_obeyed(attacked):
    folder, _ = attacked
    student = student_of("markup_in_a_text")
    page = (folder / "build/feedback" / student / "pooling/pooling_numpy.html").read_text()
    assert "SCRIPTED" in page and "elsewhere.example" in page
    parsed = BeautifulSoup(page, "html.parser")
    assert not [one for one in parsed("script") if "SCRIPTED" in one.text]
    assert not parsed("iframe") and not [one for one in parsed("img") if "elsewhere" in str(one)]
    for element in parsed(True):
        assert not [name for name in element.attrs if name.startswith("on")]
        assert not str(element.get("href", "")).startswith("javascript:")


def test_other_files_are_as_they_were(attacked, course):
    folder, _ = attacked
    for part in ("exercises", "solutions"):
        for path in (course / part).rglob("*.ipynb"):
            assert path.read_bytes() == (folder / path.relative_to(course)).read_bytes()
    assert (folder / "build" / "secret").read_text() == CANARIES["secret"]
    assert not list(folder.glob("x"))


def test_no_process_is_left(attacked):
    listed = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True).stdout
    assert "sleep 300" not in listed and f"{attacked[0]}" not in listed.replace(sys.argv[0], "")


def test_stock_nbgrader_gives_attackers_and_honest_students_the_same_marks(attacked):
    folder, _ = attacked
    before = gradebook_marks(folder)
    done = run(folder, "nbgrader", "autograde", "pooling", "--force", "--Judge.device=cpu")
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stderr.count("Autograding") == 2 * (len(ATTACKS) + len(HONEST))
    assert gradebook_marks(folder) == before
