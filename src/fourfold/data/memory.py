"""What would not fit into memory is refused before it is allocated."""

from __future__ import annotations

from fourfold.core.machine import available_memory
from fourfold.errors import MachineError


def check_memory(name: str, needed: int, do: str = "--rows N, which draws a sample") -> None:
    """Refuse what would not fit, before anything is allocated; ``do``: what helps."""
    free = available_memory()
    if needed > free:
        raise MachineError(
            "not-enough-memory",
            f"{name} does not fit into memory",
            got=_size(needed),
            wanted=f"at most {_size(free)}, which are free",
            do=do,
        )


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 else f"{count / 2**20:.1f} MiB"
