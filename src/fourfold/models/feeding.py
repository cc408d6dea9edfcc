"""How data come to the training program: whole, read part by part, or batch by batch as a user makes them.

An epoch is a row of pieces. A piece holds the placed data of some steps, and the row numbers of each; what is not a
full batch is a piece of its own. Arrays in memory are one piece, which stays where it is; of a file, or of a generator,
the next piece is made on another thread while the one before is computed with.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from fourfold.errors import OptionError
from fourfold.models.arrays import prepare, streamed
from fourfold.models.batches import Batches, Given, as_batches
from fourfold.training.objective import Batch
from fourfold.training.program import Program
from fourfold.training.reading import PART_BYTES, Rows, ahead, aligned

if TYPE_CHECKING:
    from fourfold.models.trainer import Trainer

LONGEST_WAIT = 0.5
"""Seconds after which batches that were made are computed with, though more would fit into a piece."""


class Piece(NamedTuple):
    """Placed data of several steps, of which step i takes the rows ``indices[i]`` (steps, batch).

    ``indices`` None: the data are one batch.
    """

    data: Batch
    indices: Any
    steps: int


class Made(NamedTuple):
    """Batches of a user, and how each becomes a checked batch; ``first`` is the first of them."""

    batches: Batches
    checked: Callable[[Given], Batch]
    first: Batch


def given(
    model: Trainer, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None
) -> Batch | Made:
    """What a user gave, checked: arrays as one batch, or batches that are made one after the other."""
    x = as_batches(x)
    if not isinstance(x, Batches):
        return prepare(model, x, y, sample_weight, class_weight, streamed(x, y, sample_weight))
    if y is not None or sample_weight is not None:
        raise OptionError(
            "targets-beside-batches",
            "targets and weights belong into the batches",
            got="x makes batches, and " + ("y" if y is not None else "sample_weight") + " is given too",
            do="yield (x, y) or (x, y, sample_weight)",
        )

    def checked(batch: Given) -> Batch:
        return prepare(model, *batch, class_weight)

    return Made(x, checked, checked(x.first))


def example(data: Batch | Made) -> Batch:
    """A batch that has the data's shapes."""
    return data.first if isinstance(data, Made) else data


def placed_bytes(data: Batch | Made) -> int:
    """Bytes that are on a device at once."""
    if isinstance(data, Made) or _reads(data):
        return PART_BYTES
    return sum(leaf.nbytes for leaf in jax.tree.leaves(data))


def batch_shapes(data: Batch | Made, batch_size: int) -> Any:
    """The shapes of the inputs of a batch."""
    inputs, size = (
        (data.first.inputs, data.first.size) if isinstance(data, Made) else (data.inputs, batch_size)
    )
    return jax.tree.map(lambda leaf: jax.ShapeDtypeStruct((size, *leaf.shape[1:]), leaf.dtype), inputs)


