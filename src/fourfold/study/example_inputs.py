"""A row as the user gave it, as plain data for a report, and a map that lies along it.

One form a layout: pixels, channels, cells, or words, kept few and small.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from fourfold.evidence.sentences import FULL
from fourfold.preprocessing.table import Table
from fourfold.preprocessing.text import CHARACTER, pieces
from fourfold.study.study import Study

MOST_PIXELS, MOST_STEPS, MOST_CHANNELS, MOST_COLUMNS, MOST_WORDS = 128, 512, 8, 30, 200


def as_given(study: Study, row: int, found: np.ndarray | None = None) -> tuple[dict[str, Any], np.ndarray]:
    """A row, and a map in the form that lies along it."""
    along = np.zeros(study.problem.shape[:1]) if found is None else found
    return INPUTS[study.problem.layout](study, row, along)


def _image(study: Study, row: int, found: np.ndarray) -> tuple[dict[str, Any], np.ndarray]:
    """Pixels between the darkest and the brightest number of the data set; large images are thinned out."""
    inputs = np.asarray(study.dataset.inputs)
    low, high = float(np.nanmin(inputs)), float(np.nanmax(inputs))
    pixels = np.nan_to_num(inputs[row].astype(np.float64), nan=low)
    pixels = (pixels - low) / (high - low) if high > low else np.zeros_like(pixels)
    pixels = pixels[..., :3] if pixels.shape[-1] in (3, 4) else pixels.mean(axis=-1)
    step = -(-max(pixels.shape[:2]) // MOST_PIXELS)
    thin = np.rint(255 * pixels[::step, ::step]).astype(int).tolist()
    along = found[::step, ::step] if max(found.shape) > MOST_PIXELS else found
    return {"kind": "image", "pixels": thin}, along


def _series(study: Study, row: int, found: np.ndarray) -> tuple[dict[str, Any], np.ndarray]:
    """The first channels, by the names of columns where there is one a channel; long series are thinned out."""
    values = np.asarray(study.dataset.inputs)[row].astype(np.float64)
    columns = [column.name for column in study.dataset.columns]
    names = columns if len(columns) == values.shape[1] else [f"channel {c}" for c in range(values.shape[1])]
    step = -(-len(values) // MOST_STEPS)
    channels = [
        [short(number) if np.isfinite(number) else None for number in channel]
        for channel in values[::step, :MOST_CHANNELS].T
    ]
    bins = [found[start : start + step].sum() for start in range(0, len(found), step)]
    given = {"kind": "series", "channels": names[:MOST_CHANNELS], "values": channels, "every": step}
    return given, np.array(bins)


def _table(study: Study, row: int, found: np.ndarray) -> tuple[dict[str, Any], np.ndarray]:
    """The user's columns, each with the sum over the columns that preparation made of it; those with the most."""
    inputs = study.dataset.inputs
    names = [column.name for column in study.dataset.columns]
    values = [inputs[name][row] for name in names] if isinstance(inputs, Table) else list(inputs[row])
    sums = dict.fromkeys(names, 0.0)
    for owner, value in zip(study.preparations[0].input_columns, found.tolist()):
        sums[owner] += value
    kept = sorted(sorted(range(len(names)), key=lambda i: -sums[names[i]])[:MOST_COLUMNS])
    cells = {"columns": [names[i] for i in kept], "values": [_cell(values[i]) for i in kept]}
    return {"kind": "table"} | cells, np.array([sums[names[i]] for i in kept])


def _cell(value: Any) -> str:
    """A cell as text; a missing one is empty.

    >>> _cell(0.123456789), _cell(1234567.25)
    ('0.123457', '1234567.25')
    """
    if value is None or value != value:
        return ""
    if isinstance(value, np.datetime64):
        return str(value.astype("datetime64[s]")).replace("T00:00:00", "")
    if not isinstance(value, (float, np.floating)):
        return str(value)
    return f"{value:.{9 if 1e6 <= abs(value) < FULL else 6}g}"


def _text(study: Study, row: int, found: np.ndarray) -> tuple[dict[str, Any], np.ndarray]:
    """The characters, words or tokens that are read."""
    inputs, unit = study.dataset.inputs, study.preparations[0].unit
    if isinstance(inputs, Table):
        words = list(pieces(inputs[study.dataset.columns[0].name][row], unit))
    else:
        words = [str(token) for token in np.trim_zeros(np.asarray(inputs)[row], "b")]
    count = min(len(words), len(found), MOST_WORDS)
    return {"kind": "text", "words": words[:count], "joined": unit == CHARACTER}, found[:count]


INPUTS: dict[str, Callable[[Study, int, np.ndarray], tuple[dict[str, Any], np.ndarray]]] = {
    "image": _image,
    "sequence": _series,
    "flat": _table,
    "text": _text,
}


def short(number: float) -> float:
    return float(f"{number:.4g}")
