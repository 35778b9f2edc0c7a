"""What grading costs: this grader beside stock nbgrader, in one interleaved run.

Every number is CPU time of a command and all its descendants. A submission's cost is the slope
between a small and a large class, so that what a command does once does not count.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

import nbformat

from autograder.grading.entry import Register
from autograder.grading.intake import take_in
from autograder.grading.judge import judge, kind_of, zygote
from autograder.grading.nbgrader_step import course_config
from autograder.grading.release import release, source_notebook
from autograder.grading.session import Session
from autograder.grading.task import result
from autograder.grading.verdict import is_learners_code
from autograder.paths import chapter_of, course_root

NOTEBOOKS = ("pooling_numpy", "pooling_torch")
#: CPU seconds of stock nbgrader over those of this grader: asked for, aimed at.
TARGETS = {"numpy": (8, 15), "torch": (15, 30)}
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


def slope(small: Cost, large: Cost, more: int) -> tuple[float, float]:
    """Return CPU and wall seconds of each further submission."""
    return (large.cpu - small.cpu) / more, (large.wall - small.wall) / more


def against_stock(rounds: int) -> Iterator[str]:
    """Yield lines of the comparison with stock nbgrader."""
    yield f"{'a submission':<14}{'stock CPU s':>12}{'wall s':>8}{'ours CPU s':>12}{'wall s':>8}" \
          f"{'ratio':>7}{'target':>8}{'aim':>5}{'start-up s':>12}"
    for notebook in NOTEBOOKS:
        stock, ours, start = [], [], []
        for _ in range(rounds):
            few, many = graded(notebook, 1, True), graded(notebook, 3, True)
            stock.append(slope(few, many, 2))
            few, many = graded(notebook, 2, False), graded(notebook, 22, False)
            ours.append(slope(few, many, 20))
            start.append(few.wall - 2 * ours[-1][1])
        theirs, own = _medians(stock), _medians(ours)
        target, aim = TARGETS[kind_of(notebook)]
        yield (f"{kind_of(notebook):<14}{theirs[0]:>12.2f}{theirs[1]:>8.2f}{own[0]:>12.3f}"
               f"{own[1]:>8.3f}{theirs[0] / own[0]:>7.1f}{target:>8}{aim:>5}{median(start):>12.1f}")


def _medians(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def workers_side_by_side(rounds: int, students: int = 40) -> Iterator[str]:
    """Yield a line on two workers beside one."""
    ratios = []
    for _ in range(rounds):
        one, two = (_further(NOTEBOOKS[1], students, workers)[1] for workers in (1, 2))
        ratios.append(one / two)
    yield f"two workers beside one, torch, wall: {median(ratios):.2f} times as fast (target 1.7)"


def _further(notebook: str, students: int, workers: int) -> tuple[float, float]:
    small = graded(notebook, 4, False, workers)
    return slope(small, graded(notebook, students + 4, False, workers), students)


def growth(sizes: tuple[int, ...]) -> Iterator[str]:
    """Yield what a submission costs in classes of growing size, and the parent's memory."""
    base = graded(NOTEBOOKS[0], 1, False, 2)
    for size in sizes:
        cost = graded(NOTEBOOKS[0], size + 1, False, 2)
        cpu, wall = slope(base, cost, size)
        yield (f"numpy, {size:>5} submissions: {cpu:.3f} CPU s and {wall:.3f} wall s each, "
               f"largest process {cost.memory / 2**20:.0f} MiB")


def stages(repeats: int) -> Iterator[str]:
    """Yield where the wall time of a submission goes, in ms, one process, nothing beside it."""
    for notebook in NOTEBOOKS:
        with tempfile.TemporaryDirectory(prefix="bench-") as place:
            root = Path(place)
            make_course(notebook, 1, root, stock=False)
            times = [_stages(notebook, root, number) for number in range(repeats + 1)][1:]
        parts = ", ".join(f"{name} {1000 * median(one[name] for one in times):.1f}"
                          for name in times[0])
        yield f"{kind_of(notebook):<6} {parts}"


def _stages(notebook: str, root: Path, number: int) -> dict[str, float]:
    chapter = chapter_of(notebook)
    path = root / f"build/submitted/student00000/{chapter}/{notebook}.ipynb"
    marks = [time.perf_counter()]
    nb = take_in(path, root)
    marks.append(time.perf_counter())
    sources = [cell.source for cell in nb.cells if is_learners_code(cell)]
    with Session(zygote(kind_of(notebook)), notebook, []) as session:
        session.start()
        marks.append(time.perf_counter())
        session.sources = sources
        session._run_cells()
        marks.append(time.perf_counter())
    marks.append(time.perf_counter())
    verdict = judge(nb, notebook, root, number)
    marks.append(time.perf_counter())
    found = result(nb, verdict)
    marks.append(time.perf_counter())
    with Register(course_config(root)) as register:
        marks.append(time.perf_counter())
        register.enter("student00000", chapter, path.parent, {notebook: found})
    marks.append(time.perf_counter())
    names = ("read", "fork and isolate", "cells", "end", "judge (forks and cells in it)",
             "write the notebook", "open the gradebook (once a class)", "enter")
    return {name: after - before for name, (before, after) in
            zip(names, pairwise(marks), strict=True)}


def child_memory() -> Iterator[str]:
    """Yield what a running torch submission holds of its own."""
    root = course_root()
    nb = source_notebook(NOTEBOOKS[1], root)
    sources = [cell.source for cell in nb.cells if is_learners_code(cell)]
    with Session(zygote("torch"), NOTEBOOKS[1], sources) as session:
        session.start()
        own = max(_private(pid) for pid in _below(_pid(session._child.handle)))
    yield f"a running torch submission holds {own / 2**20:.0f} MiB of its own (limit 150)"


def _pid(handle: int) -> int:
    lines = Path(f"/proc/self/fdinfo/{handle}").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))


def _below(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _below(int(child)))]


def _private(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def main() -> None:
    """Print all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000])
    options = parser.parse_args()
    for part in (against_stock(options.rounds), workers_side_by_side(options.rounds),
                 growth(tuple(options.sizes)), child_memory(), stages(10)):
        for line in part:
            print(line, flush=True)
        print()


if __name__ == "__main__":
    main()
