"""nbgrader's formgrader in a browser, on a course with one exercise and one free answer."""

import os
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook

import browser
from autograder.paths import COURSE_ID
from guide import copy_parts, in_place, write_files
from hub import answers, free_ports, wait_for

OWN = "A chapter of your own"
ANSWER = "Everything that the small image does not show."


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """The chapter of the guide, released; ada handed in a wrong answer and a free one."""
    parts = copy_parts(tmp_path_factory.mktemp("formgrader") / "parts")
    write_files(OWN, parts)
    hand_in = f"""
import nbformat, pathlib
from autograder.grading.release import release
release("upsampling", pathlib.Path.cwd())
nb = nbformat.read("exercises/upsampling/upsampling_numpy.ipynb", as_version=4)
cells = {{cell.id: cell for cell in nb.cells}}
cells["upsample_nearest"].source = (
    "def upsample_nearest(x, scale):\\n    return np.tile(x, (1, 1, scale, scale))")
cells["what_is_lost"].source = {ANSWER!r}
folder = pathlib.Path("build/submitted/ada/upsampling")
folder.mkdir(parents=True)
nbformat.write(nb, folder / "upsampling_numpy.ipynb")
"""
    subprocess.run([*in_place(parts), sys.executable, "-c", hand_in], check=True, timeout=120,
                   env=os.environ | {"PYTHONWARNINGS": "ignore"})
    return parts


@pytest.fixture(scope="module")
def formgrader(parts, tmp_path_factory):
    """A browser's page, and the address of the formgrader in a Jupyter server of the course."""
    home = tmp_path_factory.mktemp("home")
    [port] = free_ports(1)
    log = (home / "log").open("wb")
    server = subprocess.Popen(
        [*in_place(parts), sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root",
         f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token="],
        env=os.environ | {"HOME": str(home), "PYTHONWARNINGS": "ignore"}, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: server.poll() is not None or answers(f"{address}/api/status"))
        with browser.page() as page:
            yield page, f"{address}/formgrader"
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def grades(parts):
    """Return ada's automatic and manual marks, by cell, and her comments."""
    with Gradebook(f"sqlite:///{parts / 'build' / 'gradebook.db'}", COURSE_ID) as gradebook:
        notebook = gradebook.find_submission_notebook("upsampling_numpy", "upsampling", "ada")
        return ({one.name: (one.auto_score, one.manual_score) for one in notebook.grades},
                {one.name: one.comment for one in notebook.comments})


def test_the_instructor_marks_a_submission_in_the_formgrader(parts, formgrader):
    page, address = formgrader
    page.goto(address)
    page.get_by_role("link", name="upsampling").wait_for()

    # The button for ada's submission asks the judge: it knows hidden cases, which no cell does.
    page.goto(f"{address}/manage_submissions/upsampling")
    page.get_by_text("needs autograding").wait_for()
    page.locator("td.autograde a").click()
    page.get_by_text("Successfully autograded 'upsampling' for student 'ada'").wait_for()
    assert grades(parts)[0] == {"check_upsample_nearest": (4, None), "what_is_lost": (None, None)}

    page.goto(f"{address}/gradebook/upsampling/upsampling_numpy")
    page.get_by_role("link", name="Submission #1").click()
    table = page.locator(".output_area, .output").filter(has_text="✗ values").first
    table.wait_for()
    assert "✓ batch" in table.inner_text() and "Each pixel becomes a square" in table.inner_text()
    assert table.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert ANSWER in page.locator(".rendered_html").last.inner_text()

    page.locator("input#what_is_lost").fill("3.5")
    page.locator("textarea#what_is_lost-comment").fill("Say which images.")
    page.locator("input#what_is_lost").focus()
    wait_for(lambda: grades(parts)[1].get("what_is_lost") == "Say which images.")
    wait_for(lambda: grades(parts)[0]["what_is_lost"] == (None, 3.5))
    page.reload()
    wait_for(lambda: page.locator("input#what_is_lost").input_value() == "3.5")


def test_what_was_marked_by_hand_outlives_a_regrade_and_is_in_the_feedback(parts):
    for command in (".venv/bin/autograder grade upsampling --regrade",
                    ".venv/bin/nbgrader generate_feedback upsampling"):
        done = subprocess.run([*in_place(parts), *command.split()], capture_output=True, text=True,
                              timeout=300, env=os.environ | {"PYTHONWARNINGS": "ignore"})
        assert done.returncode == 0, done.stderr
    assert grades(parts)[0] == {"check_upsample_nearest": (4, None), "what_is_lost": (None, 3.5)}
    page = (parts / "build/feedback/ada/upsampling/upsampling_numpy.html").read_text()
    assert "Say which images." in page
