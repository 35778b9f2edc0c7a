"""JupyterLite: the site boots from itself alone, Python runs in it, and the checks are at hand."""

import gzip
import os
import shutil
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from _ext.lite import GET_CHECKS, build
from _ext.practice import LITE_MEGABYTES

ROOT = Path(__file__).parents[3]
#: Starting Python in a browser takes long on a busy machine; in milliseconds.
PATIENCE = 300_000


class Host(SimpleHTTPRequestHandler):
    """A static host that keeps what it has served, by path."""

    served = {}

    def log_request(self, code="-", size="-"):
        file = Path(self.translate_path(self.path))
        if int(code) == 200 and file.is_file():
            self.served[file] = len(gzip.compress(file.read_bytes(), 6))

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def lite(tmp_path_factory):
    """The folder of the site: LITE_HTML, if that is set, or one built from packages."""
    if "LITE_HTML" in os.environ:
        return Path(os.environ["LITE_HTML"]).resolve(strict=True)
    if shutil.which("npm") is None:
        pytest.skip("JupyterLite needs npm, which is not on this machine: apt-get install npm")
    if subprocess.run(["npm", "view", "pyodide", "version"], capture_output=True).returncode:
        pytest.skip("JupyterLite is made from packages, and npm reaches no registry from here")
    folder = tmp_path_factory.mktemp("lite")
    build(ROOT, folder / "made", folder / "site")
    return folder / "site"


@pytest.fixture(scope="module")
def notebook(browser, lite):
    """The page of the pooling notebook, what its first cell said, and the bytes served so far.

    Its Python is ready, and no other host can be reached.
    """
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Host, directory=lite.parent)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        home = f"http://127.0.0.1:{server.server_port}/"
        context = browser.new_context()
        context.route(lambda url: url.startswith("http") and not url.startswith(home),
                      lambda route: route.abort())
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{home}{lite.name}/lab/index.html?path=pooling_numpy.ipynb")
        first = page.locator(".jp-CodeCell", has_text="piplite").locator(".cm-content").inner_text()
        run(page, "")
        yield page, first, sum(Host.served.values())
        context.close()
        server.shutdown()
        thread.join()


def run(page, code):
    """Run code in the notebook's first code cell, and return what it prints at the end."""
    page.keyboard.press("Escape")
    cell = page.locator(".jp-CodeCell").first
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(f"{code}\nprint('do' + 'ne')")
    page.keyboard.press("Control+Enter")
    output = cell.locator(".jp-OutputArea-output", has_text="done")
    output.wait_for()
    return output.inner_text()


def test_the_notebook_is_there_and_first_gets_what_checks_it(notebook):
    page, first, _ = notebook
    assert "Pooling in NumPy" in page.locator(".jp-Notebook").inner_text()
    assert first.split() == GET_CHECKS.split()


def test_opening_it_loads_what_the_pages_say(notebook):
    assert notebook[2] / 1e6 == pytest.approx(LITE_MEGABYTES, rel=0.15)


def test_a_cell_runs_in_the_browser(notebook):
    assert "42 emscripten" in run(notebook[0], "import sys\nprint(6 * 7, sys.platform)")


def test_the_checks_are_installed_from_the_site(notebook):
    page, _, _ = notebook
    code = """import piplite
await piplite.install("autograder", deps=False)
from importlib.metadata import files
print([file.name for file in files("autograder") if file.name == "pooling_numpy.py"])"""
    assert "['pooling_numpy.py']" in run(page, code)


@pytest.mark.skipif("LITE_NETWORK" not in os.environ, reason=(
    "NumPy's WebAssembly build comes from a host that tests do not ask; LITE_NETWORK=1 asks it"))
def test_a_check_runs_in_the_browser(notebook):
    page, _, _ = notebook
    page.context.unroute_all()
    answer = "def global_avg_pool2d(x):\n    return x.mean((2, 3))"
    code = f"""{GET_CHECKS}
from autograder import check
{answer}
check("gap_vs_fc_numpy.global_avg_pool2d", global_avg_pool2d)"""
    assert "✓ global_avg_pool2d" in run(page, code)
