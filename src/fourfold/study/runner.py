"""Runs the blocks that are not on disk yet, and says what happens."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from fourfold.core.machine import lacks_memory
from fourfold.errors import FourfoldError, MachineError, OptionError
from fourfold.study.workers import MAIN_GUARD, kill_worker, local_worker

logger = logging.getLogger(__name__)

ATTEMPTS = 3
LOOK_EVERY = 0.2  # seconds between two looks at the futures, so that Ctrl-C is heard
PATIENCE, PATIENCE_TIMES = 600.0, 20.0
"""A task that is away for longer than this, in seconds and in times both the slowest task so far and what it should
take itself, is taken for lost."""


class Task(Protocol):
    """What can be run: a block of replicas, a baseline, an examination. It can be pickled and hashed."""

    @property
    def data(self) -> str:
        """The key of the prepared data that it reads."""
        ...

    def run(self, folder: Path) -> float | None:
        """Computes the result and writes it as a file, whole; the seconds, where it was begun before."""

    def load(self, folder: Path) -> Any:
        """The result, or None when there is none."""


class LostError(Exception):
    """An executor lost one task, with a worker or on the way, and goes on with the others."""


@dataclass(frozen=True)
class Done:
    """A block that ended: its seconds (None when it was on disk), and its failure in words, if any."""

    block: Task
    seconds: float | None
    failure: str = ""

    @property
    def kept(self) -> bool:
        """An earlier run left its result in the folder."""
        return self.seconds is None and not self.failure


@dataclass
class _Job:
    """A task on its way: how often it was sent, and when last."""

    task: Task
    attempts: int = 0
    sent: float = 0.0


def run_blocks(
    wanted: Iterable[Task],
    folder: Path,
    executor: Executor | None = None,
    tell: Callable[[Done], None] = lambda done: None,
    patience: float = PATIENCE,
) -> list[Done]:
    """Every block's end, in the order in which they came. A block that is lost three times is a failure, said.

    Args:
        wanted: blocks; those that are on disk are not run again.
        folder: the study's folder. Workers are told its absolute path: they may have begun in another folder.
        executor: where they run; a local worker by default.
        tell: is told of each end.
        patience: seconds after which a task that is away is taken for lost, if that is also twenty times what
            the slowest task took, and what a block of its architecture and steps should take.

    Raises:
        MachineError: the disk is full, or a folder can't be written: what no retry would mend.
    """
    folder = folder.absolute()
    ended: list[Done] = []

    def end(done: Done) -> None:
        ended.append(done)
        tell(done)

    missing = []
    for block in wanted:
        if block.load(folder) is None:
            missing.append(_Job(block))
        else:
            end(Done(block, None))
    while missing:
        pool = executor or local_worker()
        try:
            turn = _Round(missing, folder, pool, end, patience, local=executor is None)
            missing = turn.run()
        except KeyboardInterrupt:
            if executor is None:
                kill_worker()
            raise
        if missing and executor is not None and not turn.answered:
            raise MachineError(
                "executor-broken",
                "the executor that was given takes no more tasks",
                got=type(executor).__name__ + (", which gives none back" if turn.sent else ""),
                wanted="one that goes on when a worker is lost, as Dask's does",
                do="give a new one and run it again: what is finished is kept"
                + f"; {MAIN_GUARD}" * isinstance(executor, ProcessPoolExecutor),
            )
    return ended


class _Round:
    """Sends jobs to one pool until all have ended, or the pool broke; what is left then is sent to the next."""

    def __init__(
        self,
        jobs: list[_Job],
        folder: Path,
        pool: Executor,
        end: Callable[[Done], None],
        patience: float,
        *,
        local: bool,
    ) -> None:
        self.local = local
        self.waiting, self.folder, self.pool, self.end, self.patience = jobs, folder, pool, end, patience
        self.away: dict[Future, _Job] = {}
        self.broken = False
        self.sent = self.answered = 0
        self.slowest = 0.0

    def run(self) -> list[_Job]:
        """The jobs that are left, none unless the pool broke."""
        left: list[_Job] = []
        check = getattr(self.pool, "check", None)
        while self.waiting or self.away:
            if check is not None:
                check()
            self._send()
            wait(self.away, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
            ran = set() if self.broken else set(list(self.away)[: workers(self.pool)])
            for future in [future for future in self.away if future.done()]:  # in the order sent; a cancelled one, too
                self._come_back(future, self.away.pop(future), future in ran)
            self._give_up()
            if self.broken and not self.away:
                left, self.waiting = self.waiting, []
        return left

    def _send(self) -> None:
        while self.waiting and len(self.away) < in_flight(self.pool) and not self.broken:
            job = self.waiting.pop(0)
            try:
                future = self.pool.submit(timed, job.task, self.folder)
            except MachineError:  # a RuntimeError, too
                raise
            except (BrokenExecutor, RuntimeError):
                self.broken = True
                self.waiting.insert(0, job)
                return
            if not isinstance(future, Future):
                raise OptionError(
                    "no-futures",
                    "executor gives something else than futures",
                    got=f"{type(future).__module__}.{type(future).__name__} of {type(self.pool).__name__}.submit",
                    wanted="a concurrent.futures.Executor",
                    do="for Dask executor=fourfold.study.cluster.Cluster(ADDRESS); else leave it out",
                )
            job.attempts, job.sent = job.attempts + 1, time.monotonic()
            self.sent += 1
            self.away[future] = job

    def _come_back(self, future: Future, job: _Job, ran: bool) -> None:
        """``ran``: it was a worker's own, and did not wait behind another."""
        error = LostError("cancelled") if future.cancelled() else future.exception()
        self.answered += 1
        if error is None:
            seconds = future.result()
            self.slowest = max(self.slowest, seconds)
            self.end(Done(job.task, seconds))
        elif isinstance(error, (BrokenExecutor, LostError)):
            self.broken |= isinstance(error, BrokenExecutor)
            if ran or isinstance(error, LostError):
                self._lost(job)
            else:
                self.waiting.append(_Job(job.task, job.attempts - 1))
        elif isinstance(error, FourfoldError) and not isinstance(error, MachineError):
            self.end(Done(job.task, None, str(error)))
        elif not isinstance(error, FourfoldError) and lacks_memory(error):
            if self.local:  # a new worker has none of what filled this one
                kill_worker()
                self.broken = True
            self._lost(job)
        else:
            raise error

    def _lost(self, job: _Job) -> None:
        """The job goes to the end of the queue, and asks for less memory; after three times it has failed."""
        if job.attempts >= ATTEMPTS:
            why = f"its worker was lost {ATTEMPTS} times, as when memory runs out or a machine stops"
            self.end(Done(job.task, None, why))
            return
        smaller = getattr(job.task, "smaller", None)
        task = smaller(last=job.attempts + 1 == ATTEMPTS) if smaller else job.task
        many = f", {getattr(task, 'capacity', 1)} training runs at a time" if smaller else ""
        name = getattr(task, "family", getattr(task, "name", "a task"))
        logger.warning("a worker was lost, as when memory runs out; %s runs again%s", name, many)
        self.waiting.append(_Job(task, job.attempts))

    def _give_up(self) -> None:
        """Takes tasks that are away too long for lost. A pool that can't let go of one is broken with it."""
        longest = max(self.patience, PATIENCE_TIMES * self.slowest)
        away = {future: time.monotonic() - job.sent for future, job in self.away.items()}
        late = [future for future, seconds in away.items() if seconds > longest]
        for future in [f for f in late if away[f] > PATIENCE_TIMES * _expected(self.away[f].task)]:
            job = self.away.pop(future)
            give_up = getattr(self.pool, "give_up", None)
            if give_up is not None:
                give_up(future)
            else:
                kill_worker()
                self.broken = True
            self._lost(job)


def _expected(task: Task) -> float:
    """The seconds that a block should take; 0 of tasks that are short."""
    return getattr(task, "expected_seconds", 0.0)


def timed(block: Task, folder: Path) -> float:
    """Runs a block where it was sent to; its seconds there, without those in the queue."""
    started = time.perf_counter()
    seconds = block.run(folder)
    return time.perf_counter() - started if seconds is None else seconds


def in_flight(pool: Executor) -> int:
    """Two blocks in the queue of each worker keep it busy; the inline executor takes one."""
    return 2 * workers(pool)


def workers(pool: Executor) -> int:
    return getattr(pool, "workers", None) or getattr(pool, "_max_workers", None) or 1
