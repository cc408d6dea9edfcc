"""What a layer is adapted to: data at once, or batch by batch."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any


def batches(data: Any, steps: int | None = None) -> Iterator[Any]:
    """An array, or the inputs of the first ``steps`` batches, or of all; a batch is inputs, or a tuple of them first.

    >>> list(batches(iter([("x", "y"), "z", "more"]), steps=2))
    ['x', 'z']
    """
    if hasattr(data, "__array__"):
        yield data
        return
    numbered = hasattr(data, "__getitem__") and hasattr(data, "__len__")
    each = (data[i] for i in range(len(data))) if numbered else data
    for batch in itertools.islice(each, steps):
        yield batch[0] if isinstance(batch, tuple) else batch
