"""What grading costs: this grader beside stock nbgrader, in one interleaved run.

Every number is CPU time of a command and all its descendants. A submission's cost is the slope
between a small and a large class, so that what a command does once does not count.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

from autograder.grading.bench_class import Cost, graded, make_course
from autograder.grading.entry import Register
from autograder.grading.intake import take_in
from autograder.grading.judge import judge, kind_of, zygote
from autograder.grading.nbgrader_step import course_config
from autograder.grading.release import source_notebook
from autograder.grading.session import Session
from autograder.grading.task import result
from autograder.grading.verdict import is_learners_code
from autograder.grading.zygote import below, pid_of
from autograder.paths import chapter_of, course_root

NOTEBOOKS = ("pooling_numpy", "pooling_torch")
#: CPU seconds of stock nbgrader over those of this grader: asked for, aimed at.
TARGETS = {"numpy": (8, 15), "torch": (15, 30)}


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
            few, many = graded(notebook, 1, True), graded(notebook, 5, True)
            stock.append(slope(few, many, 4))
            few, many = graded(notebook, 4, False), graded(notebook, 64, False)
            ours.append(slope(few, many, 60))
            start.append(few.wall - 4 * ours[-1][1])
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
    base = graded(NOTEBOOKS[0], 4, False, 2)
    for size in sizes:
        cost = graded(NOTEBOOKS[0], size + 4, False, 2)
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
        own = max(_private(pid) for pid in below(pid_of(session._child.handle)))
    yield f"a running torch submission holds {own / 2**20:.0f} MiB of its own (limit 150)"


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
