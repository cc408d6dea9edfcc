"""Runs the blocks that are not on disk yet, and says what happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from fourfold.errors import FourfoldError, MachineError
from fourfold.study.workers import kill_worker, local_worker

ATTEMPTS = 3
LOOK_EVERY = 0.2  # seconds between two looks at the futures, so that Ctrl-C is heard


class Task(Protocol):
    """What can be run: a block of replicas, or a baseline. It can be pickled and hashed."""

    def run(self, folder: Path) -> None:
        """Computes the result and writes it as a file, whole."""

    def load(self, folder: Path) -> Any:
        """The result, or None when there is none."""


@dataclass(frozen=True)
class Done:
    """A block that ended: its seconds (None when it was on disk), and its failure in words, if any."""

    block: Task
    seconds: float | None
    failure: str = ""


def run_blocks(
    wanted: Iterable[Task],
    folder: Path,
    executor: Executor | None = None,
    tell: Callable[[Done], None] = lambda done: None,
) -> list[Done]:
    """Every block's end, in the order in which they came. A block that fails three times is a failure, said."""
    ended: list[Done] = []

    def end(done: Done) -> None:
        ended.append(done)
        tell(done)

    missing = []
    for block in wanted:
        if block.load(folder) is None:
            missing.append(block)
        else:
            end(Done(block, None))
    attempts = dict.fromkeys(missing, 0)
    while missing:
        pool = executor or local_worker()
        try:
            missing = _round(missing, attempts, folder, pool, end)
        except KeyboardInterrupt:
            if executor is None:
                kill_worker()
            raise
    return ended


def _round(
    missing: list[Task], attempts: dict[Task, int], folder: Path, pool: Executor, end: Callable[[Done], None]
) -> list[Task]:
    """Submits blocks to one pool; what is left when the pool breaks is returned, to be tried again."""
    waiting = list(missing)
    running: dict[Future, Task] = {}
    retry: list[Task] = []
    broken = False
    while waiting or running:
        while waiting and len(running) < _in_flight(pool) and not broken:
            block = waiting.pop(0)
            attempts[block] += 1
            try:
                running[pool.submit(_timed, block, folder)] = block
            except (BrokenExecutor, RuntimeError):
                broken = True
                waiting.insert(0, block)
                attempts[block] -= 1
        finished, _ = wait(running, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
        for future in [future for future in running if future in finished]:  # in the order sent
            block = running.pop(future)
            error = future.exception()
            if error is None:
                end(Done(block, future.result()))
            elif isinstance(error, BrokenExecutor):
                broken = True
                if attempts[block] < ATTEMPTS:
                    retry.append(block)
                else:
                    end(Done(block, None, f"the worker was lost {ATTEMPTS} times, as when memory runs out"))
            elif isinstance(error, MachineError):
                raise error
            elif isinstance(error, FourfoldError):
                end(Done(block, None, str(error)))
            else:
                raise error
        if broken and not running:
            return retry + waiting
    return retry


def _timed(block: Task, folder: Path) -> float:
    """Runs a block where it was sent to; its seconds there, without those in the queue."""
    started = time.perf_counter()
    block.run(folder)
    return time.perf_counter() - started


def _in_flight(pool: Executor) -> int:
    """Two blocks in the queue of each worker keep it busy; the inline executor takes one."""
    return 2 * (getattr(pool, "_max_workers", None) or 1)
