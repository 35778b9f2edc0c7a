"""Workers: every task has one answer, whatever dies on the way."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.grading.sample_class import make
from autograder.grading.workers import Lost, NoCluster, judged
from classroom import run, table
from labour import die_once, refuse, shout, slow


def test_one_worker_is_this_process():
    assert list(judged([(1, b"a"), (2, b"b")], 1, work=shout)) == [(1, b"A"), (2, b"B")]


def test_tasks_are_read_as_they_are_needed():
    read = []

    def items():
        for i in range(50):
            read.append(i)
            yield i, b"x"

    stream = judged(items(), 2, work=shout)
    next(stream)
    assert len(read) < 20
    assert len(dict(stream)) == 49


def test_a_worker_that_dies_costs_no_other_task_its_answer(tmp_path):
    once = str(tmp_path / "once").encode()
    there = tmp_path / "there"
    there.touch()
    items = [("dies once", once), ("dies always", b"!")]
    items += [(i, str(there).encode()) for i in range(6)]
    found = dict(judged(items, 2, work=die_once))
    lost = found.pop("dies always")
    assert isinstance(lost, Lost) and "died 2 times" in str(lost)
    assert found == dict.fromkeys(["dies once", *range(6)], b"done")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler and two workers, each a process of its own."""
    pytest.importorskip("distributed", reason="no Dask: pip install dask distributed")
    folder = tmp_path_factory.mktemp("cluster")
    file = folder / "scheduler.json"
    paths = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": paths, "PYTHONWARNINGS": "ignore"}

    def start(*words):
        command = [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:],
                   "--scheduler-file", str(file), "--no-dashboard"]
        return subprocess.Popen(command, env=environment, cwd=folder, stderr=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, start_new_session=True)

    host = ("--host", "127.0.0.1")
    processes = [start("scheduler", *host, "--port", "0")]
    processes += [start("worker", "--nthreads", "1", "--no-nanny", *host) for _ in range(2)]
    from distributed import Client

    end = time.monotonic() + 60
    while not file.exists() and time.monotonic() < end:
        time.sleep(0.1)
    with Client(scheduler_file=str(file)) as client:
        client.wait_for_workers(2, timeout=60)
        address = client.scheduler.address
    yield address, processes[1:]
    for process in processes:
        process.kill()
        process.wait()


def test_a_cluster_judges_like_this_machine(cluster, root, own_course):
    make(root, own_course / "build" / "submitted")
    tables = []
    for words in (("--workers", "1"), ("--scheduler", cluster[0], "--regrade")):
        done = run(own_course, "autograder", "grade", "pooling", "--device", "cpu", "--students",
                   "chen", "emil", *words)
        assert done.returncode == 0, done.stderr
        tables.append(table(own_course))
    assert tables[0] == tables[1] and len(tables[0]) == 26


def test_what_fails_elsewhere_is_told(cluster):
    for workers, address in ((2, ""), (1, cluster[0])):
        ((key, error),) = judged([("key", b"text")], workers, address, work=refuse)
        assert key == "key" and isinstance(error, ValueError) and str(error) == "text"


def test_a_machine_that_is_killed_in_the_middle_loses_nothing(cluster):
    """The last test of the cluster: one of its workers is gone afterwards."""
    address, workers = cluster
    found = {}
    for key, data in judged([(i, str(i).encode()) for i in range(16)], 1, address, work=slow):
        found[key] = int(data)
        if len(found) == 4:
            os.kill(workers[0].pid, signal.SIGKILL)
    assert sorted(found) == list(range(16))
    assert len(set(found.values())) == 2


def test_no_scheduler_is_said():
    pytest.importorskip("distributed")
    with pytest.raises(NoCluster, match="no Dask scheduler answers at tcp://127.0.0.1:9"):
        list(judged([(1, b"")], 1, "tcp://127.0.0.1:9", work=shout))
