"""What a user gives `fit` and its kin, as checked arrays, or as rows that are read while they are used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from fourfold import config
from fourfold.core.machine import available_memory
from fourfold.errors import DataError, OptionError, ShapeError
from fourfold.models.compiling import per_output
from fourfold.training.objective import Batch
from fourfold.training.reading import Rows, in_a_file, mapped

if TYPE_CHECKING:
    from fourfold.layers.embedding import Embedding
    from fourfold.models.trainer import Trainer

STREAMED_SHARE = 0.25
"""Arrays that would take more than this share of the memory that is free are read part by part."""
ALWAYS_FIT = 1 << 26
"""Bytes for which nobody asks how much memory is free."""


def streamed(*given: Any) -> bool:
    """Whether arrays are read part by part: one of a mapped file is among them, or they are too large to be copied."""
    arrays = [array for value in given for array in _arrays(value)]
    if any(map(mapped, arrays)):
        return True
    size = sum(int(np.prod(array.shape)) * np.dtype(array.dtype).itemsize for array in arrays)
    return size > ALWAYS_FIT and size > STREAMED_SHARE * available_memory()


def _arrays(value: Any) -> Iterator[Any]:
    """The arrays on the host and in files among what was given: itself, or the items of a list or a dict."""
    items = (
        value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else [value]
    )
    return (item for item in items if isinstance(item, np.ndarray) or in_a_file(item))


def prepare(
    model: Trainer, x: Any, y: Any, sample_weight: Any = None, class_weight: Any = None, stream: bool = False
) -> Batch:
    """Arrays of the user as one batch, checked: host arrays, or with ``stream`` `Rows`, which are read part by part."""
    inputs = as_inputs(model, x, stream)
    names = model.target_names
    if y is None and model.wants_targets:
        raise DataError(
            "no-targets",
            "training and evaluation need targets",
            got="y=None",
            wanted="an array y, also in validation_data=(x, y)",
        )
    rows = rows_of(model, inputs)
    y = _unlisted(y, rows) if len(names) == 1 else y
    structured = y is None or isinstance(y, dict) or (isinstance(y, (list, tuple)) and len(names) > 1)
    targets = per_output(y, names, "y") if structured else [y, *[None] * (len(names) - 1)]
    targets = [None if target is None else _array(target, stream=stream) for target in targets]
    weights = (
        per_output(sample_weight, names, "sample_weight") if structured else [sample_weight] * len(names)
    )
    weights = [None if weight is None else np.asarray(weight, np.float32) for weight in weights]
    if class_weight is not None:
        weights = [_class_weighted(target, weight, class_weight) for target, weight in zip(targets, weights)]
    if stream:
        weights = [None if weight is None else Rows(weight, np.float32) for weight in weights]
    for array in [*targets, *weights]:
        if array is not None and len(array) != rows:
            raise ShapeError(
                "lengths",
                "inputs and targets differ in length",
                got=f"{rows} and {len(array)}",
                wanted="one length",
            )
    if rows == 0:
        raise DataError("no-rows", "there are no rows to learn from", got="0 rows", wanted="at least one")
    return Batch(inputs, tuple(targets), tuple(weights))


def as_inputs(model: Trainer, x: Any, stream: bool = False) -> Any:
    """The user's inputs in the graph's structure, float64 and int64 narrowed, shapes checked."""
    symbols, structure = model.inputs, model.graph.inputs
    if isinstance(x, dict):
        names = sorted(structure) if isinstance(structure, dict) else model.input_names
        if any(name not in x for name in names):
            raise DataError(
                "missing-input",
                "an input is missing",
                got=", ".join(map(str, x)),
                wanted=", ".join(names),
            )
        leaves = [x[name] for name in names]
    elif isinstance(structure, dict) or (
        isinstance(x, (list, tuple)) and (len(symbols) > 1 or _are_inputs(x, symbols[0]))
    ):
        leaves = list(x)
    else:
        leaves = (
            [x[0]]
            if isinstance(x, (list, tuple))
            and len(x) == 1
            and (isinstance(structure, (list, tuple)) or getattr(x[0], "ndim", 0) == symbols[0].ndim)
            else [x]
        )
    if len(leaves) != len(symbols):
        raise ShapeError(
            "number-of-inputs",
            "the model takes another number of inputs",
            got=str(len(leaves)),
            wanted=str(len(symbols)),
        )
    arrays = []
    for name, symbol, leaf, table in zip(model.input_names, symbols, leaves, model.graph.vocabularies):
        array = _array(leaf, symbol.dtype, stream)
        if array.ndim == symbol.ndim - 1 and symbol.shape[-1] == 1:
            array = array[..., None]
        elif array.ndim == symbol.ndim + 1 and array.shape[-1] == 1:
            array = array[..., 0]
        fits = array.ndim == symbol.ndim and all(
            want in (None, have) for want, have in zip(symbol.shape[1:], array.shape[1:])
        )
        if not fits:
            raise ShapeError(
                "shape-of-inputs",
                f"input '{name}' has another shape",
                got=str(array.shape),
                wanted=str(symbol.shape),
                do="x[None], if it is one example" if array.shape == symbol.shape[1:] else "",
            )
        if table is not None and isinstance(array, np.ndarray) and array.size:
            _check_tokens(name, table, array)
        arrays.append(array)
    return jax.tree.unflatten(jax.tree.structure(structure), arrays)


def rows_of(model: Trainer, inputs: Any) -> int:
    """How many rows checked inputs have, each as many."""
    lengths = [len(array) for array in jax.tree.leaves(inputs)]
    if len(set(lengths)) > 1:
        raise ShapeError(
            "lengths-of-inputs",
            "the inputs differ in length",
            got=", ".join(f"{name}: {length}" for name, length in zip(model.input_names, lengths)),
            wanted="as many rows in each",
        )
    return lengths[0]


def _check_tokens(name: str, table: Embedding, tokens: np.ndarray) -> None:
    """Tokens lie in the table: compiled code would look up NaN. From -``input_dim`` on they count from its end."""
    largest, size = int(tokens.max()), table.input_dim
    if largest >= size or tokens.min() < -size:
        raise DataError(
            "token-numbers",
            f"input '{name}' holds a token that Embedding '{table.name}' doesn't have",
            got=str(largest if largest >= size else int(tokens.min())),
            wanted=f"0 to {size - 1}, as input_dim is {size}",
            do=f"Embedding(input_dim={largest + 1}, ...)" if largest >= size else "number the tokens from 0",
        )


def _are_inputs(items: Any, symbol: Any) -> bool:
    """Whether items are arrays for an input each, and not the rows of one."""
    return len(items) > 1 and all(getattr(item, "ndim", 0) == symbol.ndim for item in items)


def _unlisted(y: Any, rows: int) -> Any:
    """The targets of the one output, which may come in a list of one that is not the target of one row."""
    if not isinstance(y, (list, tuple)) or len(y) != 1 or rows == 1:
        return y
    return y[0] if getattr(y[0], "ndim", 0) > 0 and len(y[0]) == rows else y


def parts(array: Any) -> Iterator[np.ndarray]:
    """All values of an array, one part at a time where it is read part by part."""
    return array.parts() if isinstance(array, Rows) else iter([np.asarray(array)])


def _array(value: Any, dtype: str | None = None, stream: bool = False) -> Any:
    if isinstance(value, jax.Array) and not stream:
        return value
    array = value if stream and in_a_file(value) else _whole(value)
    kind = _type(np.dtype(array.dtype), dtype)
    return Rows(array, kind) if stream else array.astype(kind, copy=False)


def _whole(value: Any) -> np.ndarray:
    """Numbers as one array, if their lists are of equal length."""
    try:
        return np.asarray(value)
    except ValueError:
        raise DataError(
            "items-differ",
            "the items of a list differ in shape",
            got=f"a {type(value).__name__} of {len(value)}",
            wanted="numbers of equal length",
            do="x, y = map(np.array, zip(*pairs)) for pairs (x, y); utils.pad_sequences for unequal lengths",
        ) from None


def _type(have: np.dtype, wanted: str | None) -> np.dtype:
    """The type in which numbers of a type are computed with."""
    have = have.newbyteorder("=")
    if have.kind == "O":
        raise DataError(
            "object-array",
            "an array holds Python objects",
            got="dtype object",
            wanted="numbers of equal length",
        )
    if have.kind in "SU":
        raise DataError(
            "text-array",
            "an array holds text",
            got=str(have),
            wanted="numbers",
            do="np.unique(y, return_inverse=True)[1] numbers classes; StringLookup and TextVectorization read texts",
        )
    if wanted is not None and (have.kind != np.dtype(wanted).kind or have == np.float64):
        return np.dtype(wanted)
    narrow = {"float64": np.float32, "int64": np.int32, "uint64": np.uint32, "float16": np.float32}
    return np.dtype(narrow.get(have.name, have))


def _class_weighted(target: Any, weight: Any, class_weight: dict[int, float]) -> Any:
    if target is None:
        return weight
    factors = np.concatenate([_factors(part, class_weight) for part in parts(target)])
    return factors if weight is None else weight * factors


def _factors(classes: np.ndarray, class_weight: dict[int, float]) -> np.ndarray:
    if classes.ndim > 1:
        classes = classes.argmax(-1) if classes.shape[-1] > 1 else classes[..., 0]
    factors = np.ones(classes.shape, np.float32)
    for label, factor in class_weight.items():
        factors[classes == label] = factor
    return factors


def split(data: Batch, share: float, verbose: Any = 0) -> tuple[Batch, Batch]:
    """The last rows are validation, as in Keras; said in one line."""
    if not 0 < share < 1:
        raise OptionError(
            "validation-split", "validation_split is a share", got=str(share), wanted="between 0 and 1"
        )
    rows = data.size
    border = int(np.floor(rows * (1 - share)))
    if border == 0:
        raise DataError(
            "validation-split",
            "validation_split leaves no rows to train on",
            got=f"{share} of {rows} rows",
            do="give a smaller share, or more rows",
        )
    if verbose not in (0, "0"):
        print(
            f"validation_split: the last {rows - border} of {rows} rows (from row {border}) are validation data",
            file=config.lines(),
        )
    return jax.tree.map(lambda a: a[:border], data), jax.tree.map(lambda a: a[border:], data)
