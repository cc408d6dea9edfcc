"""What columns without names are called: by their places."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["are_places", "by_place"]


def by_place(count: int) -> tuple[str, ...]:
    """
    >>> by_place(3)
    ('x0', 'x1', 'x2')
    """
    return tuple(f"x{place}" for place in range(count))


def are_places(names: Sequence[str]) -> bool:
    """Whether these are the names of columns without any."""
    return tuple(names) == by_place(len(names))
