"""Arrays: which axis is what, inferred from the number of axes and the type."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.numbers import finite
from fourfold.preprocessing.series import real_steps

from .dataset import Column, Layout, Note
from .messages import CONSTANT, counted, listed, unknown
from .places import by_place
from .unequal import lengths_note

LAYOUTS: tuple[Layout, ...] = ("flat", "sequence", "image", "text")


FEWEST_PIXELS = 8
"""The shortest side from which on two axes may be those of pictures."""

MANY_CHANNELS = 2
"""More channels than so many times the steps may be steps, where nothing but the order of the axes tells."""

NO_TOKEN = Note("missing tokens: taken for 0", "which is padding")
"""What is said of texts whose tokens stand in columns, and are fewer than these."""


def check_layout(layout: str | None) -> None:
    if layout is not None and layout not in LAYOUTS:
        raise unknown("layout", layout, LAYOUTS, option="--layout")


def settle_array(
    x: np.ndarray, layout: str | None, *, known: str | None = None, because: str = "", channels: Sequence[str] = ()
) -> tuple[np.ndarray, Layout, tuple[Note, ...]]:
    """An array in the shape of its layout: (N, F), (N, T, C), (N, H, W, C), or token numbers (N, T); what is said of
    its ``channels`` says their names.

    >>> x, layout, notes = settle_array(np.zeros((5, 30, 2)), None)
    >>> layout, x.shape
    ('sequence', (5, 30, 2))
    >>> print(notes[0])
    layout: sequence of 30 steps with 2 channels (x has 3 axes: rows, time, channels); --layout NAME overrides
    """
    _check_array(x)
    chosen, guess = (layout, "as asked") if layout else (known, "known of these data") if known else _infer(x)
    notes: list[Note] = []
    if chosen == "image" and x.ndim == 4 and _channels_first(x.shape):
        x = x.transpose(0, 2, 3, 1)
        notes.append(
            Note("images: channels moved to the last axis", f"the first of the three axes has {x.shape[3]}")
        )
    if known == "sequence" and layout is None and x.shape[1] < 2:
        raise DataError(
            "series-of-one-step",
            "each series has one step",
            got=f"x of shape {x.shape}",
            wanted="at least 2 steps in one of them",
            do="--layout flat, if each is a row",
        )
    shaped = _SHAPERS[chosen](x)
    what = {
        "flat": f"layout: flat, {shaped.shape[1]} columns",
        "sequence": "layout: sequence of {} steps with {} channel{s}",
        "image": "layout: image of {} x {} pixels with {} channel{s}",
        "text": "layout: text of {} tokens",
    }[chosen].format(*shaped.shape[1:], s="" if shaped.shape[-1] == 1 else "s")
    notes.insert(0, Note(what, because or guess, "" if layout else "--layout NAME"))
    guessed = layout is None and known is None
    if guessed and np.issubdtype(x.dtype, np.integer) and x.ndim == 2 and x.min() >= 0:
        square = " or image" if math.isqrt(x.shape[1]) ** 2 == x.shape[1] else ""
        notes[0] = Note(what, guess + "; whole numbers", f"--layout text (tokens), sequence{square}")
    elif guessed and x.ndim == 3 and min(x.shape[1:]) >= FEWEST_PIXELS:
        if chosen == "image":
            notes[0] = Note(what, guess, "--layout sequence, if x holds series of as many channels as steps,")
        elif x.dtype == np.uint8:
            notes[0] = Note(what, guess + "; bytes", "--layout image, if x holds pictures,")
    if chosen == "sequence" and not known and x.ndim == 3 and x.shape[2] > MANY_CHANNELS * x.shape[1]:
        notes.append(_perhaps_turned(x))
    absent = np.isnan(finite(shaped)) if shaped.dtype.kind == "f" else np.zeros(1, bool)
    if chosen == "sequence" and absent.any():
        real = real_steps(np.where(absent, np.nan, shaped))
        if not real.all():
            notes.append(lengths_note(real.sum(axis=1)))
            shaped, absent = np.where(real[..., None], shaped, np.nan), absent & real[..., None]
    if absent.any():
        value = "the column's median" if chosen == "flat" else "the channel's mean"
        notes.append(said_of_holes(holes_of(absent, channels), value))
        shaped = finite(shaped)
    return shaped, chosen, tuple(notes)  # pyright: ignore[reportReturnType]


def are_token_numbers(x: np.ndarray) -> np.ndarray:
    """Which values of x are whole numbers of 0 or more, as the words of a vocabulary have."""
    return (x >= 0) & (x < 2**31) & (x == np.round(x))


def holes_of(absent: np.ndarray, channels: Sequence[str]) -> dict[str, int]:
    """How many values are absent (..., C) of each channel, those of most first, or of "" where not all have names."""
    counts = absent.reshape(-1, absent.shape[-1]).sum(axis=0)
    if len(channels) != len(counts):
        return {"": int(counts.sum())} if counts.any() else {}
    most: list[int] = np.argsort(-counts, kind="stable").tolist()
    return {channels[place]: int(counts[place]) for place in most if counts[place]}


def said_of_holes(holes: Mapping[str, int], value: str) -> Note:
    of = "x" if "" in holes else listed([*holes])
    return Note(f"missing: {counted(sum(holes.values()), 'value')} of {of}", f"NaN or infinite; replaced with {value}")


def _perhaps_turned(x: np.ndarray) -> Note:
    """What is said of series (N, T, C) with far more channels than steps."""
    what = f"axes of x: {x.shape[1]:,} steps, but {x.shape[2]:,} channels"
    return Note(what, "if x is (rows, channels, steps), as for aeon and PyTorch: x.transpose(0, 2, 1)")


def varying(x: np.ndarray) -> tuple[np.ndarray, tuple[Column, ...], tuple[str, ...], tuple[Note, ...]]:
    """A flat array (N, F) without its constant and empty columns; all columns are named x0, x1, ..."""
    names = by_place(x.shape[1])
    absent = np.isnan(x)
    first = np.where(absent[0], np.inf, x[0])
    used = ~((x == first).all(axis=0) | absent.all(axis=0))
    if not used.any():
        raise DataError(
            "constant-inputs",
            "all columns of x are constant",
            got=f"{x.shape[1]} constant columns",
            wanted="at least one that varies",
            do="look at how x was made, as nothing in it tells its rows apart",
        )
    left_out = [name for name, use in zip(names, used) if not use]
    shown = ", ".join(left_out[:8]) + (f" and {len(left_out) - 8} more" if len(left_out) > 8 else "")
    notes = (Note(f"left out: {shown}", CONSTANT),) if left_out else ()
    return x[:, used], tuple(Column(name, "number") for name, use in zip(names, used) if use), names, notes


def _check_array(x: np.ndarray) -> None:
    if x.dtype.kind not in "biuf":
        raise DataError(
            "array-type",
            "x can't be used",
            got=f"an array of type {x.dtype}",
            wanted="numbers",
            do="x.astype(float), if it holds such",
        )
    if not 1 <= x.ndim <= 4:
        raise DataError(
            "array-axes",
            "x can't be used",
            got=f"{x.ndim} axes",
            wanted="2 (rows, columns), 3 (rows, time, channels) or 4 (rows, height, width, channels)",
            do="of films and volumes one picture each, x[:, 0], or series of what pictures hold, "
            "x.reshape(len(x), x.shape[1], -1)"
            if x.ndim > 4
            else "",
        )
    if x.size == 0:
        raise DataError(
            "empty-array", "x holds no values", got=f"shape {x.shape}", wanted="at least one value a row"
        )


def _infer(x: np.ndarray) -> tuple[str, str]:
    if x.ndim == 4:
        return "image", "x has 4 axes: rows, height, width, channels"
    if x.ndim == 3 and x.shape[1] == x.shape[2]:
        if x.dtype == np.uint8:
            return "image", "x has 3 axes, bytes and equal sides"
        if x.shape[1] >= FEWEST_PIXELS and np.isfinite(x).all():  # NaN behind the ends of series
            return "image", "x has 3 axes and equal sides"
    if x.ndim == 3:
        return "sequence", "x has 3 axes: rows, time, channels"
    return "flat", f"x has {x.ndim} ax{'e' if x.ndim == 2 else 'i'}s"


def _channels_first(shape: tuple[int, ...]) -> bool:
    return shape[1] in (1, 3, 4) and shape[3] not in (1, 3, 4)


def _flat(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), -1).astype(np.float64)


def _sequence(x: np.ndarray) -> np.ndarray:
    if x.ndim < 2 or x.shape[1] < 2:
        raise _cannot("sequence", x, "at least 2 time steps on axis 1")
    return x.reshape(len(x), x.shape[1], -1)


def _image(x: np.ndarray) -> np.ndarray:
    if x.ndim == 2 and (side := math.isqrt(x.shape[1])) ** 2 == x.shape[1] and side > 1:
        return x.reshape(len(x), side, side, 1)
    if x.ndim == 3:
        return x[..., None]
    if x.ndim == 4:
        return x
    raise _cannot("image", x, "2 axes and a square number of columns, 3 or 4 axes")


def _text(x: np.ndarray) -> np.ndarray:
    if x.ndim != 2 or x.dtype.kind not in "iu" or not are_token_numbers(x).all():
        raise _cannot("text", x, "whole numbers of 0 or more with 2 axes: rows, tokens")
    return x.astype(np.int32)


_SHAPERS = {"flat": _flat, "sequence": _sequence, "image": _image, "text": _text}


def _cannot(layout: str, x: np.ndarray, wanted: str) -> OptionError:
    return OptionError(
        "layout-does-not-apply",
        f"the data can't be read as {layout}",
        got=f"x of shape {x.shape} and type {x.dtype}",
        wanted=wanted,
        do="leave out --layout, or give x another shape" + _in_colours(x) * (layout == "image"),
    )


def _in_colours(x: np.ndarray) -> str:
    """How columns become pictures that may be square ones of three colours."""
    side = math.isqrt(x.shape[1] // 3) if x.ndim == 2 and x.shape[1] % 3 == 0 else 0
    if not side or 3 * side**2 != x.shape[1]:
        return ""
    return f", x.reshape(-1, 3, {side}, {side}) or x.reshape(-1, {side}, {side}, 3) as its colours stand"
