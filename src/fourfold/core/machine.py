"""What the machine offers."""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path, PurePosixPath

from fourfold.errors import MachineError

FALLBACK_MEMORY = 4 * 2**30

CONTROL_GROUPS = Path("/sys/fs/cgroup")
"""Where Linux says how much memory a group of processes (a container, a job, a service) may take, and takes."""

VERSIONS = (
    ("", "", "memory.max", "memory.current", ("inactive_file", "active_file")),
    (
        "memory",
        "memory",
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        ("total_inactive_file", "total_active_file"),
    ),
)
"""The two forms of control groups: the controller as /proc/self/cgroup names it, the folder of all groups, the files
of limit and use, and what of the use is a copy of files on disk, given up when memory is wanted."""


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def available_memory() -> int:
    """Bytes that this process can still get: copies of files count as free, limits of the process are obeyed."""
    try:
        found = re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text())
        free = (
            int(found[1]) * 1024 if found else os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
        )
    except (AttributeError, ValueError, OSError):
        free = FALLBACK_MEMORY
    return max(0, min([free, *_within_groups(), *_within_limits()]))


def _within_groups() -> Iterator[int]:
    """Bytes up to the limit of each control group that this process is in, of either form."""
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, name = line.split(":", 2)
        for controller, folder, most, now, copies in VERSIONS:
            if controller not in controllers.split(","):
                continue
            group = PurePosixPath(name)
            for part in (group, *group.parents):
                place = CONTROL_GROUPS / folder / str(part).lstrip("/")
                try:
                    limit, used = (int((place / file).read_text()) for file in (most, now))
                    facts = dict(fact.split() for fact in (place / "memory.stat").read_text().splitlines())
                except (OSError, ValueError):  # no such group seen from here, or "max"
                    continue
                yield limit - used + sum(int(facts.get(copy, 0)) for copy in copies)


def _within_limits() -> list[int]:
    """Bytes up to the limits of the process itself."""
    return [most - taken for most, taken in _limits().values()]


def _limits() -> dict[str, tuple[int, int]]:
    """The limits of the process's addresses and data, where it has any, by the option of ``ulimit`` that sets them:
    how many bytes may be taken, and how many are."""
    try:
        import resource

        pages = [int(count) for count in Path("/proc/self/statm").read_text().split()]
        limits = {"-v": (resource.RLIMIT_AS, pages[0]), "-d": (resource.RLIMIT_DATA, pages[5])}
        found = {
            option: (resource.getrlimit(limit)[0], taken * os.sysconf("SC_PAGE_SIZE"))
            for option, (limit, taken) in limits.items()
        }
        return {option: of for option, of in found.items() if of[0] != resource.RLIM_INFINITY}
    except (ImportError, OSError, ValueError):  # Windows, macOS
        return {}


def mapped() -> float:
    """The share of the memory mappings that Linux allows a process (65,530) which this one has; 0 elsewhere."""
    try:
        most = int(Path("/proc/sys/vm/max_map_count").read_text())
        with Path("/proc/self/maps").open("rb") as lines:
            return sum(1 for _ in lines) / most
    except (OSError, ValueError):
        return 0.0


NO_MEMORY = re.compile(
    "failed to map segment|cannot allocate memory|can't start new thread|RESOURCE_EXHAUSTED|bad_alloc"
    "|error return without exception set",  # of Python itself
    re.IGNORECASE,
)


def lacks_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, in whatever words a library has for it, or followed from one that
    does, as in a worker."""
    said = [str(one) for one in (error, error.__cause__, error.__context__) if one is not None]
    return isinstance(error, MemoryError) or any(map(NO_MEMORY.search, said))


def return_memory() -> None:
    """Gives what was freed back to the system, which the C library of Linux keeps for later: after a compilation
    about 300 MB."""
    with suppress(AttributeError, OSError, TypeError):  # macOS, musl, Windows
        ctypes.CDLL(None).malloc_trim(0)


READ = {"-v": 1300, "-d": 370, "memory": 120}
TRAIN = {"-v": 2200, "-d": 720, "memory": 450}
"""The megabytes that libraries take before there are any data, to read and to train: of addresses, of data, and of
memory. A small csv is read with 1,230 MB of addresses; with 680 and 1,130 libraries crashed, with 770 and 920 they
never ended."""


READING = ("duckdb", "scipy.stats", "sklearn.model_selection", "sklearn.tree")
TRAINING = (*READING, "sklearn.ensemble", "sklearn.linear_model", "jax.numpy")
"""The libraries that are loaded where they are needed, which may be behind the data."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""What spares the buffers of OpenBLAS, 40 MB for each core, where nothing that depends on its threads is computed."""


def load_under_limits(libraries: Iterable[str], environment: Mapping[str, str] | None = None) -> None:
    """Loads libraries now, in this environment, if the process's addresses or data are limited: a library that finds
    no room behind the data may never end. 1.5 million rows of parquet left 6 MB of 340, and OpenBLAS asked for 32
    without end."""
    if _limits():
        os.environ.update(environment or {})
        for name in libraries:
            import_module(name)


def check_room(needed: Mapping[str, int]) -> None:
    """Refuses a machine on which libraries would not even load: some of them abort then, or never end.

    Errors: ``MachineError`` with what to widen.
    """
    free = available_memory()
    rooms = {option: most for option, (most, _) in _limits().items()} | {"memory": free}
    for name, room in rooms.items():
        if room < needed[name] * 10**6:
            what = {"-v": "too few addresses (ulimit -v)", "-d": "too little memory (ulimit -d)"}
            raise MachineError(
                "narrow-limit",
                f"this process can get {what.get(name, 'too little memory')}",
                got=f"{room // 10**6:,} MB",
                wanted=f"at least {needed[name]:,} MB, which libraries take before there are any data",
                do=f"ulimit {name} unlimited"
                if name in what
                else "end other programs, or widen the job's limit",
            )
