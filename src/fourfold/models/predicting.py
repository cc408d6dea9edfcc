"""Outputs for many rows, part after part: how many at once, and over how many cores."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from fourfold.callbacks import CallbackList, ProgressBar
from fourfold.models.arrays import as_inputs, rows_of, streamed
from fourfold.models.batches import Batches, as_batches
from fourfold.training.reading import Rows, ahead

if TYPE_CHECKING:
    from fourfold.models.trainer import Trainer

PREDICTION_ROWS = 512
"""Rows that are predicted at once, over all cores, where a row's activations are small. Processor milliseconds for 2048
rows in parts of 256, 512, 1024 and 2048, two cores: attn_s 72, 75, 87, 138; lstm_s 31, 31, 38, 40; dense_m 65, 64, 61,
61."""
PREDICTION_BYTES = 1 << 25
"""Bytes of the largest activation of the rows that are predicted at once: conv_m, 131 kB a row, takes 1.3 times as long
in parts of 512 as of 256."""


def predict(
    model: Trainer, x: Any, batch_size: int, steps: int | None, told: CallbackList, bar: ProgressBar | None = None
) -> Any:
    """Outputs on the host. Several batches are computed at once, since rows don't depend on each other.

    Many rows are split over the cores in parts of one size, the last filled up with its last row: one compilation.
    Where a callback looks at batches, or a layer keeps states from one to the next, each is computed alone.
    """
    alone = told.sees_batches("predict") or model.stateful
    if bar is not None:
        bar.start()
    x = as_batches(x)
    told.on_predict_begin({})
    if isinstance(x, Batches):
        made = ahead(as_inputs(model, batch.x) for batch in x.epoch(x.steps(steps), None))
        parts: Any = ((inputs, rows_of(model, inputs)) for inputs in made)
    else:
        inputs = as_inputs(model, x, streamed(x))
        rows = rows_of(model, inputs)
        rows = rows if steps is None else min(rows, steps * batch_size)
        parts = _of_one_batch(inputs, rows, batch_size) if alone else [(inputs, rows)]
    outputs, done = [], 0
    for number, (part, count) in enumerate(parts):
        told.on_predict_batch_begin(number, {})
        outputs.append(_outputs(model, part, count, batch_size))
        told.on_predict_batch_end(number, {"outputs": outputs[-1]})
        done += 1 if isinstance(x, Batches) else -(-count // batch_size)
    told.on_predict_end({})
    if bar is not None:
        bar.finish(done, {})
    return outputs[0] if len(outputs) == 1 else _joined(outputs)


def _of_one_batch(inputs: Any, rows: int, size: int) -> Iterator[tuple[Any, int]]:
    """Inputs in parts of one batch, each with its number of rows."""
    for start in range(0, rows, size):
        part = slice(start, min(start + size, rows))
        yield jax.tree.map(lambda array, part=part: _read(array, part), inputs), part.stop - part.start


def _outputs(model: Trainer, inputs: Any, rows: int, batch_size: int) -> Any:
    """Outputs for the first ``rows`` of checked inputs."""
    size, run = max(batch_size, PREDICTION_ROWS), partial(model, training=False)
    split = model.split_prediction()
    fills = split.parts > 1 and rows >= PREDICTION_ROWS
    if fills:
        most = min(PREDICTION_ROWS, max(PREDICTION_BYTES // model.graph.row_bytes(), split.parts))
        size = -(-most // split.parts) * split.parts
        run = partial(split, split.place(model.graph.device_values()))

    def parts() -> Iterator[Any]:
        for start in range(0, rows, size):
            numbers = np.arange(start, start + size if fills else min(start + size, rows))
            whole = start + size <= rows or not fills
            part: Any = slice(start, numbers[-1] + 1) if whole else np.minimum(numbers, rows - 1)
            yield jax.tree.map(lambda array, part=part: _read(array, part), inputs)

    reads = any(isinstance(leaf, Rows) for leaf in jax.tree.leaves(inputs))
    return _joined([run(part) for part in (ahead(parts()) if reads else parts())], rows)


def _read(array: Any, part: Any) -> Any:
    """Some rows of an array, which may have to be read."""
    if not isinstance(array, Rows):
        return array[part]
    return array.take(np.arange(part.start, part.stop) if isinstance(part, slice) else part)


def _joined(outputs: list[Any], rows: int | None = None) -> Any:
    """Outputs of parts, one after the other on the host."""
    return jax.tree.map(lambda *parts: np.concatenate([np.asarray(part) for part in parts])[:rows], *outputs)
