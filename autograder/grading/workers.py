"""Who judges: this process, processes beside it, or machines behind a Dask scheduler."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any

from autograder.grading.task import judge_task

#: How many tasks wait for each worker: enough that none is idle, few enough to stay small.
AHEAD = 3
#: How often a task is given out whose worker died.
ATTEMPTS = 2

#: A task and whatever it is for.
Item = tuple[Any, bytes]


class NoCluster(Exception):
    """There is no scheduler to send tasks to; the message says why."""


class Lost(Exception):
    """The workers of a task died, twice."""


def judged(items: Iterable[Item], workers: int, scheduler: str = "",
           work: Callable[[bytes], bytes] = judge_task) -> Iterator[tuple[Any, Any]]:
    """Yield ``(what it is for, result)`` of every task, in the order in which they are done.

    A result is bytes, or the exception in its place.

    Parameters
    ----------
    items
        Tasks and what they are for; read as they are needed.
    workers
        Processes on this machine; 1: this one.
    scheduler
        The address of a Dask scheduler, which is used instead.
    work
        What a worker does with a task.

    Raises
    ------
    NoCluster
        If there is no such scheduler, or no Dask.
    """
    if scheduler:
        yield from _by_dask(iter(items), scheduler, work)
    elif workers == 1:
        yield from ((key, work(data)) for key, data in items)
    else:
        yield from _by_processes(iter(items), workers, work)


def _by_processes(items: Iterator[Item], workers: int, work) -> Iterator[tuple[Any, Any]]:
    """Keep a pool busy; if a process of it dies, go on with a new pool.

    What was running then runs again one by one, so that only the guilty task meets its end twice.
    """
    # One process imports what a worker needs, and the workers are its forks.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([judge_task.__module__])
    again: list[tuple[Any, bytes, int]] = []
    given: list[tuple[Any, bytes, int]] = []
    while True:
        pool = ProcessPoolExecutor(workers, context, _end_in_time)
        running: dict[Future, tuple[Any, bytes, int]] = {}
        try:
            while True:
                if again:
                    given = [] if running else [again.pop()]
                else:
                    room = workers * AHEAD - len(running)
                    given = [(*item, 1) for item in islice(items, room)]
                while given:
                    one = given[0]
                    running[pool.submit(work, one[1])] = one
                    del given[0]
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield _outcome(future, running)
        except BrokenProcessPool:
            again += given
            for key, data, attempt in running.values():
                if attempt < ATTEMPTS:
                    again.append((key, data, attempt + 1))
                else:
                    yield key, Lost(f"its worker died {attempt} times")
        finally:
            pool.shutdown(cancel_futures=True)


def _outcome(future: Future, running: dict[Future, tuple[Any, bytes, int]]) -> tuple[Any, Any]:
    error = future.exception()
    if isinstance(error, BrokenProcessPool):
        raise error
    return running.pop(future)[0], error or future.result()


def _end_in_time() -> None:
    """Let a worker end with the grader, however that ends, and without a word on Ctrl-C."""
    threading.Thread(target=_end_with_the_grader, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _end_with_the_grader() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)


def _by_dask(items: Iterator[Item], scheduler: str, work) -> Iterator[tuple[Any, Any]]:
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise NoCluster("--scheduler needs Dask: pip install dask distributed") from None
    try:
        client = Client(scheduler, timeout="10s")
    except OSError as error:
        raise NoCluster(f"no Dask scheduler answers at {scheduler}: {error}") from None
    keys: dict[str, Any] = {}
    with client:
        if not client.scheduler_info()["workers"]:
            raise NoCluster(f"the scheduler at {scheduler} has no workers")

        def submit(count: int) -> list:
            futures = []
            for key, data in islice(items, count):
                futures.append(client.submit(work, data, pure=False, retries=ATTEMPTS))
                keys[futures[-1].key] = key
            return futures

        threads = sum(client.nthreads().values())
        queue = as_completed(submit(threads * AHEAD))
        for future in queue:
            yield keys.pop(future.key), future.exception() or future.result()
            for more in submit(1):
                queue.add(more)
