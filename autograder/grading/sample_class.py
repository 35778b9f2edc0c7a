"""A class to try the grader on: submissions made from the texts in ``autograder/sample_class/``.

A learner's file says which exercises are answered (with the reference, else left blank), which
answers are wrong (a mutant, or a text of their own), what happened to the file on its way, and the
marks that the learner must get.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode

from autograder.grading.release import source_notebook
from autograder.grading.verify import read_mutants
from autograder.paths import chapter_of, course_root, exercise_path


def read_class(root: Path) -> dict[str, dict]:
    """Return what the files say, by learner."""
    folder = root / "autograder" / "sample_class"
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
            for path in sorted(folder.glob("*.toml"))}


def make(root: Path, folder: Path) -> None:
    """Write the class's submissions to ``folder/<learner>/<chapter>/``; old ones are replaced."""
    for student, entry in read_class(root).items():
        shutil.rmtree(folder / student, ignore_errors=True)
        for notebook in entry["marks"]:
            place = folder / student / chapter_of(notebook)
            place.mkdir(parents=True, exist_ok=True)
            data = nbformat.writes(_filled(notebook, entry, root)).encode()
            name = entry.get("renamed", {}).get(notebook, notebook)
            kept = entry.get("bytes_kept", {}).get(notebook, len(data))
            (place / f"{name}.ipynb").write_bytes(data[:kept])


def _filled(notebook: str, entry: dict, root: Path) -> NotebookNode:
    nb = nbformat.read(exercise_path(notebook, root), as_version=4)
    source = source_notebook(notebook, root)
    references = {cell.id: cell.source for cell in source.cells}
    for cell in nb.cells:
        address = f"{notebook}.{cell.id}"
        if address in entry.get("code", {}):
            cell.source = entry["code"][address]
        elif address in entry.get("mutants", {}):
            known = {m.name: m for m in read_mutants(notebook, cell.id, source, root)}
            cell.source = known[entry["mutants"][address]].source
        elif entry["answered"] == "all" or address in entry["answered"]:
            cell.source = references[cell.id]
    return nb


def main() -> None:
    """Make the class in ``build/submitted``."""
    root = course_root()
    make(root, root / "build" / "submitted")
    for student, entry in read_class(root).items():
        print(f"build/submitted/{student}: {entry['about']}")


if __name__ == "__main__":
    main()
