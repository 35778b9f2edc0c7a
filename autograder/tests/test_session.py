"""The learner's process, seen from the judge's end: what it may, what it may not, how it ends."""

import platform
import re
import time
from pathlib import Path

import numpy as np
import pytest

from autograder.cases import Case, Observation, Value
from autograder.grading.judge import zygote
from autograder.grading.score import Stopped
from autograder.grading.session import Session, checked
from autograder.grading.zygote import Limits, below

LIMITS = Limits(call=2.0, total=30.0)
POOL = "def max_pool2d(x, *args, **kwargs):\n    return x[:, :, ::2, ::2]"


def session(*cells, limits=LIMITS):
    return Session(zygote("numpy", True), "pooling_numpy", list(cells), limits)


def ask(running):
    case = Case("values", (np.arange(16.0).reshape(1, 1, 4, 4), 2))
    return running.ask("max_pool2d", case)


def texts(running, position):
    return "".join(output.get("text", "") for output in running.outputs[position])


def test_a_function_is_asked_in_the_process_that_ran_the_cells():
    with session("import numpy as np", POOL) as running:
        assert ask(running).values["output"].array.tolist() == [[[[0.0, 2.0], [8.0, 10.0]]]]


def test_outputs_of_cells_are_kept_in_order():
    warn = "import warnings\nwarnings.warn('careful')\n2 + 2"
    with session("print(1)", warn, "1 / 0") as running:
        running.start()
        kinds = [[output["output_type"] for output in running.outputs[i]] for i in range(3)]
        assert kinds == [["stream"], ["stream", "execute_result"], ["error"]]
        assert texts(running, 0) == "1\n" and "careful" in texts(running, 1)


def test_a_figure_is_kept_as_a_picture():
    figure = "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    with session(figure) as running:
        running.start()
        assert "image/png" in running.outputs[0][-1]["data"]


def test_what_a_function_prints_while_it_is_judged_is_not_kept():
    with session(POOL.replace("return", "print('leak')\n    return"), "print('cell')") as running:
        ask(running)
        assert "leak" not in str(running.outputs)


def test_nothing_reaches_the_instructors_terminal(capfd):
    write = "import os, sys\nfor fd in (1, 2): os.write(fd, b'ESCAPE')\nsys.__stderr__.write('X')"
    with session(write, "os.system('echo ESCAPE; echo ESCAPE >&2')", POOL) as running:
        assert ask(running).values
    shown = capfd.readouterr()
    assert shown.out == shown.err == ""


def test_an_endless_cell_is_stopped_and_the_others_run():
    with session("while True: pass", POOL) as running:
        assert ask(running).values
        assert "longer than 2 seconds" in running.outputs[0][0]["evalue"]


@pytest.mark.parametrize("end", ["import os; os._exit(0)", "import os; os.abort()",
                                 "import ctypes; ctypes.string_at(0)"])
def test_a_cell_that_ends_the_process_is_left_out_and_the_others_run(end):
    with session(end, POOL) as running:
        assert ask(running).values
        assert "ended the Python process" in running.outputs[0][0]["evalue"]


def test_a_submission_that_kills_itself_lives_on_as_the_first_process_of_its_namespace():
    with session("import os; os.kill(os.getpid(), 9); print('alive')", POOL) as running:
        assert ask(running).values
        assert texts(running, 0) == "alive\n"


def test_an_answer_in_dribs_does_not_stretch_the_time_of_a_call():
    drip = ("import os, time\ndef max_pool2d(x, *args):\n"
            "    os.write(3, (1 << 20).to_bytes(8, 'little'))\n"
            "    while True: os.write(3, b'0'); time.sleep(0.1)")
    started = time.monotonic()
    with session(drip) as running, pytest.raises(Stopped, match="longer than 2 seconds"):
        ask(running)
    assert time.monotonic() - started < 10


def test_exit_in_a_cell_ends_nothing():
    with session("import sys\nsys.exit()", "exit()", POOL) as running:
        assert ask(running).values and not running.stopped


def test_an_endless_call_is_stopped_and_the_next_one_answered():
    with session("calls = []", "def max_pool2d(x, *a, **k):\n    while True: pass") as running:
        with pytest.raises(Stopped, match="a call took longer than 2 seconds"):
            ask(running)
        running.sources[1] = POOL
        assert ask(running).values


def test_exit_in_a_call_is_an_error_of_the_function():
    with session("def max_pool2d(x, *a, **k):\n    exit()") as running:
        assert ask(running).error


