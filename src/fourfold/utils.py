"""Small helpers that code for Keras uses beside the layers."""

from __future__ import annotations

import importlib
import random as python_random
from collections.abc import Iterator
from typing import Any

import numpy as np

from fourfold.backend import clear_session as clear_session
from fourfold.backend import is_keras_tensor as is_keras_tensor
from fourfold.backend import standardize_dtype as standardize_dtype
from fourfold.config import disable_interactive_logging as disable_interactive_logging
from fourfold.config import enable_interactive_logging as enable_interactive_logging
from fourfold.config import is_interactive_logging_enabled as is_interactive_logging_enabled
from fourfold.core.streams import set_seed
from fourfold.errors import DataError, OptionError, no_such_name
from fourfold.preprocessing.folders import image_dataset_from_directory as image_dataset_from_directory
from fourfold.preprocessing.folders import text_dataset_from_directory as text_dataset_from_directory
from fourfold.preprocessing.image import array_to_img as array_to_img
from fourfold.preprocessing.image import img_to_array as img_to_array
from fourfold.preprocessing.image import load_img as load_img
from fourfold.preprocessing.image import save_img as save_img
from fourfold.preprocessing.sequence import pad_sequences as pad_sequences


def set_random_seed(seed: int) -> None:
    """Seeds Python, NumPy and Fourfold, as ``keras.utils.set_random_seed`` does."""
    python_random.seed(seed)
    np.random.seed(seed)
    set_seed(seed)


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """Class numbers (N,) as one-hot rows (N, classes): float64 as in Keras, and float32 of JAX's arrays.

    >>> to_categorical([0, 2]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    labels = np.asarray(x)
    if labels.dtype.kind not in "biuf":
        raise DataError(
            "class-numbers",
            "classes are numbered from 0",
            got=f"an array of {labels.dtype}",
            wanted="whole numbers",
            do="np.unique(labels, return_inverse=True)[1] numbers them",
        )
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
    of_jax = type(x).__module__.partition(".")[0] in ("jax", "jaxlib")
    return np.eye(classes, dtype=np.float32 if of_jax else np.float64)[labels.astype(int)]


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
) -> TimeSeries:
    """Windows of a long series in batches: x (N, ``sequence_length``, ...), and the target (N, ...) of each.

    Window k takes the steps s, s + r, s + 2 r, ... with s = ``sequence_stride`` k and r = ``sampling_rate``; its target
    is ``targets[s]``, so targets that follow a window are handed over moved. Arguments as in Keras; what comes back is
    gone through batch by batch, or given to `fit`, `evaluate` and `predict`.

    Args:
        data: the series (T, ...), an array or what NumPy makes one of; a mapped file is read as it is needed.
        targets: as many, or None for windows alone.
        sequence_length: steps of a window.
        sequence_stride: steps from the beginning of a window to that of the next.
        sampling_rate: steps from one step of a window to its next.
        batch_size: windows of a batch; None for one after the other, without a batch axis.
        shuffle: whether windows come in a random order, another each time.
        seed: of that order.
        start_index: steps before it are left out.
        end_index: steps from it on are left out.

    Errors: `OptionError` for numbers that the series doesn't have, as in Keras.

    >>> series = np.arange(10.0)
    >>> x, y = next(iter(timeseries_dataset_from_array(series[:-3], series[3:], sequence_length=3, batch_size=2)))
    >>> x.tolist(), y.tolist()
    ([[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]], [3.0, 4.0])
    """
    data, targets = _rows(data), None if targets is None else _rows(targets)
    length, start = len(data), start_index or 0
    end = length if end_index is None else end_index
    for name, value, least, most in (
        ("sequence_length", sequence_length, 1, length),
        ("sequence_stride", sequence_stride, 1, length - 1),
        ("sampling_rate", sampling_rate, 1, length - 1),
        ("start_index", start, 0, length - 1),
        ("end_index", end if end_index else start + 1, start + 1, length - 1),
    ):
        if not least <= value <= max(most, least):
            raise OptionError(
                "series-windows",
                f"{name} does not fit a series of {length} steps",
                got=f"{name}={value}",
                wanted=f"{least} to {most}",
            )
    count = end - start - (sequence_length - 1) * sampling_rate
    count = count if targets is None else min(count, len(targets))
    starts = np.arange(0, count, sequence_stride)
    steps = np.arange(sequence_length) * sampling_rate
    part = slice(start, end)
    return TimeSeries(
        data[part], None if targets is None else targets[part], starts, steps, batch_size, shuffle, seed
    )


def _rows(data: Any) -> Any:
    return data if hasattr(data, "shape") and hasattr(data, "__getitem__") else np.asarray(data)


class TimeSeries:
    """What `timeseries_dataset_from_array` gives: windows in batches, again and again."""

    def __init__(
        self,
        data: Any,
        targets: Any,
        starts: np.ndarray,
        steps: np.ndarray,
        batch_size: int | None,
        shuffle: bool,
        seed: int | None,
    ) -> None:
        self.data, self.targets, self.starts, self.steps = data, targets, starts, steps
        self.batch_size = batch_size
        self._order = np.random.default_rng(seed) if shuffle else None

    def __len__(self) -> int:
        return -(-len(self.starts) // (self.batch_size or 1))

    def __iter__(self) -> Iterator[Any]:
        starts = self.starts if self._order is None else self._order.permutation(self.starts)
        for first in range(0, len(starts), self.batch_size or 1):
            begin = starts[first : first + (self.batch_size or 1)]
            x = np.asarray(self.data[begin[:, None] + self.steps])
            batch = x if self.targets is None else (x, np.asarray(self.targets[begin]))
            if self.batch_size is None:
                batch = x[0] if self.targets is None else (x[0], batch[1][0])
            yield batch


def split_dataset(
    dataset: Any,
    left_size: float | int | None = None,
    right_size: float | int | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: Any = None,
) -> tuple[Any, Any]:
    """A left and a right part of an array, or of arrays of one length.

    Args:
        dataset: an array (N, ...), or a list, tuple or dict of them; the parts are the same.
        left_size: rows of the left part, a whole number, or their share, a float; by default all but the right part.
        right_size: likewise of the right part.
        shuffle: whether rows are drawn at random.
        seed: of that draw.
        preferred_backend: accepted, and changes nothing: the parts are arrays.

    Errors: `OptionError` for sizes that can't be; `DataError` for arrays of different lengths.

    >>> left, right = split_dataset((np.arange(10), np.arange(10) ** 2), left_size=0.8)
    >>> len(left[0]), right[1].tolist()
    (8, [64, 81])
    """
    arrays: list[Any] = []
    parts = _mapped(dataset, lambda array: arrays.append(_rows(array)) or arrays[-1])
    lengths = {len(array) for array in arrays}
    if len(lengths) != 1:
        raise DataError(
            "split-lengths", "arrays to split differ in length", got=str(sorted(lengths)), wanted="as many rows each"
        )
    rows = lengths.pop()
    left, right = _count(left_size, rows, "left_size"), _count(right_size, rows, "right_size")
    if left is None and right is None:
        raise OptionError("split-sizes", "a split needs a size", got="none", wanted="left_size or right_size")
    left = rows - (right or 0) if left is None else left
    right = rows - left if right is None else right
    if left + right > rows or not left or not right:
        raise OptionError(
            "split-sizes",
            "the parts of a split don't fit the rows",
            got=f"{left} and {right} of {rows}",
            wanted="rows in both",
        )
    order = np.random.default_rng(seed).permutation(rows) if shuffle else np.arange(rows)
    left_rows, right_rows = order[:left], order[left : left + right]
    return _mapped(parts, lambda array: array[left_rows]), _mapped(parts, lambda array: array[right_rows])


def _mapped(tree: Any, function: Any) -> Any:
    if isinstance(tree, dict):
        return {name: _mapped(item, function) for name, item in tree.items()}
    if isinstance(tree, (list, tuple)) and tree and all(hasattr(item, "__len__") for item in tree):
        return type(tree)(_mapped(item, function) for item in tree)
    return function(tree)


def _count(size: float | int | None, rows: int, name: str) -> int | None:
    """A number of rows, from a number or a share."""
    if size is None:
        return None
    wrong = isinstance(size, bool) or not isinstance(size, (int, float, np.number))
    share = not wrong and isinstance(size, (float, np.floating))
    if wrong or size < 0 or (share and size > 1):
        raise OptionError(
            "split-sizes", f"{name} is no size", got=repr(size), wanted="a number of rows, or a share from 0.0 to 1.0"
        )
    return round(size * rows) if share else int(size)


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


def normalize(x: Any, axis: int = -1, order: int = 2) -> Any:
    """x divided by its norm along an axis; where that is 0, as it is.

    >>> normalize([[3.0, 4.0]]).tolist()
    [[0.6, 0.8]]
    """
    if type(x).__module__.partition(".")[0] in ("jax", "jaxlib"):
        import jax.numpy as jnp  # lazy: an array of JAX has loaded it

        return x / jnp.maximum(jnp.linalg.norm(x, order, axis, keepdims=True), 1e-12)
    x = np.atleast_1d(np.asarray(x))
    norms = np.atleast_1d(np.linalg.norm(x, order, axis))
    norms[norms == 0] = 1
    return x / np.expand_dims(norms, axis)


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """x, y and sample_weight of what a batch is, None where it has none.

    >>> unpack_x_y_sample_weight((1, 2))
    (1, 2, None)
    """
    parts = tuple(data) if isinstance(data, (tuple, list)) else (data,)
    if len(parts) > 3:
        raise DataError(
            "batch-parts",
            "a batch has one to three parts",
            got=str(len(parts)),
            wanted="(x,), (x, y) or (x, y, sample_weight)",
        )
    return (*parts, None, None)[:3]  # type: ignore[return-value]


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """The reverse of `unpack_x_y_sample_weight`; x alone where there is nothing else.

    >>> pack_x_y_sample_weight(1, 2)
    (1, 2)
    """
    if y is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


_ELSEWHERE = {
    "fourfold.saving": (
        "register_keras_serializable", "custom_object_scope", "CustomObjectScope", "get_custom_objects",
        "get_registered_name", "get_registered_object", "serialize_keras_object", "deserialize_keras_object",
    ),
    "fourfold.models.plotting": ("model_to_dot", "plot_model"),
    "fourfold.callbacks.progress": ("Progbar",),
}  # fmt: skip
"""Names that Keras has here too, and the modules above this one that hold them."""

_INSTEAD = {
    "get_file": "download the file yourself; nothing here connects to a network",
    **dict.fromkeys(
        ("np_utils", "data_utils", "generic_utils", "vis_utils"),
        "take the name from fourfold.utils itself: from fourfold.utils import to_categorical, say",
    ),
}
__path__: list[str] = []
"""Modules that Keras had below this one are asked for here, and answered as names are."""


def __getattr__(name: str) -> Any:
    for module, names in _ELSEWHERE.items():
        if name in names:
            return getattr(importlib.import_module(module), name)
    raise no_such_name("utils", name, globals(), _INSTEAD)
