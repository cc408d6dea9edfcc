"""Arrays of new rows in the shape that was trained on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fourfold.data.dataset import Note
from fourfold.data.layout import NO_TOKEN, are_token_numbers, holes_of, settle_array
from fourfold.data.source import Source
from fourfold.data.unequal import as_long
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation
from fourfold.preprocessing.series import lengths, real_steps
from fourfold.preprocessing.text import PAD

from .new_columns import another_shape


def filled_up(lengths: np.ndarray, steps: int) -> tuple[Note, ...]:
    """What is said of series that are shorter than those of training."""
    shorter = int((lengths < steps).sum())
    note = Note(f"filled up to {steps} steps: {shorter} series", "with the means of the channels")
    return (note,) if shorter else ()


def fitted(found: Source, preparation: Preparation) -> tuple[Source, tuple[Note, ...]]:
    """Series of unequal lengths with as many steps as the longest one that was trained on; longer ones are cut."""
    array, steps = np.asarray(found.inputs), preparation.row_shape[0]
    cut = int((lengths(array) > steps).sum())
    note = Note(f"cut after {steps} steps: {cut} series", "the longest that was trained on has so many")
    array, _ = as_long(array[:, :steps], np.empty((0, steps, array.shape[2])))
    return replace(found, inputs=array), (note,) if cut else ()


def shaped(found: Source, preparation: Preparation) -> np.ndarray:
    """An array whose rows have the shape that was trained on, as given or as laid out."""
    array = np.asarray(found.inputs)
    if array.shape[1:] not in row_shapes(preparation) and not of_other_axes(found, preparation):
        raise another_shape(found, preparation, f"rows of shape {array.shape[1:]}")
    if _channels_first(array.shape[1:], preparation):
        array = np.moveaxis(array, 1, -1)
    return settle_array(array, preparation.layout)[0]


def holes_in(rows: np.ndarray, preparation: Preparation) -> dict[str, int]:
    """How many values of each channel are missing in rows as they are laid out, but for those behind ends of series."""
    if preparation.layout not in ("sequence", "image") or rows.dtype.kind != "f":
        return {}
    absent = np.isnan(rows)
    if preparation.layout == "sequence":
        absent &= real_steps(rows)[..., None]
    names = [column.name for column in preparation.columns]
    return holes_of(absent, names)


def of_other_axes(found: Source, preparation: Preparation) -> tuple[Note, ...]:
    """What is said of rows without the axis of the only channel, which those of training had, and of pictures whose
    channels come first (C, H, W), and last in training; () of any others."""
    shape, wanted = np.asarray(found.inputs).shape[1:], row_shapes(preparation)[-1]
    if _channels_first(shape, preparation):
        return (Note(f"rows of shape {shape} taken for {wanted}", "their channels stand first"),)
    if shape in row_shapes(preparation) or (*shape, 1) != wanted:
        return ()
    return (Note(f"rows of shape {shape} taken for {wanted}", "their only channel has no axis"),)


def _channels_first(shape: tuple[int, ...], preparation: Preparation) -> bool:
    """Whether rows are pictures (C, H, W) of a model that has learnt from (H, W, C)."""
    shapes = row_shapes(preparation)
    turned = preparation.layout == "image" and len(shape) == 3 and (*shape[1:], shape[0]) == shapes[-1]
    return turned and shape not in shapes


def laid_out(array: np.ndarray, layout: str) -> np.ndarray:
    """The values of rows, of which there may be none, in the form of a layout."""
    one = array if len(array) else np.zeros((1, *array.shape[1:]), array.dtype)
    return settle_array(one, layout)[0][: len(array)]


def token_numbers(columns: np.ndarray, name: str) -> tuple[np.ndarray, tuple[Note, ...]]:
    """Columns (N, T) of a table of this ``name`` as the numbers of tokens, and what is said of those that are missing.

    Errors: ``DataError`` for other values.
    """
    numbers, padded = np.nan_to_num(columns, nan=PAD), np.isnan(columns).any()
    if not (good := are_token_numbers(numbers)).all():
        raise DataError(
            "tokens-of-no-text",
            f"{name} holds other values than the numbers of tokens",
            got=f"{numbers[~good][0]:g} in row {int((~good).any(axis=1).argmax()) + 1:,}",
            wanted="whole numbers of 0 or more in all columns of the text",
            do="write the tokens as in training, 0 where there is none",
        )
    return numbers.astype(np.int64), (NO_TOKEN,) * bool(padded)


def row_shapes(preparation: Preparation) -> tuple[tuple[int, ...], ...]:
    """The shapes of a row: as it was given in training and, last, as it was laid out."""
    given = preparation.row_shape
    if preparation.layout not in ("sequence", "image") or not given:
        return (given,)
    row = settle_array(np.broadcast_to(np.int8(0), (1, *given)), preparation.layout)[0]
    return given, row.shape[1:]
