"""The loops around the training program: epochs, callbacks, validation; evaluation and prediction.

Everything here is Python between compiled chunks. A chunk is as many steps as nobody has to look at: one where
a callback has batch hooks, otherwise about half a second's worth, so that Ctrl-C and the progress bar answer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from fourfold.callbacks import CallbackList, History, ProgressBar
from fourfold.core import streams
from fourfold.errors import DataError, OptionError, ShapeError
from fourfold.models.checking import check_classes, check_counts
from fourfold.models.compiling import Compiled, per_output
from fourfold.ops import random as keys
from fourfold.training.objective import Batch
from fourfold.training.program import Program

if TYPE_CHECKING:
    from fourfold.models.model import Model

CHUNK_SECONDS = 0.5
PREDICTION_ROWS = 512
"""Rows that are predicted at once, over all cores. Processor milliseconds for 2048 rows in parts of 256, 512, 1024 and
2048, two cores: attn_s 72, 75, 87, 138; lstm_s 31, 31, 38, 40; dense_m 65, 64, 61, 61."""


def fit(
    model: Model,
    compiled: Compiled,
    x: Any,
    y: Any,
    *,
    batch_size: int | None,
    epochs: int,
    verbose: Any,
    callbacks: Any,
    validation_split: float,
    validation_data: Any,
    shuffle: bool,
    class_weight: dict[int, float] | None,
    sample_weight: Any,
    initial_epoch: int,
    steps_per_epoch: int | None,
    validation_steps: int | None,
    validation_batch_size: int | None,
    validation_freq: int | list[int],
) -> History:
    batch_size = 32 if batch_size is None else batch_size
    check_counts(batch_size, epochs)
    data = prepare(model, x, y, sample_weight, class_weight)
    validation = None
    if validation_data is not None:
        validation = prepare(model, *(tuple(validation_data) + (None,) * (3 - len(validation_data))))
    elif validation_split:
        data, validation = split(data, validation_split, verbose)
    rows = data.size
    steps = -(-rows // batch_size)
    if steps_per_epoch is not None:
        steps = min(steps, steps_per_epoch)
    program = compiled.split(_program(model, compiled, data), batch_size, data)
    state = _state(model, compiled, program)
    told, bar = _callbacks(model, callbacks, verbose, {"epochs": epochs, "steps": steps, "verbose": verbose})
    chunk = _Chunk(1 if told.looks_at_batches else None)
    shuffler = np.random.default_rng([streams.current().seed & 0xFFFFFFFF, 0x5F1E, int(state.step)])
    device_data = program.place(data)
    model.stop_training = False
    told.on_train_begin()
    for epoch in range(initial_epoch, epochs):
        told.on_epoch_begin(epoch)
        order = shuffler.permutation(rows) if shuffle else np.arange(rows)
        chunks = _epoch(model, compiled, program, state, device_data, order, batch_size, steps, told, chunk)
        for done, reached, so_far in chunks:
            state, logs = reached, so_far
            if bar is not None and done < steps:
                bar.progress(done, computed(program, logs))
        numbers = computed(program, logs)
        if validation is not None and _due(validation_freq, epoch):
            told.on_test_begin()
            size = validation_batch_size or batch_size
            held_out = evaluate(model, compiled, validation, size, validation_steps)
            told.on_test_end(held_out)
            numbers |= {f"val_{name}": value for name, value in held_out.items()}
        told.on_epoch_end(epoch, numbers)
        state = _looked_at(model, state)
        if model.stop_training:
            break
    told.on_train_end(numbers if epochs > initial_epoch else None)
    return told.callbacks[-1]  # type: ignore[return-value]


def _epoch(
    model: Model,
    compiled: Compiled,
    program: Program,
    state: Any,
    data: Batch,
    order: np.ndarray,
    batch_size: int,
    steps: int,
    told: CallbackList,
    chunk: _Chunk,
) -> Iterator[tuple[int, Any, Any]]:
    """Chunks of full batches, then the last smaller batch as a step of its own."""
    full = min(steps, len(order) // batch_size)
    indices = jnp.asarray(order[: full * batch_size].reshape(full, batch_size).astype(np.int32))
    done, logs = 0, program.objective.init()
    while done < steps:
        rate = _constant_rate(compiled.optimizer)
        if told.looks_at_batches:
            told.on_train_batch_begin(done)
        started = time.perf_counter()
        if done < full:
            stop = min(full, done + chunk.steps)
            state, logs = program.run(state, logs, data, indices, done, stop, rate)
        else:
            stop = done + 1
            tail = jnp.asarray(order[full * batch_size :].astype(np.int32))
            state, logs = program.run_batch(state, logs, program.rows(data, tail), rate)
        jax.block_until_ready(logs)
        chunk.took(stop - done, time.perf_counter() - started)
        done = stop
        model.graph.commit(state.weights | state.fixed)
        compiled.state = state
        if told.looks_at_batches:
            told.on_train_batch_end(done - 1, computed(program, logs))
            state = _looked_at(model, state)
        yield done, state, logs


class _Chunk:
    """How many steps to run before looking: fixed, or grown from the time that steps take."""

    def __init__(self, fixed: int | None) -> None:
        self.fixed, self.steps = fixed, fixed or 16

    def took(self, steps: int, seconds: float) -> None:
        if self.fixed is None and seconds < CHUNK_SECONDS and steps == self.steps:
            self.steps *= 2
        elif self.fixed is None and seconds > 2 * CHUNK_SECONDS:
            self.steps = max(self.steps // 2, 1)


def evaluate(
    model: Model, compiled: Compiled, data: Batch, batch_size: int, steps: int | None
) -> dict[str, float]:
    """The logs of a pass over data."""
    program = _program(model, compiled, data)
    rows = data.size if steps is None else min(data.size, steps * batch_size)
    full = rows // batch_size
    values = {path: jnp.asarray(value) for path, value in model.graph.values().items()}
    indices = jnp.arange(full * batch_size, dtype=jnp.int32).reshape(full, batch_size)
    logs = program.objective.init()
    device_data = jax.tree.map(jnp.asarray, data)
    if full:
        logs = program.test(values, logs, device_data, indices)
    if rows % batch_size:
        logs = program.test_batch(values, logs, program.rows(device_data, np.arange(full * batch_size, rows)))
    return computed(program, logs)


def predict(model: Model, x: Any, batch_size: int, steps: int | None) -> Any:
    """Outputs on the host. Several batches are computed at once, since rows don't depend on each other.

    Many rows are split over the cores in parts of one size, the last filled up with its last row: one compilation.
    """
    inputs = as_inputs(model, x)
    rows = len(jax.tree.leaves(inputs)[0])
    if steps is not None:
        rows = min(rows, steps * batch_size)
    size, run = max(batch_size, PREDICTION_ROWS), model
    split = model.split_prediction()
    if split.parts > 1 and rows >= PREDICTION_ROWS:
        size = -(-PREDICTION_ROWS // split.parts) * split.parts
        run = partial(split, split.place(model.graph.device_values()))
    outputs = []
    for start in range(0, rows, size):
        part: Any = slice(start, min(start + size, rows))
        if start + size > rows and run is not model:
            part = np.minimum(np.arange(start, start + size), rows - 1)
        outputs.append(run(jax.tree.map(lambda array, part=part: array[part], inputs)))
    return jax.tree.map(lambda *parts: np.concatenate([np.asarray(part) for part in parts])[:rows], *outputs)


def train_on_batch(
    model: Model, compiled: Compiled, x: Any, y: Any, sample_weight: Any, class_weight: Any
) -> dict[str, float]:
    batch = jax.tree.map(jnp.asarray, prepare(model, x, y, sample_weight, class_weight))
    program = _program(model, compiled, batch)
    state, logs = program.run_batch(
        _state(model, compiled, program), program.objective.init(), batch, _constant_rate(compiled.optimizer)
    )
    model.graph.commit(state.weights | state.fixed)
    compiled.state = state
    return computed(program, logs)


# ---- data as arrays ----------------------------------------------------------------------------------------


def prepare(model: Model, x: Any, y: Any, sample_weight: Any = None, class_weight: Any = None) -> Batch:
    """Arrays of the user as one batch of host arrays, checked."""
    inputs = as_inputs(model, x)
    names = model.output_names
    if y is None:
        raise DataError(
            "no-targets", "training and evaluation need targets", got="y=None", wanted="an array y"
        )
    structured = isinstance(y, dict) or (isinstance(y, (list, tuple)) and len(names) > 1)
    targets = per_output(y, names, "y") if structured else [y, *[None] * (len(names) - 1)]
    targets = [None if target is None else _array(target) for target in targets]
    weights = (
        per_output(sample_weight, names, "sample_weight") if structured else [sample_weight] * len(names)
    )
    weights = [None if weight is None else np.asarray(weight, np.float32) for weight in weights]
    if class_weight is not None:
        weights = [_class_weighted(target, weight, class_weight) for target, weight in zip(targets, weights)]
    rows = len(jax.tree.leaves(inputs)[0])
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


def as_inputs(model: Model, x: Any) -> Any:
    """The user's inputs in the graph's structure, float64 and int64 narrowed, shapes checked."""
    symbols, structure = model.inputs, model.graph.inputs
    if isinstance(x, dict) and not isinstance(structure, dict):
        missing = [name for name in model.input_names if name not in x]
        if missing:
            raise DataError(
                "missing-input",
                "an input is missing",
                got=", ".join(map(str, x)),
                wanted=", ".join(model.input_names),
            )
        leaves = [x[name] for name in model.input_names]
    elif isinstance(structure, dict):
        leaves = [x[name] for name in sorted(structure)] if isinstance(x, dict) else list(x)
    elif isinstance(x, (list, tuple)) and len(symbols) > 1:
        leaves = list(x)
    else:
        leaves = (
            [x[0]]
            if isinstance(x, (list, tuple)) and isinstance(structure, (list, tuple)) and len(x) == 1
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
    for name, symbol, leaf in zip(model.input_names, symbols, leaves):
        array = _array(leaf, symbol.dtype)
        if array.ndim == symbol.ndim - 1 and symbol.shape[-1] == 1:
            array = array[..., None]
        fits = array.ndim == symbol.ndim and all(
            want in (None, have) for want, have in zip(symbol.shape, array.shape)
        )
        if not fits:
            raise ShapeError(
                "shape-of-inputs",
                f"input '{name}' has another shape",
                got=str(array.shape),
                wanted=str(symbol.shape),
            )
        arrays.append(array)
    return jax.tree.unflatten(jax.tree.structure(structure), arrays)


def _array(value: Any, dtype: str | None = None) -> Any:
    if isinstance(value, jax.Array):
        return value
    array = np.asarray(value)
    if array.dtype == object:
        raise DataError(
            "object-array",
            "an array holds Python objects",
            got="dtype object",
            wanted="numbers of equal length",
        )
    if array.dtype.kind in "SU":
        raise DataError("text-array", "an array holds text", got=str(array.dtype), wanted="numbers")
    if dtype is not None and (array.dtype.kind != np.dtype(dtype).kind or array.dtype == np.float64):
        return array.astype(dtype)
    narrow = {"float64": np.float32, "int64": np.int32, "uint64": np.uint32, "float16": np.float32}
    return array.astype(narrow.get(array.dtype.name, array.dtype), copy=False)


def _class_weighted(target: Any, weight: Any, class_weight: dict[int, float]) -> Any:
    if target is None:
        return weight
    classes = np.asarray(target)
    if classes.ndim > 1:
        classes = classes.argmax(-1) if classes.shape[-1] > 1 else classes[..., 0]
    factors = np.ones(classes.shape, np.float32)
    for label, factor in class_weight.items():
        factors[classes == label] = factor
    return factors if weight is None else weight * factors


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
            f"validation_split: the last {rows - border} of {rows} rows (from row {border}) are validation data"
        )
    return jax.tree.map(lambda a: a[:border], data), jax.tree.map(lambda a: a[border:], data)


def _program(model: Model, compiled: Compiled, data: Batch) -> Program:
    program = compiled.program(target_shapes(data))
    check_classes(program.objective, data, [symbol.shape[-1] for symbol in model.outputs])
    return program


def target_shapes(data: Batch) -> tuple[tuple[int | None, ...] | None, ...]:
    return tuple(None if target is None else (None, *target.shape[1:]) for target in data.targets)


def computed(program: Program, logs: Any) -> dict[str, float]:
    """The logs as numbers, sorted by name as in Keras."""
    numbers = jax.device_get(program.objective.compute(logs))
    return {name: float(numbers[name]) for name in sorted(numbers)}


# ---- state, callbacks --------------------------------------------------------------------------------------


def _state(model: Model, compiled: Compiled, program: Program) -> Any:
    """The state to go on from: the handles' values, and the optimizer's memory of an earlier fit."""
    key = keys.key(streams.current().seed)
    fresh = program.start(model.graph.values(), model.graph.trainable_paths(), key)
    if compiled.state is None:
        return fresh
    return fresh._replace(optimizer=compiled.state.optimizer, step=compiled.state.step)


def _looked_at(model: Model, state: Any) -> Any:
    """The state after somebody looked: weights that a callback assigned are taken over."""
    values = model.graph.values()
    weights = {path: jnp.asarray(values[path]) for path in state.weights}
    fixed = {path: jnp.asarray(values[path]) for path in state.fixed}
    return state._replace(weights=weights, fixed=fixed)


def _constant_rate(optimizer: Any) -> Any:
    """A number the user may change between steps is traced; a schedule stays in the program."""
    rate = optimizer.learning_rate
    return None if callable(rate) else jnp.float32(rate)


def _callbacks(
    model: Model, callbacks: Any, verbose: Any, params: dict[str, Any]
) -> tuple[CallbackList, ProgressBar | None]:
    given = (
        list(callbacks)
        if isinstance(callbacks, (list, tuple))
        else ([] if callbacks is None else [callbacks])
    )
    bar = ProgressBar() if verbose not in (0, "0") else None
    model.history = history = History()
    return CallbackList([*([bar] if bar else []), *given, history], model, params), bar


def _due(frequency: int | list[int], epoch: int) -> bool:
    return (epoch + 1) % frequency == 0 if isinstance(frequency, int) else epoch + 1 in frequency
