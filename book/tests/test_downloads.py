"""The downloads: the wheel checks notebooks on its own, and holds nothing of the instructor's."""

import ast
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from _ext.downloads import write_downloads

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "exercises").glob("*/*.ipynb"))
RIGHT = """
def global_avg_pool2d(x):
    return x.mean((2, 3))
"""
WRONG = RIGHT.replace("mean", "max")


@pytest.fixture(scope="module")
def downloads(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "downloads"
    write_downloads(ROOT, folder)
    return folder


@pytest.fixture(scope="module")
def wheel(downloads):
    (path,) = downloads.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def elsewhere(wheel, tmp_path_factory):
    """Return what runs Python where only the wheel, NumPy and the standard library are found."""
    home = tmp_path_factory.mktemp("elsewhere")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(home / "installed")
    (home / "packages").mkdir()
    for folder in Path(np.__file__).parents[1].glob("numpy*"):
        (home / "packages" / folder.name).symlink_to(folder)
    path = os.pathsep.join([str(home / "installed"), str(home / "packages")])

    def run(*arguments):
        return subprocess.run([sys.executable, "-S", *arguments], cwd=home, text=True,
                              capture_output=True, env={**os.environ, "PYTHONPATH": path})

    return run


def test_the_notebooks_are_the_released_ones(downloads):
    for path in NOTEBOOKS:
        assert (downloads / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("chapter", sorted({path.parent.name for path in NOTEBOOKS}))
def test_a_zip_has_a_chapters_notebooks_the_wheel_and_the_two_commands(chapter, downloads, wheel):
    with zipfile.ZipFile(downloads / f"{chapter}.zip") as archive:
        names = {path.name for path in NOTEBOOKS if path.parent.name == chapter}
        expected = {f"{chapter}/{name}" for name in {*names, wheel.name, "README.txt"}}
        assert set(archive.namelist()) == expected
        assert archive.read(f"{chapter}/{wheel.name}") == wheel.read_bytes()
        readme = archive.read(f"{chapter}/README.txt").decode()
    assert f"pip install {wheel.name}" in readme and f"%pip install {wheel.name}" in readme
    (checked,) = re.findall(r"autograder check (\S+)", readme)
    assert checked in names


def test_the_wheel_is_the_learners_half(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        assert [name for name in archive.namelist() if name.endswith("LICENSE")]
    package = ROOT / "autograder"
    modules = [*package.glob("*.py"), *package.glob("checks/*.py")]
    assert names == {f"autograder/{path.relative_to(package).as_posix()}" for path in modules}


def test_the_wheel_holds_no_answer(wheel):
    answers = {body: path.stem for path in ROOT.glob("solutions/*/*.py")
               for body in bodies(path.read_text(encoding="utf-8"))}
    assert len(answers) > 60
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.endswith(".py"):
                found = answers.keys() & bodies(archive.read(name))
                assert [(name, answers[body]) for body in found] == []


def bodies(text):
    """Return what functions do, without their docstrings, if it is more than a line or so."""
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    steps = [node.body[bool(ast.get_docstring(node)):] for node in functions]
    found = {"\n".join(map(ast.unparse, part)) for part in steps}
    return {body for body in found if len(body) > 80}


def test_the_same_sources_make_the_same_files(downloads, tmp_path):
    write_downloads(ROOT, tmp_path)
    for path in downloads.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize(("answer", "said"), [
    (RIGHT, "✓ global_avg_pool2d: all"),
    (WRONG, "✗ global_avg_pool2d: "),
])
def test_the_wheel_tells_right_from_wrong_without_the_course(answer, said, elsewhere):
    code = f"""{answer}
from autograder import check
check("gap_vs_fc_numpy.global_avg_pool2d", global_avg_pool2d)
"""
    done = elsewhere("-c", code)
    assert said in done.stdout + done.stderr
    assert ("CheckFailed" in done.stderr) == (answer is WRONG)


def test_the_wheels_command_checks_a_downloaded_notebook(elsewhere, downloads):
    done = elsewhere("-m", "autograder", "check", downloads / "pooling_numpy.ipynb")
    assert "0 of 7 exercises are right" in done.stdout, done.stderr
