"""A class on a JupyterHub, through the exchange and back: the guide's commands, in its order.

As root the hub's users are users of the system, in a room of their own; the tests of what they
cannot see need that. Otherwise all servers run as one user.
"""

import csv
import io
from types import SimpleNamespace

import pytest

import browser
import hub
from autograder.grading.release import source_notebook
from conftest import copy_course
from guide import commands

[RELEASE, *COLLECT_AND_GRADE] = commands("On a JupyterHub")
NOTEBOOK = "pooling/pooling_numpy.ipynb"


@pytest.fixture(scope="module")
def term(root, tmp_path_factory):
    """What a class did on the hub: its people, still signed in, and what they were told."""
    srv = tmp_path_factory.mktemp("machine") / "srv"
    hub.prepare(srv, lambda folder: copy_course(root, folder))
    real = hub.has_users_of_its_own(srv)
    with hub.running(srv, real) as address:
        ines, ada, bela, chen = people = [hub.User(address, name) for name in hub.NAMES]
        course = "/srv/course" if real else srv / "course"
        state = "/srv/hub" if real else srv / "hub"
        told = {}

        def instruct(command):
            status, told[command] = ines.terminal(f"cd '{course}' && {command}")
            assert status == 0, told[command]

        ines.sign_in()
        instruct(RELEASE)
        fetch_in_the_browser(address, ada)
        for learner in (ada, bela, chen):
            learner.sign_in()
        answer(ada, root, ("max_pool2d", "avg_pool2d"))
        told["validated"] = ada.server("POST", "assignments/validate", json={"path": NOTEBOOK})
        ada.assignments("submit", "pooling")
        bela.assignments("fetch", "pooling")
        bela.assignments("submit", "pooling")
        if real:
            forge(chen, course, state)
        for command in COLLECT_AND_GRADE:
            instruct(command)
        told["feedback"] = ada.assignments("fetch_feedback", "pooling")
        yield SimpleNamespace(real=real, people=people, ada=ada, bela=bela, chen=chen, told=told,
                              course=course, state=state, srv=srv)


def fetch_in_the_browser(address, learner):
    with browser.page() as page:
        page.goto(f"{address}/hub/login")
        page.locator("input[name=username]").fill(learner.name)
        page.locator("input[name=password]").fill(hub.PASSWORD)
        page.locator("input[type=submit]").click()
        page.wait_for_url(f"**/user/{learner.name}/lab**")
        page.get_by_role("menuitem", name="Nbgrader").click()
        page.get_by_text("Assignment List").click()
        page.get_by_role("button", name="Fetch").click()
        page.get_by_role("button", name="Submit").wait_for()


def answer(learner, root, names):
    """Fill in the reference answers to some exercises, as the learner's notebook is saved."""
    right = {cell.id: cell.source for cell in source_notebook("pooling_numpy", root).cells}
    notebook = learner.read(NOTEBOOK)
    for cell in notebook["cells"]:
        if cell["id"] in names:
            cell["source"] = right[cell["id"]]
    learner.write_notebook(NOTEBOOK, notebook)


def forge(learner, course, state):
    """Hand in, as the newest submission of ada, links to what only the instructor may read."""
    when = "2031-01-01 00:00:00.000000 UTC"
    folder = f"{state}/exchange/cnn-layers/inbound/ada+pooling+{when}+AAAA"
    status, said = learner.terminal(
        f"mkdir '{folder}' && cd '{folder}' && chmod 755 . && "
        f"ln -s {course}/build/source/pooling/pooling_numpy.ipynb . && "
        f"echo '{when}' > timestamp.txt && echo x > submission_secret.txt")
    assert status == 0, said


def marks(term):
    text = (term.srv / "course" / "build" / "grades.csv").read_text()
    return {(row["student"], row["exercise"]): float(row["points"])
            for row in csv.DictReader(io.StringIO(text)) if row["notebook"] == "pooling_numpy"}


def test_validation_in_jupyterlab_names_what_is_wrong(term):
    said = term.told["validated"]
    assert said["success"]
    failed = {one["source"].splitlines()[-1] for one in said["value"]["failed"]}
    assert 'check("pooling_numpy.avg_pool2d_backward", avg_pool2d_backward)' in failed
    assert 'check("pooling_numpy.max_pool2d", max_pool2d)' not in failed


def test_what_learners_submitted_was_collected_and_judged(term):
    found = marks(term)
    assert {name: found["ada", name] for name in ("max_pool2d", "avg_pool2d", "roi_max_pool")} == {
        "max_pool2d": 10, "avg_pool2d": 10, "roi_max_pool": 0}
    assert found["bela", "max_pool2d"] == 0


def test_feedback_comes_back_to_the_learner(term):
    [submission] = term.told["feedback"][-1]["submissions"]
    folder = submission["local_feedback_path"]
    page = term.ada.read(f"{folder}/pooling_numpy.html")
    assert "✓ padding" in page and "not answered" in page


def test_a_learner_has_no_formgrader(term):
    assert term.ada.ask("GET", "/user/ada/formgrader").status_code == 404
    assert term.people[0].ask("GET", f"/user/{hub.NAMES[0]}/formgrader").status_code == 200


def test_one_learner_cannot_reach_the_server_of_another(term):
    assert term.bela.ask("GET", "/user/ada/api/contents").status_code == 403
    assert term.ada.ask("GET", "/user/ada/api/contents").status_code == 200


@pytest.fixture
def on_a_real_machine(term):
    if not term.real:
        pytest.skip("needs users of the system for the hub's users: run the tests as root")
    return term


def test_a_submission_is_its_owners_and_no_link_in_it_is_followed(on_a_real_machine):
    term = on_a_real_machine
    printed = term.told[COLLECT_AND_GRADE[0]]
    assert "is chen's: taken as theirs" in printed and "Not copied" in printed
    found = marks(term)
    assert {points for (student, _), points in found.items() if student == "chen"} == {0}
    assert found["ada", "max_pool2d"] == 10


@pytest.mark.parametrize("what", [
    "cat /srv/home/ada/pooling/pooling_numpy.ipynb", "ls /srv/home/ada",
    "ls {state}/exchange/cnn-layers/inbound", "ls {state}/exchange/cnn-layers/feedback",
    "mv {state}/exchange/cnn-layers {state}/exchange/gone",
    "cat {state}/jupyterhub.sqlite", "cat {state}/jupyterhub_cookie_secret",
    "ls {course}/build", "cat {course}/build/gradebook.db", "cat {course}/build/secret",
    "cat {course}/build/submitted/ada/pooling/pooling_numpy.ipynb", "ls {course}/solutions",
    "ls /proc/1/fd"])
def test_a_learner_sees_only_their_own(on_a_real_machine, what):
    term = on_a_real_machine
    status, printed = term.bela.terminal(what.format(course=term.course, state=term.state))
    assert status != 0 and "denied" in printed or "not permitted" in printed


def test_each_learner_sees_their_own(on_a_real_machine):
    status, _ = on_a_real_machine.bela.terminal("cat /srv/home/bela/pooling/pooling_numpy.ipynb")
    assert status == 0
