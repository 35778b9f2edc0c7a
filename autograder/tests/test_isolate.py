"""What a learner's process cannot do. Each attempt runs inside; the barrier must answer."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

import autograder
from autograder.grading.judge import zygote
from autograder.grading.session import Session
from autograder.grading.zygote import Limits

LIMITS = Limits(call=10.0, total=60.0, memory=1 << 29)


def run(*cells, notebook="pooling_numpy", limits=LIMITS):
    """Run cells in a submission of their own; return what each showed."""
    worker = zygote(notebook.partition("_")[2], True)
    with Session(worker, notebook, list(cells), limits) as running:
        running.start()
        return [
            "".join(one.get("text", "") + one.get("evalue", "") for one in outputs)
            for outputs in running.outputs.values()
        ]


def test_nothing_of_the_course_can_be_seen_but_the_learners_half(root):
    files = "import os\nfor d, _, f in os.walk({!r}): print(d, sorted(f))"
    seen = run(files.format(str(root / "autograder")), files.format(str(root / "solutions")),
               files.format(str(root / "build")), f"import os; print(os.listdir({str(root)!r}))")
    assert "visible.py" in seen[0]
    for hidden in ("judge.py", "tests", "mutants", "sample_class"):
        assert hidden not in seen[0]
    assert seen[1] == seen[2] == ""
    assert "solutions" not in seen[3] and "exercises" not in seen[3]


@pytest.mark.parametrize("path", ["/etc/passwd", "/etc/shadow", "/etc/hostname", "/proc/kcore",
                                  "/proc/1/mem", "/proc/1/environ", "/sys/kernel", "/dev/kmsg",
                                  "/var", "/run", "/mnt"])
def test_files_of_the_machine_cannot_be_read(path):
    (seen,) = run(f"import os\nos.listdir({path!r}) if os.path.isdir({path!r}) else "
                  f"print(open({path!r}, 'rb').read(1))")
    assert "No such file" in seen or "Permission denied" in seen


def test_home_folders_hold_nothing_but_the_interpreter_and_this_package():
    allowed = (sys.prefix, sys.base_prefix, str(Path(autograder.__file__).parent))
    (seen,) = run("import os\nfor home in ('/root', '/home'):\n"
                  "    for folder, _, files in os.walk(home):\n"
                  f"        if files and not folder.startswith({allowed!r}): print(folder)")
    assert seen == ""


@pytest.mark.parametrize("path", ["/usr/x", "/x", "/etc/x", "/mnt/x", "/root/x", "/proc/sys/x",
                                  "/dev/x"])
def test_nothing_can_be_written_outside_the_own_folder(path):
    (seen,) = run(f"open({path!r}, 'w')")
    assert any(word in seen for word in ("Read-only", "Permission denied", "No such file"))


def test_the_interpreter_and_this_package_cannot_be_changed():
    change = "import {0}\nopen({0}.__file__, 'a').write('#')"
    seen = run(change.format("numpy"), change.format("autograder"), change.format("os"))
    assert all("Read-only" in one or "Permission denied" in one for one in seen)


@pytest.mark.parametrize(
    ("family", "kind"),
    [("AF_INET", "SOCK_STREAM"), ("AF_INET6", "SOCK_DGRAM"), ("AF_NETLINK", "SOCK_RAW"),
     ("AF_PACKET", "SOCK_RAW")])
def test_no_socket_leaves_the_process(family, kind):
    (seen,) = run(f"import socket; socket.socket(socket.{family}, socket.{kind})")
    assert "not permitted" in seen


def test_a_server_on_this_machine_cannot_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (seen,) = run("import urllib.request\n"
                      f"urllib.request.urlopen('http://127.0.0.1:{port}', timeout=2)")
    assert "not permitted" in seen


def test_an_abstract_unix_socket_of_this_machine_cannot_be_reached():
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0course-test")
        server.listen()
        (seen,) = run("import socket\ns = socket.socket(socket.AF_UNIX)\n"
                      "s.connect('\\0course-test')")
    assert "refused" in seen


def test_no_other_process_can_be_seen_or_signalled():
    pid = os.getpid()
    seen = run("import os; print(sorted(int(p) for p in os.listdir('/proc') if p.isdigit()))",
               f"import os; os.kill({pid}, 9)", "import os; os.kill(1, 9); print('alive')",
               "import os; print(os.getppid())")
    assert seen[0] == "[1]\n" and "No such process" in seen[1]
    assert "alive" in seen[2] and seen[3] == "0\n"


@pytest.mark.parametrize("call", [
    "libc.ptrace(16, 1, 0, 0)", "libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)",
    "libc.unshare(0x10000000)", "libc.setns(3, 0)", "libc.chroot(b'/tmp')",
    "libc.syscall(250, 0, -3, 0)", "libc.syscall(321, 0, 0, 0)", "libc.syscall(425, 1, 0)",
    "libc.memfd_create(b'x', 0)", "libc.process_vm_readv(1, 0, 0, 0, 0, 0)", "libc.setuid(0)",
    "libc.syscall(304, 0, 0, 0)",
])
def test_dangerous_system_calls_are_refused(call):
    (seen,) = run("import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
                  f"print({call}, ctypes.get_errno())")
    assert seen.startswith("-1 ") and seen.split()[1] in ("1", "22")


def test_a_program_with_the_set_user_bit_gives_no_rights():
    (seen,) = run("import subprocess\nprint(subprocess.run(['su', '-c', 'id'], "
                  "capture_output=True, text=True))")
    assert "uid=0" not in seen


def test_a_fork_bomb_ends_at_the_limit_of_processes():
    bomb = ("import os, time\nn = 0\ntry:\n    while n < 500:\n        if os.fork() == 0:\n"
            "            time.sleep(60); os._exit(0)\n        n += 1\n"
            "except BlockingIOError: print(n)")
    (seen,) = run(bomb, limits=Limits())
    assert int(seen) < 64


def test_the_memory_of_all_processes_together_is_limited():
    eat = ("import os, time\nimport numpy as np\nfor _ in range(4):\n    if os.fork() == 0:\n"
           "        x = np.ones(300_000_000 // 8); time.sleep(50); os._exit(0)\ntime.sleep(50)")
    (seen,) = run(eat, limits=replace(LIMITS, call=60.0))
    assert "took more than 512 MiB of memory and was stopped" in seen


def test_written_bytes_and_files_are_limited():
    write = ("import os\nfor place in ('.', '/tmp', '/dev/shm'):\n    n = 0\n    try:\n"
             "        while n < 300: open(f'{place}/{n}', 'wb').write(bytes(1 << 20)); n += 1\n"
             "    except OSError as error: print(error.strerror)")
    (seen,) = run(write)
    assert seen.count("No space left") == 3 or seen.count("No space left") == 2


def test_processor_time_is_limited():
    limits = Limits(call=20.0, total=2.0)
    started = time.monotonic()
    with Session(zygote("numpy", True), "pooling_numpy",
                 ["import signal\nfor s in range(1, 32):\n    try: signal.signal(s, "
                  "signal.SIG_IGN)\n    except (OSError, ValueError): pass\nwhile True: pass"],
                 limits) as running:
        try:
            running.start()
        except Exception as error:
            assert "used up" in str(error)
    assert time.monotonic() - started < 10


def test_nothing_is_left_of_a_submission_when_it_ends():
    mark = f"left-behind-{os.getpid()}"
    run("import subprocess\nfor place in ('.', '/dev/shm', '/tmp'):\n"
        f"    open(place + '/{mark}', 'w').write('x')",
        f"subprocess.Popen(['setsid', 'nohup', {sys.executable!r}, '-c', "
        f"'import time; time.sleep(60)', '{mark}'])",
        "import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        import time; time.sleep(60)\n    os._exit(0)")
    (files,) = run("import os; print([os.listdir(p) for p in ('.', '/tmp', '/dev/shm')])")
    processes = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True).stdout
    assert files.startswith("[[], ") and files.endswith(", []]\n")
    assert mark not in files and mark not in processes


def test_the_worker_forgets_one_submission_before_the_next():
    run("import numpy, builtins\nnumpy.allclose = lambda *a: True\nbuiltins.secret = 7\n"
        "import autograder.compare as c\nc.difference = None")
    (seen,) = run("import numpy, builtins\nprint(hasattr(builtins, 'secret'), "
                  "numpy.allclose(1, 2))\nimport autograder.compare as c; print(c.difference)")
    assert seen.startswith("False False\n<function")


@pytest.mark.parametrize("package", ["torch", "scipy"])
def test_a_numpy_notebook_has_no_other_package_on_its_disk(package):
    (seen,) = run(f"import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', "
                  f"'import {package}; print({package}.__version__)'], capture_output=True, "
                  "text=True))")
    assert "returncode=1" in seen


def test_a_hundred_submissions_leave_no_descriptor_and_no_process_behind():
    def counts():
        return len(os.listdir("/proc/self/fd"))
    run("1")
    before = counts()
    for _ in range(100):
        run("1")
    assert counts() == before
