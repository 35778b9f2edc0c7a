"""The course as a plain nbgrader course: its config, and the judge as a step of autograding.

Two of nbgrader's own extension points carry all of it: an exporter that reads submissions
leniently, and a preprocessor in the place where nbgrader would execute the notebook.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

from nbconvert.exporters import NotebookExporter
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    IgnorePattern,
    LimitOutput,
    NbGraderPreprocessor,
    SaveAutoGrades,
)
from traitlets import Bool, Integer, Unicode
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.grading import devices, exchange
from autograder.grading.intake import take_in
from autograder.grading.judge import judge
from autograder.grading.seeds import seed_for
from autograder.grading.verdict import write_verdict
from autograder.paths import COURSE_ID
from autograder.paths import notebooks as notebooks_of


def course_config(root: Path) -> Config:
    """Return nbgrader's settings for the course in ``root``.

    nbgrader runs ``alembic`` as a command, so the interpreter's folder is put on the ``PATH``.
    """
    tools = str(Path(sys.executable).parent)
    if tools not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] += os.pathsep + tools
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = COURSE_ID
    config.CourseDirectory.source_directory = "build/source"
    config.CourseDirectory.release_directory = "exercises"
    config.CourseDirectory.submitted_directory = "build/submitted"
    config.CourseDirectory.autograded_directory = "build/autograded"
    config.CourseDirectory.feedback_directory = "build/feedback"
    config.CourseDirectory.solution_directory = "build/solution"
    config.CourseDirectory.db_url = f"sqlite:///{root / 'build' / 'gradebook.db'}"
    # Notebooks are all that is graded: other files, links among them, are not copied along.
    config.CourseDirectory.ignore = ["*"]
    config.Autograde.exporter_class = SubmissionExporter
    config.Autograde.pre_convert_hook = partial(expect_all_notebooks, root=root)
    config.Autograde.autograde_preprocessors = [
        Judge, IgnorePattern, ClearMetadataPreprocessor, LimitOutput, SaveAutoGrades,
        AssignLatePenalties, CheckCellMetadata]
    config.Judge.root = str(root)
    config.ExchangeFactory.release_assignment = exchange.ReleaseAssignment
    config.ExchangeFactory.collect = exchange.Collect
    config.ExchangeFactory.release_feedback = exchange.ReleaseFeedback
    return config


def nbgrader_settings(root: Path) -> Config:
    """Return the settings that nbgrader's own commands read in the course's folder."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()


def expect_all_notebooks(notebooks: list[str], root: Path, **_: object) -> None:
    """Make nbgrader look for the chapter's notebooks, also if they carry other names."""
    folder = Path(notebooks[0]).parent
    notebooks[:] = [str(folder / f"{name}.ipynb") for name in notebooks_of(folder.name, root)]


class SubmissionExporter(NotebookExporter):
    """Read submissions as `autograder.grading.intake` does, everything else as always."""

    def from_filename(self, filename: str, resources: dict | None = None, **kw: object):
        """Return a notebook from a file."""
        course = self.parent.coursedir
        # Not resolved: a link in a submission must not lead out of this rule.
        submitted = Path(os.path.abspath(course.format_path(course.submitted_directory, ".", ".")))
        if submitted not in Path(os.path.abspath(filename)).parents:
            return super().from_filename(filename, resources, **kw)
        nb = take_in(Path(filename), Path(course.root))
        return self.from_notebook_node(nb, resources, **kw)


class Judge(NbGraderPreprocessor):
    """Write the judge's verdict where nbgrader looks for the outputs of execution."""

    root = Unicode(help="The course's folder.").tag(config=True)
    device = Unicode("", help="Where torch exercises run: cpu or cuda; empty: cuda if there is "
                     "one.").tag(config=True)
    seed = Integer(0, help="The run's seed; the hidden cases of a student and notebook follow "
                   "from it and from the course's secret.").tag(config=True)
    sandboxed = Bool(True, help="Whether learners' code is shut in.").tag(config=True)
    run_all = Bool(False, help="Whether cells that no exercise needs are run too.").tag(
        config=True)

    def preprocess(self, nb: NotebookNode, resources: dict):
        """Return the notebook with the verdict in its graded cells."""
        student = resources["nbgrader"]["student"]
        notebook = resources["nbgrader"]["notebook"]
        verdict = judge(
            nb, notebook, Path(self.root), seed_for(Path(self.root), student, notebook, self.seed),
            devices.choose(self.device), sandboxed=self.sandboxed, run_all=self.run_all)
        write_verdict(nb, verdict)
        return nb, resources
