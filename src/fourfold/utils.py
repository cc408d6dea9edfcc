"""Small helpers that code for Keras uses beside the layers."""

from __future__ import annotations

import random as python_random
from typing import Any

import numpy as np

from fourfold.core.streams import set_seed
from fourfold.errors import DataError, OptionError


def set_random_seed(seed: int) -> None:
    """Seeds Python, NumPy and Fourfold, as ``keras.utils.set_random_seed`` does."""
    python_random.seed(seed)
    np.random.seed(seed)
    set_seed(seed)


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """Class numbers (N,) as one-hot rows (N, classes), float32.

    >>> to_categorical([0, 2]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    labels = np.asarray(x)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    if labels.size == 0 or labels.min() < 0:
        raise DataError(
            "class-numbers",
            "classes are numbered from 0",
            got=str(labels.min() if labels.size else "none"),
            wanted="at least one number, from 0 on",
        )
    classes = num_classes or int(labels.max()) + 1
    if labels.max() >= classes:
        raise DataError(
            "class-numbers", "a class number is too large", got=str(labels.max()), wanted=f"below {classes}"
        )
    return np.eye(classes, dtype=np.float32)[labels.astype(int)]


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


class PyDataset:
    """Batches by their numbers, for `fit`, `evaluate` and `predict`; to be derived from, as ``keras.utils.PyDataset``.

    ``__getitem__(i)`` gives batch i as (x,), (x, y) or (x, y, sample_weight), ``__len__`` the number of batches;
    ``on_epoch_begin`` and ``on_epoch_end`` are told of each epoch. `fit` takes the batches in a new order each epoch
    unless ``shuffle=False``; those that come next are made on other threads while it computes.

    Args:
        workers: threads that make batches at the same time.
        use_multiprocessing: accepted, and changes nothing: threads make the batches.
        max_queue_size: batches that may wait, where there are several workers.

    >>> class Squares(PyDataset):
    ...     def __len__(self):
    ...         return 2
    ...     def __getitem__(self, i):
    ...         x = np.arange(4.0)[:, None] + 4 * i
    ...         return x, x**2
    >>> Squares().num_batches, Squares()[1][1].ravel().tolist()
    (2, [16.0, 25.0, 36.0, 49.0])
    """

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10) -> None:
        self.workers, self.max_queue_size = workers, max_queue_size
        self.use_multiprocessing = use_multiprocessing

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError

    @property
    def num_batches(self) -> int | None:
        """The number of batches; None where they have no end."""
        return len(self)  # pyright: ignore[reportArgumentType]

    def on_epoch_begin(self) -> None: ...
    def on_epoch_end(self) -> None: ...


Sequence = PyDataset
"""The name that ``tensorflow.keras.utils`` had."""
