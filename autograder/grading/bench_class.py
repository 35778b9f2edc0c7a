"""Classes to measure graders on, and what it takes to grade one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.grading.release import release, source_notebook
from autograder.paths import chapter_of, course_root

TOOLS = Path(sys.executable).parent
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "cnn-layers"
c.CourseDirectory.source_directory = "build/source"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = "build/submitted"
c.CourseDirectory.autograded_directory = "build/autograded"
"""


@dataclass(frozen=True)
class Cost:
    """What a command took: CPU and wall seconds, and the largest process's bytes."""

    cpu: float
    wall: float
    memory: int


def measure(folder: Path, *command: str) -> Cost:
    """Run a command of the environment to its end and return what it took.

    The CPU time is a control group's: that of processes which nobody waited for counts too.

    Raises
    ------
    subprocess.CalledProcessError
        If it fails.
    """
    environment = {key: value for key, value in os.environ.items() if key != "OMP_NUM_THREADS"}
    with tempfile.TemporaryFile() as said, control_group() as group:
        start = time.monotonic()
        process = subprocess.Popen(
            [str(TOOLS / command[0]), *command[1:]], cwd=folder, env=environment, stdout=said,
            stderr=said, preexec_fn=lambda: (group / "cgroup.procs").write_text("0"))
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        if status:
            said.seek(0)
            raise subprocess.CalledProcessError(status, command, said.read()[-2000:])
        return Cost(_seconds(group), wall, usage.ru_maxrss * 1024)


@contextmanager
def control_group() -> Iterator[Path]:
    """Make a control group that counts CPU time, and remove it when it is empty.

    Raises
    ------
    SystemExit
        If that is not allowed: only root may.
    """
    for place in ("/sys/fs/cgroup/cpuacct", "/sys/fs/cgroup"):
        group = Path(place, f"bench-{os.getpid()}")
        with suppress(OSError):
            group.mkdir()
            break
    else:
        raise SystemExit("make bench counts CPU time by a control group, for which it needs root")
    try:
        yield group
    finally:
        while (group / "cgroup.procs").read_text():
            time.sleep(0.1)
        group.rmdir()


def _seconds(group: Path) -> float:
    """Return a control group's CPU time, of version 1 or 2."""
    usage = group / "cpuacct.usage"
    if usage.exists():
        return int(usage.read_text()) / 1e9
    return int((group / "cpu.stat").read_text().split()[1]) / 1e6


def make_course(notebook: str, students: int, folder: Path, stock: bool) -> None:
    """Make a course of one notebook with a class that answered everything rightly."""
    root, chapter = course_root(), chapter_of(notebook)
    for name in (f"solutions/{chapter}/{notebook}.py", "_config.yml", "nbgrader_config.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, folder / name)
    release(chapter, folder)
    if stock:
        (folder / "nbgrader_config.py").write_text(
            STOCK + f'c.CourseDirectory.db_url = "sqlite:///{folder}/build/gradebook.db"\n')
    text = nbformat.writes(_handed_in(notebook, folder))
    for number in range(students):
        path = folder / f"build/submitted/student{number:05}/{chapter}/{notebook}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text)


def _handed_in(notebook: str, root: Path) -> nbformat.NotebookNode:
    """Return the released notebook with the references in it, as a learner would hand it in."""
    references = {cell.id: cell.source for cell in source_notebook(notebook, root).cells}
    nb = nbformat.read(root / "exercises" / chapter_of(notebook) / f"{notebook}.ipynb", 4)
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = references[cell.id]
    return nb


def graded(notebook: str, students: int, stock: bool, workers: int = 1) -> Cost:
    """Return what it takes to grade a class that was never graded."""
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        folder = Path(place)
        make_course(notebook, students, folder, stock)
        chapter = chapter_of(notebook)
        if stock:
            return measure(folder, "nbgrader", "autograde", chapter)
        return measure(folder, "autograder", "grade", chapter, "--device", "cpu", "--workers",
                       str(workers))
