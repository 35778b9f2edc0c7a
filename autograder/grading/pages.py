"""Write an instructor's page: one file of HTML that needs nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from autograder.grading.kept import write


def write_page(path: Path, template: str, **values: Any) -> None:
    """Write a page from a template in ``grading/templates``; texts in it are escaped."""
    environment = Environment(loader=PackageLoader("autograder.grading"), autoescape=True,
                              undefined=StrictUndefined)
    write(path, environment.get_template(template).render(**values).encode())
