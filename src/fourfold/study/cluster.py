"""A Dask cluster as the executor of a study: many machines, or several workers of this one.

The prepared data are sent to each worker once and kept there on disk; what a task writes comes back as bytes and is
written into the study's folder here, so no folder is shared. A worker has one thread and one device.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from fourfold.core.files import write_whole
from fourfold.errors import MachineError, OptionError, installing
from fourfold.study.runner import LOOK_EVERY, LostError, Task
from fourfold.study.workers import environment

CONNECT_SECONDS = 20.0
SILENT = "120s"
"""How long a worker of this machine may send no sign of life before its scheduler takes it for lost. Signs come every
few seconds, while JAX compiles and trains, too; with three times as many busy processes as cores up to 8 s apart."""
AWAY_SECONDS = 10.0
SENDING_SECONDS = 600.0
"""How long prepared data may take to reach all workers: they never reach one that is stopped."""


class Cluster(Executor):
    """Sends each task to a worker of a Dask cluster.

    Args:
        address: of a scheduler that runs, such as ``tcp://host:8786``; None starts workers on this machine.
        workers: how many workers to start on this machine.

    Raises:
        OptionError: ``no-dask``; MachineError: ``no-scheduler``, if nobody answers at the address.
    """

    def __init__(self, address: str | None = None, workers: int | None = None) -> None:
        self._dask, self._local = _dask(), None
        if address is None:
            with import_module("dask").config.set({"distributed.scheduler.worker-ttl": SILENT}):
                self._local = self._dask.LocalCluster(
                    n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=50
                )
        try:
            self.client = self._dask.Client(
                self._local or address, timeout=CONNECT_SECONDS, set_as_default=False
            )
        except (OSError, TimeoutError, ValueError) as error:
            raise MachineError(
                "no-scheduler",
                "no scheduler answers",
                got=str(address),
                wanted="the address of a Dask scheduler that runs, such as tcp://host:8786",
                do="start one with: dask scheduler",
            ) from error
        self.client.register_plugin(_environment(self._dask), name="fourfold")
        self._data: dict[str, Any] = {}
        self._where: dict[Future, Any] = {}
        self._lock = threading.Lock()

    @property
    def workers(self) -> int:
        """Workers that are there now."""
        return max(len(self.client.scheduler_info(n_workers=-1).get("workers", ())), 1)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """Runs ``fn(task, folder)`` on a worker; ends when the task's files are in the folder."""
        task, folder = args
        found: Future = Future()
        found.set_running_or_notify_cancel()
        try:
            sent = self._sent(task.data, folder)
            remote = self.client.submit(
                _elsewhere, fn, task, task.data, sent, pure=False, retries=0, **kwargs
            )
        except (OSError, TimeoutError, AttributeError) as error:  # the last from a client that is cut off
            self.check()
            raise self._gone(str(error)) from error
        self._where[found] = remote
        remote.add_done_callback(lambda done: self._come_back(found, done, folder))
        return found

    def check(self) -> None:
        """Waits while the scheduler is away; raises MachineError, ``scheduler-gone``, if it does not come back."""
        for _ in range(int(AWAY_SECONDS / LOOK_EVERY)):
            if self.client.status == "running":
                return
            time.sleep(LOOK_EVERY)
        raise self._gone(f"no answer for {AWAY_SECONDS:g} seconds")

    def _gone(self, why: str) -> MachineError:
        return MachineError(
            "scheduler-gone",
            "the scheduler of the cluster went away",
            got=why,
            do="start it again and run the same command: what is finished is kept",
        )

    def give_up(self, found: Future) -> None:
        """Lets go of a task that does not come back; the worker that holds it gets no more of them."""
        remote = self._where.pop(found, None)
        if remote is None:
            return
        holders = [worker for worker, keys in self.client.processing().items() if remote.key in keys]
        remote.cancel(force=True)
        # to retire one would first copy what it holds, and a stopped one never answers
        for worker in holders:
            self.client.sync(self.client.scheduler.unregister, address=worker, stimulus_id="fourfold-give-up")

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.client.close(timeout=1)
        if self._local is not None:
            with suppress(TimeoutError):
                self._local.close(timeout=5)

    def _sent(self, data: str, folder: Path) -> Any:
        """The prepared data, once on every worker; one that comes later fetches them from another."""
        with self._lock:
            if data not in self._data:
                content = (folder / "blocks" / f"data-{data}.npz").read_bytes()
                self._data[data] = self._scattered(content)
            return self._data[data]

    def _scattered(self, content: bytes) -> Any:
        async def scatter() -> Any:
            return await self.client.scatter(content, hash=False, broadcast=True, asynchronous=True)

        # the client's own time limit waits for the end of what it cancels, and that may have none
        sending = asyncio.run_coroutine_threadsafe(scatter(), self.client.loop.asyncio_loop)
        try:
            return sending.result(SENDING_SECONDS)
        except TimeoutError as error:
            self.check()
            raise MachineError(
                "data-not-sent",
                "the prepared data did not reach all workers",
                got=f"no end within {SENDING_SECONDS:g} seconds",
                wanted="workers that answer",
                do="end those that do not, and run the same command: what is finished is kept",
            ) from error

    def _come_back(self, found: Future, remote: Any, folder: Path) -> None:
        self._where.pop(found, None)
        if remote.status != "finished":
            self._data.clear()  # a lost worker may have held the last copy: what is sent next is sent anew
        if found.done():
            return
        try:
            error = remote.exception() if remote.status == "error" else None
            if remote.status == "finished":
                result, files = remote.result()
                for name, content in files.items():
                    write_whole(folder / "blocks" / name, content)
                found.set_result(result)
            elif isinstance(error, self._dask.KilledWorker) or remote.status in ("cancelled", "lost"):
                found.set_exception(LostError(str(error or remote.status)))
            else:
                found.set_exception(error or LostError(remote.status))
        except Exception as problem:
            found.set_exception(problem)


def _elsewhere(fn: Any, task: Task, data: str, content: bytes) -> tuple[Any, dict[str, bytes]]:
    """In a worker: the task in a folder of its own, and the files that it leaves there."""
    folder = Path(tempfile.gettempdir()) / f"fourfold-{os.getuid()}-{os.getpid()}"
    blocks = folder / "blocks"
    path = blocks / f"data-{data}.npz"
    if not path.exists():
        write_whole(path, content)
    result = fn(task, folder)
    files = {}
    for left in list(blocks.iterdir()):
        if not left.name.startswith(("data-", ".")):
            files[left.name] = left.read_bytes()
            left.unlink()
    return result, files


def _dask() -> Any:
    try:
        return import_module("distributed")
    except ImportError as error:
        raise OptionError(
            "no-dask",
            "a cluster needs Dask, which is not installed",
            wanted="the extra fourfold[cluster]",
            do=installing("cluster"),
        ) from error


def _environment(dask: Any) -> Any:
    """Sets one device in each worker before JAX starts there, and clears up behind it."""

    class Environment(dask.WorkerPlugin):
        def setup(self, worker: Any) -> None:
            os.environ.update(environment(devices=1))

        def teardown(self, worker: Any) -> None:
            shutil.rmtree(Path(tempfile.gettempdir()) / f"fourfold-{os.getuid()}-{os.getpid()}", True)

    return Environment()
