"""A browser for tests: Chromium as the system has it."""

import contextlib
import shutil

import pytest
from playwright.sync_api import sync_playwright


@contextlib.contextmanager
def page():
    """Open a page in a headless Chromium of its own; without one, the test is skipped."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(60_000)
        yield page
        browser.close()
