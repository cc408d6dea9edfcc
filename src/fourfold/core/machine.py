"""What the machine offers."""

from __future__ import annotations

import os
import re
from pathlib import Path

CONTROL_GROUP = Path("/sys/fs/cgroup")
"""Where Linux says how much memory a container may take, and takes."""
FALLBACK_MEMORY = 4 * 2**30


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def available_memory() -> int:
    """Bytes that this process can still get, caches of the system counted as free, limits of the process obeyed."""
    try:
        found = re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text())
        free = (
            int(found[1]) * 1024 if found else os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
        )
    except (AttributeError, ValueError, OSError):
        free = FALLBACK_MEMORY
    return min(free, _within_limits())


def _within_limits() -> int:
    """Bytes up to the limits of a control group and of the process's addresses (ulimit -v)."""
    free = [2**62]
    try:
        limit, used = (int((CONTROL_GROUP / name).read_text()) for name in ("memory.max", "memory.current"))
        cached = re.search(r"inactive_file (\d+)", (CONTROL_GROUP / "memory.stat").read_text())
        free.append(limit - used + (int(cached[1]) if cached else 0))
    except (OSError, ValueError):  # none, or "max"
        pass
    try:
        import resource

        most = resource.getrlimit(resource.RLIMIT_AS)[0]
        if most != resource.RLIM_INFINITY:
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            free.append(most - pages * os.sysconf("SC_PAGE_SIZE"))
    except (ImportError, OSError, ValueError):  # Windows, macOS
        pass
    return max(0, min(free))