class Feed:
    """The epochs of some data for one program.

    Args:
        data: what `given` made of it.
        program: places the data.
        batch_size: rows of a step, where the user does not make the batches.
        steps: of an epoch at most, or, of batches that a user makes, just so many; None for all.
        check: is told each batch that a user makes.
    """

    def __init__(
        self,
        data: Batch | Made,
        program: Program,
        batch_size: int,
        steps: int | None,
        check: Callable[[Batch], None] = lambda batch: None,
    ) -> None:
        self._program, self._batch_size, self._check = program, batch_size, check
        self._data = data
        self.steps: int | None
        if isinstance(data, Made):
            self.steps = data.batches.steps(steps)
            return
        whole = -(-data.size // batch_size)
        self.steps = whole if steps is None else min(whole, steps)
        if not _reads(data):
            self._data = program.place(data)

    def epoch(self, shuffler: np.random.Generator | None = None) -> Generator[Piece]:
        """The pieces of one epoch, in an order that ``shuffler`` draws."""
        data = self._data
        if isinstance(data, Made):
            return self._of_batches(data, shuffler)
        dealt = self._dealt(data.size, shuffler)
        return self._of_rows(data, *dealt) if _reads(data) else self._of_arrays(data, *dealt)

    def _of_arrays(self, placed: Batch, full: np.ndarray, last: np.ndarray) -> Generator[Piece]:
        """All full batches as one piece, then the last, smaller one."""
        if len(full):
            yield Piece(placed, jnp.asarray(full), len(full))
        if len(last):
            yield Piece(self._program.rows(placed, jnp.asarray(last)), None, 1)

    def _of_rows(self, data: Batch, full: np.ndarray, last: np.ndarray) -> Generator[Piece]:
        """The same steps in pieces of several, read ahead. A piece holds its rows in the file's order."""
        room = self._room(data, self._batch_size, len(full))

        def read() -> Generator[Piece]:
            for start in range(0, len(full), room):
                some = full[start : start + room]
                ascending, places = np.unique(some, return_inverse=True)
                indices = np.zeros((room, self._batch_size), np.int32)
                indices[: len(some)] = places.reshape(some.shape)
                part = jax.tree.map(lambda rows: rows.take(ascending, room * self._batch_size), data)  # noqa: B023
                yield Piece(self._program.place_part(part), jax.device_put(indices), len(some))
            if len(last):
                yield Piece(jax.tree.map(lambda rows: jnp.asarray(rows.take(last)), data), None, 1)

        return ahead(read())

    def _of_batches(self, data: Made, shuffler: Any) -> Generator[Piece]:
        """As many batches of the first one's shape as come soon, joined; a batch of another shape alone."""
        data.batches.begin()
        yield from ahead(self._made(data, shuffler))
        data.batches.end()

    def _made(self, data: Made, shuffler: Any) -> Generator[Piece]:
        shapes, size = _shapes(data.first), data.first.size
        room = self._room(data.first, size, self.steps)
        waiting: list[Batch] = []
        since = time.monotonic()
        for made in data.batches.epoch(self.steps, shuffler):
            batch = data.checked(made)
            self._check(batch)
            alike = _shapes(batch) == shapes
            waiting += [batch] if alike else []
            late = time.monotonic() - since > LONGEST_WAIT
            if waiting and (len(waiting) == room or late or not alike):
                yield self._joined(waiting, size, len(waiting), room)
                waiting, since = [], time.monotonic()
            if not alike:
                yield Piece(jax.tree.map(jnp.asarray, batch), None, 1)
        if waiting:
            yield self._joined(waiting, size, len(waiting), room)

    def _dealt(self, rows: int, shuffler: np.random.Generator | None) -> tuple[np.ndarray, np.ndarray]:
        """Row numbers of the full batches (steps, batch), and of the last, smaller one."""
        order = np.arange(rows) if shuffler is None else shuffler.permutation(rows)
        order, size, steps = order.astype(np.int32), self._batch_size, self.steps or 0
        full = min(steps, rows // size)
        return order[: full * size].reshape(full, size), order[full * size :] if steps > full else order[:0]

    def _room(self, data: Batch, size: int, steps: int | None) -> int:
        """How many batches a piece has room for."""
        row_bytes = sum(np.prod(leaf.shape[1:]) * leaf.dtype.itemsize for leaf in jax.tree.leaves(data))
        room = max(int(PART_BYTES // max(row_bytes * size, 1)), 1)
        return room if steps is None else max(min(room, steps), 1)

    def _joined(self, batches: list[Batch], size: int, steps: int, room: int) -> Piece:
        """Batches one after the other in a piece with room for more: all pieces have one shape, and one program."""
        rows = room * size

        def join(*arrays: np.ndarray) -> np.ndarray:
            whole = aligned((rows, *arrays[0].shape[1:]), arrays[0].dtype)
            np.concatenate(arrays, out=whole[: sum(map(len, arrays))])
            return whole

        data = self._program.place_part(jax.tree.map(join, *batches))
        return Piece(data, jnp.arange(rows, dtype=jnp.int32).reshape(room, size), steps)


def _reads(data: Batch) -> bool:
    """Whether rows of the data are read when they are asked for."""
    return any(isinstance(leaf, Rows) for leaf in jax.tree.leaves(data))


def _shapes(batch: Batch) -> Any:
    """What two batches must share to be trained on by one program."""
    leaves, structure = jax.tree.flatten(batch)
    return structure, [(leaf.shape, str(leaf.dtype)) for leaf in leaves]
