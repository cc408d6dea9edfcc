"""Sequences of unequal length as one array; the place and the name are Keras's."""

from __future__ import annotations

from typing import Any

import numpy as np

from fourfold.errors import DataError, OptionError, no_such_name

__all__ = ["pad_sequences"]


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: str = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: float = 0.0,
) -> np.ndarray:
    """Lists of numbers of unequal length as rows of one array (N, ``maxlen``), filled up and cut before or behind.

    >>> pad_sequences([[1, 2, 3], [4]], maxlen=2).tolist(), pad_sequences([[1, 2], [4]], padding="post").tolist()
    ([[2, 3], [0, 4]], [[1, 2], [4, 0]])
    """
    for name, given in (("padding", padding), ("truncating", truncating)):
        if given not in ("pre", "post"):
            raise OptionError("pad-where", f"{name} is a place", got=repr(given), wanted="'pre' or 'post'")
    if not all(hasattr(sequence, "__len__") for sequence in sequences):
        raise DataError(
            "pad-sequences",
            "a sequence has no length",
            got=f"a list with {type(next(s for s in sequences if not hasattr(s, '__len__'))).__name__}",
            wanted="a list of lists",
        )
    longest = max((len(sequence) for sequence in sequences), default=0) if maxlen is None else maxlen
    steps = next((np.shape(sequence)[1:] for sequence in sequences if len(sequence)), ())
    padded = np.full((len(sequences), longest, *steps), value, dtype)
    for row, sequence in zip(padded, sequences):
        kept = sequence[-longest:] if truncating == "pre" else sequence[:longest]
        kept = np.asarray(kept if longest else [], dtype)
        if len(kept):
            row[slice(-len(kept), None) if padding == "pre" else slice(len(kept))] = kept
    return padded


_INSTEAD = {
    "TimeseriesGenerator": "fourfold.utils.timeseries_dataset_from_array makes windows of a series, in batches",
    **dict.fromkeys(("skipgrams", "make_sampling_table"), "draw the pairs of words with NumPy"),
}
"""What to do in the place of names that Keras had here."""


def __getattr__(name: str) -> Any:
    raise no_such_name("preprocessing.sequence", name, __all__, _INSTEAD)
