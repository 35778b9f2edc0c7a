"""Build the JupyterLite site, in which the NumPy notebooks run in the reader's own browser.

Python itself (Pyodide, from npm) and the packages of its kernel (from PyPI) become part of the
site. NumPy and matplotlib for WebAssembly are on neither: a browser fetches them from Pyodide's own
host when a notebook imports them.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from shutil import rmtree, which

import nbformat
from jupyterlite_pyodide_kernel.constants import (
    PYODIDE_CDN_URL,
    PYODIDE_LOCK,
    PYODIDE_PYTHON_VERSION,
    PYODIDE_VERSION,
)

from _ext.downloads import build_wheel
from autograder.paths import course_root

#: What the kernel imports before the first cell; ``comm`` is not among Pyodide's own packages.
KERNEL = ("micropip", "packaging", "ipython", "jedi")
COMM = "comm==0.2.3"
#: What a released notebook needs first in the browser, and only there.
GET_CHECKS = """\
import sys

if sys.platform == "emscripten":  # in the browser: get the package that checks your answers
    import piplite

    await piplite.install("autograder")"""


def build(root: Path, made: Path, site: Path) -> None:
    """Build the site.

    Parameters
    ----------
    root
        The course's folder.
    made
        A folder for what the site is made from; it is emptied first.
    site
        The folder to write.
    """
    rmtree(made, ignore_errors=True)
    pyodide = made / "static" / "pyodide"
    pyodide.mkdir(parents=True)
    fetch_pyodide(pyodide)
    fetch_wheels(pyodide)
    write_notebooks(root, made / "files")
    wheels = [build_wheel(root, made), next(pyodide.glob("comm-*.whl"))]
    settings = {
        "LiteBuildConfig": {
            "apps": ["lab"],
            "contents": ["files"],
            "federated_extensions": [str(extension())],
            "ignore_sys_prefix": ["federated_extensions"],
            "no_libarchive": True,
            "no_sourcemaps": True,
        },
        "PipliteAddon": {"piplite_urls": list(map(str, wheels))},
    }
    (made / "jupyter_lite_config.json").write_text(json.dumps(settings))
    rmtree(site, ignore_errors=True)
    _run(sys.executable, "-m", "jupyterlite_core", "build", "--output-dir", str(site), cwd=made)


def fetch_pyodide(folder: Path) -> None:
    """Get Python for WebAssembly by npm, of the version that the kernel is made for."""
    if which("npm") is None:
        raise SystemExit("make lite gets Pyodide by npm, and there is none: apt-get install npm")
    _run("npm", "pack", "--silent", f"pyodide@{PYODIDE_VERSION}", cwd=folder)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as package:
        for member in filter(tarfile.TarInfo.isfile, package):
            name = Path(member.name).name  # All lie in one folder; "data" filters came with 3.11.4.
            if not name.endswith((".map", ".html", ".d.ts")):
                (folder / name).write_bytes(package.extractfile(member).read())
    archive.unlink()


def fetch_wheels(folder: Path) -> None:
    """Get the kernel's packages by pip, and tell the lock file which packages are in the site."""
    lock = json.loads((folder / PYODIDE_LOCK).read_text(encoding="utf-8"))
    packages = lock["packages"]
    wanted = [f"{name}=={packages[name]['version']}" for name in _needed(packages, KERNEL)]
    _run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
         "--python-version", PYODIDE_PYTHON_VERSION, "--platform", "any", "--implementation", "py",
         "--abi", "none", *wanted, COMM, cwd=folder)
    for package in packages.values():
        wheel = folder / package["file_name"]
        if wheel.is_file():
            package["sha256"] = hashlib.sha256(wheel.read_bytes()).hexdigest()
        else:
            package["file_name"] = f"{PYODIDE_CDN_URL}/{package['file_name']}"
    (folder / PYODIDE_LOCK).write_text(json.dumps(lock), encoding="utf-8")


def _needed(packages: dict[str, dict], names: tuple[str, ...]) -> set[str]:
    found = set(names)
    for name in names:
        depends = (part.lower().replace("_", "-") for part in packages[name]["depends"])
        found |= _needed(packages, tuple(depends))
    return found


def write_notebooks(root: Path, folder: Path) -> None:
    """Write the released NumPy notebooks, with a cell that gets what checks them."""
    folder.mkdir()
    for path in (root / "exercises").glob("*/*_numpy.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        # tagged as the course tags cells that no answer needs: nobody runs it when grading
        cell = nbformat.v4.new_code_cell(GET_CHECKS, id="checks", metadata={"tags": ["demo"]})
        notebook.cells.insert(1, cell)
        nbformat.write(notebook, folder / path.name)


def extension() -> Path:
    """Return the folder of the kernel's JupyterLab extension."""
    name = "@jupyterlite/pyodide-kernel-extension"
    return Path(sys.prefix) / "share" / "jupyter" / "labextensions" / name


def _run(*command: str, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    course = course_root()
    build(course, course / "build" / "lite", Path(sys.argv[1]).resolve())
