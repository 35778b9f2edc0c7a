"""The built book, once for all tests that read it, in whatever process they run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def html(tmp_path_factory):
    """The folder of the built book: BOOK_HTML, if that is set, or one built for this test run."""
    if "BOOK_HTML" in os.environ:
        return Path(os.environ["BOOK_HTML"]).resolve(strict=True)
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # the test run's own, which all its processes share
    folder = folder / "book"
    with FileLock(f"{folder}.lock"):
        if not (folder / "built").exists():
            _build(folder)
            (folder / "built").touch()
    return folder / "_build" / "html"


def _build(folder):
    """Build the book as `make book` does."""
    program = Path(sys.executable).with_name("jupyter-book")
    options = "build book --config _config.yml -W -n --keep-going --all -q --path-output"
    done = subprocess.run(
        [program, *options.split(), folder],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "ignore::DeprecationWarning", "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-6000:]
