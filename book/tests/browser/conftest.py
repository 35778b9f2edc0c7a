"""A browser, and the built book served from a sub-path as any static host would."""

import re
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

CONTENTS = (Path(__file__).parents[2] / "_toc.yml").read_text(encoding="utf-8")
#: What the book's contents name, and what Sphinx adds.
NAMES = [*re.findall(r"(?:root|file): (\S+)", CONTENTS), "genindex", "search"]


def pytest_generate_tests(metafunc):
    """Give each page of the book to a test that takes `every_page`."""
    if "every_page" in metafunc.fixturenames:
        metafunc.parametrize("every_page", NAMES)


class _Quiet(SimpleHTTPRequestHandler):
    """A static host that does not report each request."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def site(html, tmp_path_factory):
    """The address of the built book, ending in a slash."""
    folder = tmp_path_factory.mktemp("host")
    (folder / "some").mkdir()
    (folder / "some" / "path").symlink_to(html)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/some/path/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser():
    """Chromium as the system has it; without one, browser tests are skipped.

    One a file: Playwright runs once at a time in a process, and other tests start it too.
    """
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, site):
    """A page of 1280×900 in a fresh session that must ask no other host and log no error."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(20_000)
    foreign, errors = [], []
    home = urlsplit(site).netloc
    page.on("request", lambda r: re.match("https?:", r.url) and foreign.append(r.url))
    page.on("console", lambda m: m.type == "error" and errors.append(m.text))
    page.on("pageerror", lambda e: errors.append(str(e)))
    yield page
    context.close()
    assert [url for url in foreign if urlsplit(url).netloc != home] == []
    assert errors == []
