"""A Dask cluster as the executor of a study: many machines, or several workers of this one.

The prepared data are sent to each worker once and kept there on disk; what a task writes comes back as bytes and is
written into the study's folder here, so no folder is shared. A worker has one thread and one device.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from contextlib import ExitStack, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from fourfold.core.files import write_whole
from fourfold.core.scratch import scratch_folder
from fourfold.errors import MachineError, OptionError, installing
from fourfold.study.runner import ATTEMPTS, LOOK_EVERY, LostError, Task
from fourfold.study.workers import MAIN_GUARD, environment

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 20.0
SILENT = "120s"
"""How long a worker of this machine may send no sign of life before its scheduler takes it for lost. Signs come every
few seconds, while JAX compiles and trains, too; with three times as many busy processes as cores up to 8 s apart."""
AWAY_SECONDS = 10.0
ANSWER_SECONDS = 120.0
"""How long a scheduler that is connected may take to say who works for it: one that is stopped never does."""
EMPTY_SECONDS = 600.0
"""How long a cluster may have no workers: those of a queue come late, and a lost one may come back."""
SENDING_SECONDS = 600.0
"""How long prepared data may take to reach all workers: they never reach one that is stopped."""


class Cluster(Executor):
    """Sends each task to a worker of a Dask cluster.

    Args:
        address: of a scheduler that runs, such as ``tcp://host:8786``; None starts workers on this machine.
        workers: how many workers to start on this machine.

    Raises:
        OptionError: ``no-dask``; MachineError: ``no-scheduler``, if nobody answers at the address, and
            ``workers-not-started``.
    """

    def __init__(self, address: str | None = None, workers: int | None = None) -> None:
        self._dask, self._local = _dask(), None
        with ExitStack() as needed:
            if address is None:
                self._local = self._started(workers, needed.enter_context(scratch_folder()))
            self._scratch = needed.pop_all()
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
        self.client.register_plugin(_environment(self._dask, address is None), name="fourfold")
        self._data: dict[str, Any] = {}
        self._where: dict[Future, Any] = {}
        self._lock = threading.Lock()
        self._empty_since: float | None = None
        self._known = 1

    def _started(self, workers: int | None, folder: str) -> Any:
        """Workers of this machine. Dask ends all of them if one ends before it is ready."""
        settings = {"distributed.scheduler.worker-ttl": SILENT, "temporary-directory": folder}
        failed: Exception | None = None
        for _ in range(ATTEMPTS):
            try:
                with import_module("dask").config.set(settings):
                    return self._dask.LocalCluster(
                        n_workers=workers,
                        threads_per_worker=1,
                        dashboard_address=None,
                        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # any free port, if it is not shown, too
                        silence_logs=50,
                        local_directory=folder,
                    )
            except RuntimeError as error:
                failed = error
        raise MachineError(
            "workers-not-started",
            "the workers of this machine do not start",
            got=f"{failed} ({ATTEMPTS} times)",
            wanted=f"room for {workers} processes",
            do=f"--workers with a smaller number, or without it one process with all cores; {MAIN_GUARD}",
        ) from failed

    @property
    def workers(self) -> int:
        """Workers that are there now, and one where none is."""
        return max(self._there(), 1)

    def _there(self) -> int:
        """Workers that are there now, as the scheduler knows them."""

        async def identity() -> Any:
            return await self.client.scheduler.identity(n_workers=-1)

        try:
            self._known = len(self._answer(identity(), ANSWER_SECONDS)["workers"])
        except TimeoutError as error:
            raise self._gone(f"no answer for {ANSWER_SECONDS:g} seconds") from error
        except (OSError, AttributeError):  # the last from a client that is cut off, which `check` waits for
            pass
        return self._known

    def _answer(self, asked: Coroutine[Any, Any, Any], seconds: float) -> Any:
        """What a coroutine of the client gives. Dask's own time limit waits for the end of what it cancels, which may
        have none."""
        return asyncio.run_coroutine_threadsafe(asked, self.client.loop.asyncio_loop).result(seconds)

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
        """Waits while the scheduler is away, and while there are no workers.

        Raises:
            MachineError: ``scheduler-gone`` or ``cluster-empty``, if they do not come (back).
        """
        for _ in range(int(AWAY_SECONDS / LOOK_EVERY)):
            if self.client.status == "running":
                break
            time.sleep(LOOK_EVERY)
        else:
            raise self._gone(f"no answer for {AWAY_SECONDS:g} seconds")
        while self._empty():
            time.sleep(LOOK_EVERY)

    def _empty(self) -> bool:
        """Whether there are no workers now, which is said, and refused where it lasts."""
        if self.client.status != "running" or self._there():
            self._empty_since = None
            return False
        if self._empty_since is None:
            self._empty_since = time.monotonic()
            logger.warning("the cluster has no workers; waits %g minutes for one", EMPTY_SECONDS / 60)
        if time.monotonic() - self._empty_since > EMPTY_SECONDS:
            raise MachineError(
                "cluster-empty",
                "the cluster has no workers",
                got=f"none within {EMPTY_SECONDS:g} seconds",
                wanted="at least one",
                do="start some with: dask worker ADDRESS --nthreads 1, and run the same command: "
                "what is finished is kept",
            )
        return True

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
        self._scratch.close()

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

        started = time.monotonic()
        while True:
            try:
                return self._answer(scatter(), SENDING_SECONDS)
            except TimeoutError as error:  # of Dask after two seconds, where the last worker has just gone
                self.check()
                if time.monotonic() - started < SENDING_SECONDS:
                    continue
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
                for name, content in sorted(files.items(), key=lambda file: file[0].endswith(".npz")):
                    write_whole(folder / "blocks" / name, content, parents=False)
                found.set_result(result)
            elif isinstance(error, self._dask.KilledWorker) or remote.status in ("cancelled", "lost"):
                found.set_exception(LostError(str(error or remote.status)))
            else:
                found.set_exception(error or LostError(remote.status))
        except Exception as problem:
            found.set_exception(problem)


def _elsewhere(fn: Any, task: Task, data: str, content: bytes) -> tuple[Any, dict[str, bytes]]:
    """In a worker: the task in a folder of its own, and the files that it leaves there."""
    place = _dask().get_worker().local_directory  # removed when the worker ends, or by a later one
    folder = Path(place) / f"fourfold-{threading.get_ident()}"
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


def _environment(dask: Any, local: bool) -> Any:
    """Sets one device in each worker before JAX starts there. ``local``: Ctrl-C, which a terminal sends to all
    processes, is the matter of the one that started them."""

    class Environment(dask.WorkerPlugin):
        def setup(self, worker: Any) -> None:
            os.environ.update(environment(devices=1))
            if local:
                signal.signal(signal.SIGINT, signal.SIG_IGN)

    return Environment()
