"""Batches that don't come whole: made when they are asked for, and changed on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any


class Batches:
    """Batches that are made anew each time they are gone through: (x, y), or x alone.

    `class_names` and `file_paths` say what they are of.
    """

    def __init__(
        self,
        made: Callable[[], Iterable[Any]],
        length: int,
        class_names: Sequence[str] | None = None,
        file_paths: Sequence[str] = (),
    ) -> None:
        self._made, self._length = made, length
        self.class_names, self.file_paths = class_names, file_paths

    def __iter__(self) -> Iterator[Any]:
        return iter(self._made())

    def __len__(self) -> int:
        return self._length

    def map(self, function: Callable[..., Any], num_parallel_calls: Any = None) -> Batches:
        """Batches that a function makes of these; it is called as ``function(x, y)``."""
        return self._like(lambda: (function(*b) if isinstance(b, tuple) else function(b) for b in self))

    def take(self, count: int) -> Batches:
        """The first ``count`` batches; all of them for -1."""
        count = len(self) if count < 0 else min(count, len(self))
        return self._like(lambda: (batch for _, batch in zip(range(count), self)), count)

    def cache(self) -> Batches:
        """The same batches each time: they are kept in memory when they were gone through once."""
        kept: list[Any] = []

        def made() -> Iterator[Any]:
            if kept:
                yield from kept
                return
            new = []
            for batch in self:
                new.append(batch)
                yield batch
            kept[:] = new

        return self._like(made)

    def prefetch(self, buffer_size: Any = None) -> Batches:
        """These batches: `fit` makes them ahead in any case."""
        return self

    def _like(self, made: Callable[[], Iterable[Any]], length: int | None = None) -> Batches:
        length = len(self) if length is None else length
        return Batches(made, length, self.class_names, self.file_paths)