def test_the_time_in_all_is_limited():
    with session("import time\ntime.sleep(1.5)", POOL, limits=Limits(2.0, 1.0)) as running:
        started = time.monotonic()
        with pytest.raises(Stopped, match="used up its 1 seconds"):
            ask(running)
        assert time.monotonic() - started < 5


def test_memory_is_limited():
    with session("import numpy as np\nx = np.ones((1 << 30,))", POOL) as running:
        assert ask(running).values
        assert running.outputs[0][-1]["ename"] in ("MemoryError", "_ArrayMemoryError")


def test_written_files_are_limited():
    write = "with open('big', 'wb') as f:\n    for _ in range(100): f.write(bytes(1 << 20))"
    with session(write, "import os; print(os.path.getsize('big'))", POOL) as running:
        assert ask(running).values
        assert int(texts(running, 1)) <= 1 << 26


def test_the_output_of_a_cell_is_limited():
    with session("for i in range(10**6): print('x' * 100)", POOL, limits=Limits(30.0)) as running:
        running.start()
        assert len(str(running.outputs)) < 500_000 and "was cut" in texts(running, 0)


def test_a_submission_has_an_empty_folder_of_its_own_and_no_environment_of_ours(monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_HOST", "1")
    look = "import os\nprint(os.listdir('.'), sorted(os.environ), os.path.expanduser('~'))"
    with session(look) as running:
        running.start()
        seen = texts(running, 0)
    assert seen.startswith("[]") and "SECRET" not in seen and "/submission" in seen


def test_without_a_sandbox_a_submission_still_ends_with_all_it_started():
    spawn = "import subprocess\np = subprocess.Popen(['sleep', '60'])\nprint(p.pid)"
    with Session(zygote("numpy", False), "pooling_numpy", [spawn, POOL], LIMITS) as running:
        assert ask(running).values
        pid, folder = int(texts(running, 0)), running._child.folder.name
    deadline = time.monotonic() + 5
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pid) and not Path(folder).exists()


def alive(pid):
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().split()[2] != "Z"


def test_two_submissions_share_no_state():
    with session("import random, numpy as np\nprint(random.random(), np.random.rand())") as one:
        one.start()
    with session("import random, numpy as np\nprint(random.random(), np.random.rand())") as two:
        two.start()
    assert texts(one, 0) != texts(two, 0)


@pytest.mark.parametrize("package", ["torch", "scipy", "sklearn", "scipy.ndimage"])
def test_a_numpy_notebook_can_import_no_other_package(package):
    with session(f"import {package}", "import matplotlib.pyplot, json, csv, sqlite3") as running:
        running.start()
        assert "NumPy and matplotlib only" in running.outputs[0][-1]["evalue"]
        assert running.outputs[1] == []


@pytest.mark.parametrize("reply", [
    None, 7, [], {}, "text", Observation(values=[]), Observation(values={"output": 3}),
    Observation(values={"output": Value("text", "float64")}), Observation(error=("a", "b")),
    Observation(error=(1, 2, 3)), Observation(modified=(1,)), Observation(forbidden=(None,)),
    Observation(modified=3), Observation(error=5),
])
def test_a_reply_of_the_wrong_form_stops_the_exercise(reply):
    with pytest.raises(Stopped, match="wrong form"):
        checked(reply)


def test_the_workers_memory_lies_in_large_pages():
    release = tuple(map(int, re.findall(r"\d+", platform.release())[:2]))
    if release < (6, 1) or not Path("/sys/kernel/mm/transparent_hugepage").is_dir():
        pytest.skip("Linux gives large pages on request from 6.1 on")
    worker = zygote("numpy", True)
    worker.wait()
    assert sum(map(large_pages, below(worker.process.pid))) > 0  # How many, Linux decides.


def large_pages(process):
    try:
        said = Path(f"/proc/{process}/smaps_rollup").read_text()
    except ProcessLookupError:  # An earlier test's child, not yet waited for: it has no memory.
        return 0
    return int(re.search(r"AnonHugePages: +(\d+)", said)[1])


def test_a_numpy_notebook_imports_numpy_matplotlib_and_what_python_has():
    with session("import numpy.linalg, matplotlib.pyplot, fractions", "import nbformat") as running:
        running.start()
    assert running.outputs[0] == []
    assert "nbformat cannot be imported here" in running.outputs[1][0]["evalue"]
