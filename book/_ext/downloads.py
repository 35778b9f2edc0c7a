"""What readers take with them: each notebook, the package that checks it, and both in one zip."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import copy, copytree, ignore_patterns
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

#: The instructor's package, as the project file names it among the others.
INSTRUCTORS = ', "autograder.grading"'
#: The earliest date that a zip can hold, in seconds: equal files then make equal archives.
EPOCH = "315532800"
EARLIEST = (1980, 1, 1, 0, 0, 0)

README = """\
The exercises on {title}, and the package that checks them.

In this folder, with Python 3.11 or newer:

    pip install {wheel} matplotlib jupyterlab
    jupyter lab

The PyTorch notebook also needs PyTorch: pip install torch

Fill in a cell and run the one under it: it says at once what is wrong. The same for a whole
notebook, without Jupyter:

    autograder check {notebook}

In Google Colab, open a notebook with File > Upload notebook, drag the wheel into the file
browser on the left, and run this first:

    %pip install {wheel}
"""


def build_wheel(root: Path, folder: Path) -> Path:
    """Build the learner's half of the package, without answers, wrong answers and the grader.

    Parameters
    ----------
    root
        The course's folder.
    folder
        Where the wheel goes.

    Returns
    -------
    Path
        The wheel.
    """
    with tempfile.TemporaryDirectory() as made:
        source = Path(made)
        for module in (root / "autograder").glob("*.py"):
            copy(module, source)
        copytree(root / "autograder" / "checks", source / "checks",
                 ignore=ignore_patterns("__pycache__"))
        copy(root / "LICENSE", source)
        project = (root / "autograder" / "pyproject.toml").read_text(encoding="utf-8")
        if INSTRUCTORS not in project:
            raise ValueError(f"build_wheel: expected {INSTRUCTORS} in autograder/pyproject.toml")
        (source / "pyproject.toml").write_text(project.replace(INSTRUCTORS, ""), encoding="utf-8")
        command = "-m pip wheel --quiet --no-deps --no-build-isolation --no-index --wheel-dir"
        subprocess.run([sys.executable, *command.split(), str(folder), str(source)], check=True,
                       env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH,
                            "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
    (wheel,) = folder.glob("autograder-*.whl")
    return wheel


def write_downloads(root: Path, folder: Path) -> None:
    """Write every notebook, the wheel and a zip a chapter, and delete what was there.

    Parameters
    ----------
    root
        The course's folder.
    folder
        Gets ``<notebook>.ipynb``, ``<chapter>.zip`` and the wheel.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    wheel = build_wheel(root, folder)
    for chapter in (root / "exercises").iterdir():
        notebooks = sorted(chapter.glob("*.ipynb"))
        title = chapter.name.replace("_", " ")
        text = README.format(title=title, wheel=wheel.name, notebook=notebooks[0].name)
        with ZipFile(folder / f"{chapter.name}.zip", "w") as archive:
            _add(archive, f"{chapter.name}/README.txt", text.encode())
            for path in (wheel, *notebooks):
                _add(archive, f"{chapter.name}/{path.name}", path.read_bytes())
        for path in notebooks:
            copy(path, folder)


def _add(archive: ZipFile, name: str, data: bytes) -> None:
    entry = ZipInfo(name, EARLIEST)
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, data)
