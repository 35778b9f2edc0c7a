"""The instructor's guide, read by the tests that do what it says."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from autograder.grading.sandbox import program

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "book" / "instructors.md"
BLOCK = re.compile(r"^```\{code-block\} (\w+)\n(?::caption: ([^\n]+)\n)?\n?(.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """A block of the guide; ``caption`` names the file that it is the text of."""

    language: str
    caption: str
    text: str


def sections():
    """Return the blocks of each section, by its title."""
    parts = re.split(r"^## (.+)$", GUIDE.read_text(encoding="utf-8"), flags=re.M)
    return {title: [Block(*found) for found in BLOCK.findall(text)]
            for title, text in zip(parts[1::2], parts[2::2], strict=True)}


def commands(title):
    """Return the commands of a section that tests run, in order."""
    return [line for block in sections()[title] if block.language == "shell"
            for line in block.text.splitlines()]


def write_files(title, folder):
    """Write the files of a section below a folder."""
    for block in sections()[title]:
        if block.caption:
            path = folder / block.caption
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")


def copy_parts(folder):
    """Copy the parts of the course that a chapter of one's own changes; no chapter is in them."""
    for name in ("solutions", "exercises", "build", "book"):
        (folder / name).mkdir(parents=True)
        (ROOT / name).mkdir(exist_ok=True)
    shutil.copytree(ROOT / "autograder", folder / "autograder",
                    ignore=shutil.ignore_patterns("tests", "mutants", "__pycache__"))
    return folder


def in_place(parts):
    """Return the words that run a command in the course's folder, its parts replaced by others.

    What is installed there finds them where it looks for the course, and the course stays as it is.
    """
    words = [program(), "--dev-bind", "/", "/", "--die-with-parent"]
    if os.geteuid() == 0:
        words += ["--cap-add", "ALL"]
    for path in sorted(parts.iterdir()):
        words += ["--bind", str(path), str(ROOT / path.name)]
    return [*words, "--chdir", str(ROOT), "--"]
