"""Where blocks run: by default one worker process whose devices are the cores.

The worker sets its devices before JAX starts there, so a notebook that already used JAX still gets all cores,
and a worker that the system kills is an error of one block, not the end.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import threading
import time
import warnings
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

import loky
from loky import process_executor

from fourfold.core.machine import TRAINING, cores, load_under_limits
from fourfold.core.settings import of_a_process
from fourfold.errors import OptionError

LOOK_EVERY = 0.5  # seconds between two looks of the worker at its parent
MAIN_GUARD = 'in a script of your own if __name__ == "__main__": above what starts processes, since each reads it again'
"""What processes need that are not copies of the one which starts them."""


class Inline(Executor):
    """Runs each task where it is submitted: for what can't be pickled, and for debugging."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future:
        future: Future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def check_executor(executor: Any) -> None:
    """Refuses what runs no tasks, and a pool that would fork this process: JAX has threads, which a copy lacks, and
    waits for them without end."""
    if executor is not None and not hasattr(executor, "submit"):
        raise OptionError(
            "no-executor",
            "executor runs no tasks",
            got=f"executor={executor!r:.60}",
            wanted="a concurrent.futures.Executor",
            do="leave it out, for one worker of this machine",
        )
    context = getattr(executor, "_mp_context", None)
    if isinstance(executor, ProcessPoolExecutor) and context is not None and context.get_start_method() == "fork":
        raise OptionError(
            "forking-executor",
            "the processes of the executor would be forks of this one, in which JAX has threads",
            got="ProcessPoolExecutor with the start method fork",
            wanted="processes that start anew",
            do="ProcessPoolExecutor(N, mp_context=multiprocessing.get_context('spawn')), or leave executor out",
        )


_pool: Any = None


def local_worker() -> Executor:
    """One worker process with every core as a device. The same one is reused while the process lives."""
    global _pool
    _pool = loky.get_reusable_executor(
        max_workers=1, timeout=3600, initializer=_end_with, initargs=(os.getpid(),), env=environment()
    )
    if multiprocessing.parent_process() is not None:  # it waits for its children when it ends, and the worker for tasks
        Finalize(None, kill_worker, exitpriority=0)
    return _pool


def _end_with(parent: int) -> None:
    """In the worker: a thread that ends it when its parent is gone, however that came to its end."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_EVERY)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    if not os.environ.get("FOURFOLD_DEBUG"):  # else a worker that is lost is said in a line
        process_executor._enable_faulthandler_if_needed = lambda: None
    warnings.filterwarnings("ignore", "Error (reading|writing) persistent compilation cache")  # it goes without
    # loky takes memory that grows for a leak and starts the worker anew; here it is compiled programs
    process_executor._MAX_MEMORY_LEAK_SIZE = math.inf


def warm_up() -> None:
    """Starts the local worker, so that it loads while the data are read."""
    local_worker().submit(_load)


def _load() -> None:
    import jax

    import fourfold.study.blocks  # noqa: F401, what every block needs

    jax.devices()
    load_under_limits(TRAINING)


def kill_worker() -> None:
    """Ends the worker at once, whatever it does. Takes no locks, so that a signal handler may call it."""
    for process in list((getattr(_pool, "_processes", None) or {}).values()):
        process.terminate()


def environment(devices: int | None = None) -> dict[str, str]:
    """What a worker's process starts with: every core is a device, unless ``devices`` says how many are."""
    flags = os.environ.get("XLA_FLAGS", "")
    if "xla_force_host_platform_device_count" not in flags:
        flags = f"{flags} --xla_force_host_platform_device_count={devices or cores()}".strip()
    cache = os.environ.get("JAX_COMPILATION_CACHE_DIR") or str(cache_folder() / "compiled")
    return {
        **of_a_process(),
        "XLA_FLAGS": flags,
        "JAX_COMPILATION_CACHE_DIR": cache,
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.2",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "0",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }


def cache_folder() -> Path:
    """The user's cache folder: FOURFOLD_CACHE, else where the system keeps caches."""
    if "FOURFOLD_CACHE" in os.environ:
        return Path(os.environ["FOURFOLD_CACHE"])
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fourfold"
