"""The commands around grading: collect what was handed in, hand out what came of it."""

from __future__ import annotations

import sys
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.arguments import UsageError, chapters_of, students_of
from autograder.paths import course_root


def add_commands(commands) -> None:
    """Add the commands to the parser of the command line."""
    _add_collect(commands)
    _add_export(commands)
    one = commands.add_parser("report", help="how exercises went, as a page")
    one.add_argument("chapter", metavar="CHAPTER")
    one.add_argument("--anonymous", action="store_true", help="no table of submissions, no ids")
    one.add_argument("--file", type=Path, help="(default: build/reports/CHAPTER.html)")
    one.set_defaults(run=_report)
    one = commands.add_parser("similar", help="pairs of submissions that are alike, as a page")
    one.add_argument("chapter", metavar="CHAPTER")
    one.add_argument("--submissions", type=Path, metavar="DIR",
                     help="(default: build/submitted)")
    one.add_argument("--file", type=Path, help="(default: build/reports/CHAPTER_similar.html)")
    one.set_defaults(run=_similar)


def _add_collect(commands) -> None:
    one = commands.add_parser("collect", help="a download of submissions -> build/submitted")
    one.add_argument("source", type=Path, metavar="ZIP_OR_FOLDER")
    one.add_argument("chapter", metavar="CHAPTER")
    one.add_argument("--from", dest="system", default="",
                     choices=["canvas", "moodle", "gradescope"],
                     help="who made it (default: what its files' names tell)")
    one.add_argument("--students", type=Path, metavar="CSV",
                     help="Canvas's gradebook, Moodle's grading worksheet, Gradescope's roster; "
                     "ids and names are taken from it")
    one.add_argument("--timezone", default="", metavar="NAME",
                     help="of times in that list, such as Europe/Vienna (default: this machine's)")
    one.set_defaults(run=_collect)


def _add_export(commands) -> None:
    one = commands.add_parser("export", help="marks -> CSV, also as Canvas and Moodle read it")
    one.add_argument("chapter", metavar="CHAPTER")
    one.add_argument("--to", dest="form", default="csv", choices=["csv", "canvas", "moodle"])
    one.add_argument("--template", type=Path, metavar="CSV",
                     help="the gradebook or worksheet that the system exported, to be filled in")
    one.add_argument("--column", default="", metavar="TITLE",
                     help="of the assignment in Canvas (default: the one named as the chapter)")
    one.add_argument("--file", type=Path, help="(default: build/exports/CHAPTER_FORM.csv)")
    one.set_defaults(run=_export)


def _collect(options) -> int:
    from autograder.grading.archives import BadArchive
    from autograder.grading.attempts import REFUSED
    from autograder.grading.collect import collect
    from autograder.grading.kept import Busy
    from autograder.grading.rosters import BadRoster, read_roster

    root = course_root()
    [chapter] = chapters_of([options.chapter], root)
    try:
        zone = _zone(options.timezone)
        roster = read_roster(options.students, zone) if options.students else None
        fates = collect(options.source, chapter, root, options.system, roster)
    except (BadArchive, BadRoster, Busy) as error:
        raise UsageError(str(error)) from None
    for fate in fates:
        if fate.remark:
            print(f"{fate.outcome}: {fate.file}: {fate.remark}")
    counts = {outcome: sum(fate.outcome == outcome for fate in fates)
              for outcome in sorted({fate.outcome for fate in fates})}
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "no files")
    print(f"tables: {root / 'build' / 'collected' / chapter}")
    lost = [fate for fate in fates
            if fate.outcome == REFUSED and fate.file.endswith((".ipynb", ".zip"))]
    return 1 if lost else 0


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        raise UsageError(f"no time zone {name!r}; expected one such as Europe/Vienna") from None


def _export(options) -> int:
    from autograder.grading.export import export
    from autograder.grading.marks import NotExported
    from autograder.grading.rosters import BadRoster

    root = course_root()
    [chapter] = chapters_of([options.chapter], root)
    file = options.file or root / "build" / "exports" / f"{chapter}_{options.form}.csv"
    try:
        lines = export(chapter, root, options.form, file, options.template, options.column)
    except (NotExported, BadRoster) as error:
        raise UsageError(str(error)) from None
    for line in lines:
        print(line, file=sys.stderr)
    print(file)
    return 0


def _report(options) -> int:
    from autograder.grading.class_report import write_report
    from autograder.grading.marks import NotExported

    root = course_root()
    [chapter] = chapters_of([options.chapter], root)
    file = options.file or root / "build" / "reports" / f"{chapter}.html"
    try:
        count = write_report(chapter, root, file, options.anonymous)
    except NotExported as error:
        raise UsageError(str(error)) from None
    print(f"{file}: {count} submissions")
    return 0


def _similar(options) -> int:
    from autograder.grading import similarity
    from autograder.grading.pages import write_page

    root = course_root()
    [chapter] = chapters_of([options.chapter], root)
    submissions = options.submissions or root / "build" / "submitted"
    students = [student for student in students_of(None, submissions)
                if any((submissions / student / chapter).glob("*.ipynb"))]
    file = options.file or root / "build" / "reports" / f"{chapter}_similar.html"
    found = similarity.alike(chapter, students, submissions, root)
    write_page(file, "similarity.html", title=f"{chapter}: submissions that are alike",
               pairs=found, submissions=len(students), least=similarity.SHARE,
               length=similarity.LENGTH)
    print(f"{file}: {len(found)} pairs of {len(students)} submissions; no mark follows from it")
    return 0
