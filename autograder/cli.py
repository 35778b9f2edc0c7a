"""The command line: for learners ``check``, for instructors the rest."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder.arguments import UsageError, chapters_of, students_of
from autograder.check_notebook import NotANotebook, check_notebook
from autograder.class_cli import add_commands
from autograder.doctor import examine
from autograder.paths import CourseNotFound, course_root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0 done, 1 not all could be done, 2 wrong usage."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except (UsageError, NotANotebook, CourseNotFound) as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="autograder", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("check", help="every visible check of a notebook, without Jupyter")
    one.add_argument("notebook", type=Path)
    one.set_defaults(run=_check)
    one = commands.add_parser("release", help="solutions/ -> exercises/")
    one.add_argument("chapters", nargs="*", metavar="CHAPTER")
    one.set_defaults(run=_release)
    one = commands.add_parser("verify", help="references right? mutants caught? exercises fresh?")
    one.add_argument("chapters", nargs="*", metavar="CHAPTER")
    one.set_defaults(run=_verify)
    one = commands.add_parser("doctor", help="what this machine offers, and what is missing")
    one.set_defaults(run=_doctor)
    _add_grade(commands)
    add_commands(commands)
    return top


def _add_grade(commands) -> None:
    one = commands.add_parser("grade", help="grade a class")
    one.add_argument("chapters", nargs="+", metavar="CHAPTER")
    one.add_argument("--submissions", type=Path, metavar="DIR",
                     help="DIR/<student>/<chapter>/<notebook>.ipynb (default: build/submitted)")
    one.add_argument("--students", nargs="+", metavar="NAME", help="only these")
    one.add_argument("--workers", type=int, metavar="N",
                     help="processes that judge (default: the CPUs that can be used; with cuda 1)")
    one.add_argument("--scheduler", default="", metavar="ADDRESS",
                     help="a Dask scheduler whose workers judge instead, such as tcp://host:8786")
    one.add_argument("--seed", type=int, default=0, metavar="N",
                     help="the run; other numbers draw other hidden cases (default: 0)")
    one.add_argument("--device", default="", choices=["cpu", "cuda"],
                     help="where torch exercises run (default: cuda if there is one)")
    one.add_argument("--run-all", action="store_true",
                     help="run also the cells that no exercise needs (figures, demonstrations)")
    one.add_argument("--regrade", action="store_true",
                     help="judge again what was judged before, too")
    one.add_argument("--preview", action="store_true",
                     help="judge, list the marks that would change, write none of them")
    one.add_argument("--no-sandbox", action="store_true",
                     help="run learners' code as yourself, with all your rights (not on a machine "
                     "that holds anything of value)")
    one.add_argument("--csv", type=Path, metavar="FILE", help="(default: build/grades.csv)")
    one.set_defaults(run=_grade)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _check(options) -> int:
    return 0 if check_notebook(options.notebook) else 1


def _release(options) -> int:
    from autograder.grading.release import ReleaseFailed, release

    root = course_root()
    for chapter in chapters_of(options.chapters, root):
        try:
            release(chapter, root)
        except ReleaseFailed as failure:
            print(f"autograder: {failure}", file=sys.stderr)
            return 1
        print(f"exercises/{chapter} released")
    return 0


def _verify(options) -> int:
    from autograder.grading.verify import verify

    root = course_root()
    problems = [p for chapter in chapters_of(options.chapters, root) for p in verify(chapter, root)]
    for problem in problems:
        print(f"✗ {problem}")
    print(f"{len(problems)} problems" if problems else "all is as it should be")
    return 1 if problems else 0


def _doctor(options) -> int:
    return examine()


def _grade(options) -> int:
    from autograder.grading import devices
    from autograder.grading.grade import Settings, grade, summary
    from autograder.grading.kept import Busy
    from autograder.grading.sandbox import SandboxMissing
    from autograder.grading.workers import NoCluster

    if sys.platform != "linux":
        raise UsageError("grading needs Linux; use a Linux virtual machine")
    root = course_root()
    wanted = chapters_of(options.chapters, root)
    submissions = (options.submissions or root / "build" / "submitted").resolve()
    students = students_of(options.students, submissions)
    if options.workers is not None and options.workers < 1:
        raise UsageError(f"--workers {options.workers}: expected at least 1")
    try:
        device = devices.choose(options.device)
    except ValueError as error:
        raise UsageError(str(error)) from None
    table = (options.csv or root / "build" / "grades.csv").resolve()
    if options.no_sandbox:
        print("WARNING: learners' code runs with your rights: it can read and change whatever you "
              "can, the marks included.", file=sys.stderr)
    workers = options.workers or (1 if device == "cuda" else _processors())
    settings = Settings(root, submissions, workers, options.seed, device, table,
                        not options.no_sandbox, options.run_all, options.regrade,
                        options.scheduler)
    try:
        if options.preview:
            return _preview(wanted, students, settings)
        problems = grade(wanted, students, settings)
    except (Busy, NoCluster) as reason:
        raise UsageError(str(reason)) from None
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on where it was", file=sys.stderr)
        return 1
    except SandboxMissing as missing:
        raise UsageError(f"{missing}. autograder doctor tells more; --no-sandbox grades "
                         "without protection") from None
    print(summary(table))
    print(f"\ntable: {table}\nnotebooks: {root / 'build' / 'autograded'}")
    return _told(problems)


def _preview(wanted: list[str], students: list[str], settings) -> int:
    from autograder.grading.changes import preview, write_changes

    problems, found = preview(wanted, students, settings)
    for change in found:
        print(change)
    table = settings.root / "build" / "changes.csv"
    write_changes(table, found)
    print(f"{len(found)} marks would change; none was written. The same command without --preview "
          f"and --regrade writes them.\ntable: {table}")
    return _told(problems)


def _told(problems: list[str]) -> int:
    for problem in problems:
        print(f"could not be graded: {problem}", file=sys.stderr)
    return 1 if problems else 0
