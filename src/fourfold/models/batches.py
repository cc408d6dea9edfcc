"""Batches that a user makes: what a generator, a `PyDataset` or anything else that can be gone through yields."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, count, islice
from typing import Any, NamedTuple

import numpy as np

from fourfold.errors import DataError, OptionError


class Given(NamedTuple):
    """One batch as a user gives it."""

    x: Any
    y: Any = None
    sample_weight: Any = None


class Batches:
    """A source of batches, epoch by epoch.

    Args:
        source: a generator, which is gone through once; a `PyDataset`, whose batches are made by number; or
            something that can be gone through again and again.

    Attributes:
        first: the first batch, looked at beforehand.
        number: how many batches a pass has; None if nobody knows, or if there is no end.
        once: whether what was yielded can't be had again.

    Raises:
        DataError: ``no-batches``, ``form-of-batch``.
    """

    def __init__(self, source: Any) -> None:
        self._source, self._numbered = source, _is_numbered(source)
        self.number = _number(source)
        self._rest: Iterator[Any] | None = None
        self.once = False
        if self._numbered:
            found = [] if self.number == 0 else [source[0]]
        else:
            iterator = iter(source)
            self.once = iterator is source
            found = list(islice(iterator, 1))
            self._rest = chain(found, iterator)
        if not found:
            raise DataError("no-batches", "there are no batches", got="none", wanted="at least one")
        self.first = _as_given(found[0])

    def steps(self, asked: int | None) -> int | None:
        """The steps of an epoch: as many as were asked for, otherwise a whole pass; None if its end is not known."""
        if asked is None and self._numbered and self.number is None:
            raise OptionError(
                "endless-batches",
                "the batches have no end",
                got="a PyDataset without a length",
                do="fit(..., steps_per_epoch=100), evaluate(..., steps=100)",
            )
        return asked if asked is not None else self.number

    def epoch(self, steps: int | None, shuffler: np.random.Generator | None) -> Iterator[Given]:
        """``steps`` batches, from where the last epoch ended, beginning anew behind the last; one pass if None."""
        taken = 0
        while steps is None or taken < steps:
            anew, before = self._rest is None, taken
            self._rest = self._rest or self._pass(shuffler)
            for batch in self._rest if steps is None else islice(self._rest, steps - taken):
                taken += 1
                yield _as_given(batch)
            more = taken == steps and not (anew and taken == self.number)
            if self.once or more:
                return
            self._rest = None
            if steps is None or (anew and taken == before):
                return

    def begin(self) -> None:
        getattr(self._source, "on_epoch_begin", lambda: None)()

    def end(self) -> None:
        getattr(self._source, "on_epoch_end", lambda: None)()

    def _pass(self, shuffler: np.random.Generator | None) -> Iterator[Any]:
        if not self._numbered:
            return iter(self._source)
        if self.number is None:
            return self._made(count())
        return self._made(iter(range(self.number) if shuffler is None else shuffler.permutation(self.number)))

    def _made(self, numbers: Iterator[int]) -> Iterator[Any]:
        """The batches of some numbers, in order, made by as many threads as the dataset asks for."""
        workers = getattr(self._source, "workers", 1)
        if workers <= 1:
            yield from (self._source[int(number)] for number in numbers)
            return
        room = max(getattr(self._source, "max_queue_size", 10), workers)
        coming: deque[Future] = deque()
        with ThreadPoolExecutor(workers) as threads:
            try:
                for number in numbers:
                    coming.append(threads.submit(self._source.__getitem__, int(number)))
                    if len(coming) >= room:
                        yield coming.popleft().result()
                while coming:
                    yield coming.popleft().result()
            finally:
                threads.shutdown(wait=False, cancel_futures=True)


def as_batches(x: Any) -> Any:
    """`Batches` where ``x`` makes batches; anything else as it is, for arrays in any form are data as a whole."""
    if isinstance(x, Batches) or not makes_batches(x):
        return x
    return Batches(x)


def makes_batches(x: Any) -> bool:
    """Whether something is gone through for batches: it is no array, nor a list, tuple or dict of arrays."""
    if _is_numbered(x):
        return True
    whole = (
        isinstance(x, (Sequence, Mapping, set, frozenset)) or hasattr(x, "__array__") or hasattr(x, "shape")
    )
    return not whole and (hasattr(x, "__iter__") or isinstance(x, Iterator))


def _is_numbered(source: Any) -> bool:
    """A `PyDataset`, be it ours or Keras's, is known by its hooks."""
    return hasattr(source, "__getitem__") and hasattr(source, "on_epoch_end")


def _number(source: Any) -> int | None:
    if hasattr(source, "num_batches"):
        return source.num_batches
    try:
        return len(source)
    except TypeError:
        return None


def _as_given(batch: Any) -> Given:
    """(x,), (x, y) or (x, y, sample weights); anything that is not a tuple or a list is x alone."""
    if not isinstance(batch, (tuple, list)):
        return Given(batch)
    if not 1 <= len(batch) <= 3:
        raise DataError(
            "form-of-batch",
            "a batch has another form",
            got=f"a {type(batch).__name__} of {len(batch)}",
            wanted="(x,), (x, y) or (x, y, sample_weight)",
            do="yield (x, y); several inputs are one x, a tuple or a dict",
        )
    return Given(*batch)
