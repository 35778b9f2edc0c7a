"""Prove the sandbox by trying to leave it: one attempt a barrier, run as a learner's cell."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from autograder.grading.sandbox import SandboxMissing
from autograder.grading.session import Session
from autograder.grading.zygote import Limits, Zygote

#: What an attempt prints if nothing stopped it.
THROUGH = "nothing stopped it"
#: A variable of the host's environment.
CANARY = "AUTOGRADER_CANARY"
LIMITS = Limits(call=20.0, total=120.0, memory=1 << 30)
LIBRARY = "import ctypes\nlibc = ctypes.CDLL(None)\n"
LOOK = ("import os\nfiles = [f for f in os.listdir({0!r}) if os.path.isfile({0!r} + '/' + f)]\n"
        "assert files, 'nothing is there'")


def attempts(root: Path) -> dict[str, str]:
    """Return code that tries to pass each barrier and raises if it holds, by what it tries."""
    return {
        "read the solutions": f"import os; os.listdir({str(root / 'solutions')!r})",
        "read the gradebook and other answers": f"import os; os.listdir({str(root / 'build')!r})",
        "read the home folder": LOOK.format(str(Path.home())),
        "read the machine's settings": "open('/etc/passwd')",
        "read the environment": f"import os; os.environ[{CANARY!r}]",
        "read another process": "open('/proc/1/mem', 'rb').read(1)",
        "signal another process": f"import os; os.kill({os.getpid()}, 0)",
        "write outside its folder": "open('/usr/x', 'w')",
        "change an installed package": "import numpy; open(numpy.__file__, 'a')",
        "open a network socket": "import socket; socket.socket(socket.AF_INET)",
        "mount a file system":
            LIBRARY + "assert not libc.mount(b'x', b'/tmp', b'tmpfs', 0, 0), 'refused'",
        "leave its namespaces": LIBRARY + "assert not libc.unshare(0x10000000), 'refused'",
        "trace a process": LIBRARY + "assert libc.ptrace(16, 1, 0, 0) == 0, 'refused'",
        "become another user": "import os; os.setuid(0)",
        "take 4 GB of memory": "import numpy as np; np.ones(1 << 29)",
        "write 300 MB": "for i in range(300): open(f'/tmp/{i}', 'wb').write(bytes(1 << 20))",
        "start 100 processes": "import os, time\nfor _ in range(100):\n    if os.fork() == 0:\n"
                               "        time.sleep(30); os._exit(0)",
        "import torch in a NumPy notebook": "import torch",
    }


def try_all(root: Path) -> Iterator[tuple[bool, str]]:
    """Yield, for each barrier, whether it held, and what was tried and came of it."""
    os.environ[CANARY] = "1"
    try:
        worker = Zygote("numpy")
        worker.wait()
    except SandboxMissing as missing:
        yield False, str(missing)
        return
    for what, code in attempts(root).items():
        with Session(worker, "pooling_numpy", [f"{code}\nprint({THROUGH!r})"], LIMITS) as session:
            session.start()
            (outputs,) = session.outputs.values()
        last = outputs[-1]
        came = last.get("text") or f"{last.get('ename')}: {last.get('evalue')}"
        yield THROUGH not in came, f"{what}: {came.strip()}"
    worker.close()
