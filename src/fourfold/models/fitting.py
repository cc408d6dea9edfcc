"""The loops around the training program: epochs, callbacks, validation; and evaluation.

Everything here is Python between compiled chunks. A chunk is as many steps as nobody has to look at: one where
a callback has batch hooks, otherwise about half a second's worth, so that Ctrl-C and the progress bar answer.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from fourfold.callbacks import NOBODY, CallbackList, History, ProgressBar
from fourfold.core import streams
from fourfold.errors import OptionError
from fourfold.models.arrays import prepare, split, streamed
from fourfold.models.checking import check_classes, check_counts, warn_of_loss
from fourfold.models.compiling import Compiled, as_list
from fourfold.models.feeding import Feed, Made, Piece, batch_shapes, example, given, placed_bytes
from fourfold.ops import random as keys
from fourfold.training.objective import Batch
from fourfold.training.program import Program

if TYPE_CHECKING:
    from fourfold.models.trainer import Trainer

CHUNK_SECONDS = 0.5


def fit(
    model: Trainer,
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
    data = given(model, x, y, sample_weight, class_weight)
    validation = None
    if validation_data is not None:
        parts = validation_data if isinstance(validation_data, (tuple, list)) else (validation_data, None)
        validation = given(model, *parts)
    elif validation_split:
        if isinstance(data, Made):
            raise OptionError(
                "split-of-batches",
                "batches that are made one by one can't be split",
                got=f"validation_split={validation_split}",
                do="validation_data=(x, y), or batches of their own",
            )
        # What classes weigh is for training alone: the validation rows are those of the data without it.
        plain = (
            data
            if class_weight is None
            else prepare(model, x, y, sample_weight, None, streamed(x, y, sample_weight))
        )
        data, _ = split(data, validation_split)
        _, validation = split(plain, validation_split, verbose)
    shapes = batch_shapes(data, batch_size)
    program = compiled.split(_program(model, compiled, data), shapes, placed_bytes(data))
    feed = Feed(data, program, batch_size, steps_per_epoch, partial(_check_classes, model, program))
    params = {"epochs": epochs, "steps": feed.steps, "verbose": verbose}
    told, bar = _callbacks(model, callbacks, verbose, params)
    chunk = _Chunk(1 if told.sees_batches() else None)
    model.stop_training, model.initial_epoch = False, initial_epoch
    numbers, warned = None, False
    told.on_train_begin({})
    state = _state(model, compiled, program)
    shuffler = np.random.default_rng([streams.current().seed & 0xFFFFFFFF, 0x5F1E, int(state.step)])
    for epoch in range(model.initial_epoch, epochs):
        told.on_epoch_begin(epoch, {})
        state = _looked_at(model, state)
        model.reset_metrics()
        done, logs = 0, program.objective.init()
        with closing(feed.epoch(shuffler if shuffle else None)) as pieces:
            for done, reached, so_far in _epoch(model, compiled, program, state, pieces, told, chunk):
                state, logs = reached, so_far
                if bar is not None and done != feed.steps:
                    bar.progress(done, computed(program, logs))
        whole = not model.stop_training
        short = whole and isinstance(data, Made) and _ran_out(data, done, feed.steps, epoch + 1 < epochs)
        if not done:
            break
        params["steps"] = feed.steps or done
        numbers = computed(program, logs)
        loss = numbers.get("loss", 0.0)
        warned = warned or warn_of_loss(loss, epoch, example(data), whole=not isinstance(data, Made))
        if validation is not None and _due(validation_freq, epoch):
            size = validation_batch_size or batch_size
            held_out = evaluate(model, compiled, validation, size, validation_steps, told)
            numbers |= {f"val_{name}": value for name, value in held_out.items()}
            numbers = dict(sorted(numbers.items()))
        told.on_epoch_end(epoch, numbers)
        state = _looked_at(model, state)
        if model.stop_training or short:
            break
    if numbers is not None:
        state = state._replace(weights=program.optimizer.final(state.weights, state.optimizer))
        compiled.state = state
        model.graph.commit(state.weights)
        if validation is None:
            compiled.keep(program, logs)
    told.on_train_end(numbers)
    return told.callbacks[-1]  # type: ignore[return-value]


def _epoch(
    model: Trainer,
    compiled: Compiled,
    program: Program,
    state: Any,
    pieces: Iterator[Piece],
    told: CallbackList,
    chunk: _Chunk,
) -> Iterator[tuple[int, Any, Any]]:
    """The steps of each piece in chunks; after each: how many steps are done, the state, the logs."""
    done, logs, looking = 0, program.objective.init(), told.sees_batches()
    watching = told.sees_invalid_losses()
    for data, indices, steps in pieces:
        at = 0
        while at < steps:
            rate = _constant_rate(compiled.optimizer)
            if looking:
                told.on_train_batch_begin(done, {})
            started, before = time.perf_counter(), (state, logs)
            stop = min(steps, at + chunk.steps)
            if indices is None:
                state, logs = program.run_batch(state, logs, data, rate)
            else:
                state, logs = program.run(state, logs, data, indices, at, stop, rate)
            jax.block_until_ready(logs)
            chunk.took(stop - at, time.perf_counter() - started)
            invalid = watching and not _is_finite(program, logs)
            if invalid and indices is not None:
                stop, state, logs = _first_invalid(program, before, data, indices, (at, stop), rate)
            done, at = done + stop - at, stop
            model.graph.commit(state.weights | state.fixed)
            compiled.state = state
            if looking:
                told.on_train_batch_end(done - 1, computed(program, logs))
                state = _looked_at(model, state)
            if invalid:
                told.on_invalid_loss(done - 1, computed(program, logs))
            yield done, state, logs
            if model.stop_training:
                return


def _is_finite(program: Program, logs: Any) -> bool:
    """Whether the loss so far is a number: it is none from the first batch on that has none."""
    return math.isfinite(computed(program, logs).get("loss", 0.0))


def _first_invalid(
    program: Program, before: tuple, data: Any, indices: Any, steps: tuple[int, int], rate: Any
) -> tuple[int, Any, Any]:
    """The steps of a chunk again, up to the first whose loss is no finite number: (its end, the state, the logs).

    Chunks whose losses are numbers cost nothing; in one that ends with none, the step is found by halving.
    """
    (state, logs), (low, high) = before, steps
    while high - low > 1:
        middle = (low + high) // 2
        reached, so_far = program.run(state, logs, data, indices, low, middle, rate)
        if _is_finite(program, so_far):
            state, logs, low = reached, so_far, middle
        else:
            high = middle
    return high, *program.run(state, logs, data, indices, low, high, rate)


def _ran_out(data: Made, done: int, steps: int | None, more: bool) -> bool:
    """Whether batches ended before the training did; said."""
    short = data.batches.once and more if steps is None else done < steps
    if short:
        wanted = "more epochs" if steps is None else f"{steps} an epoch"
        warnings.warn(
            f"the batches ran out, and training ends here: got {done} in the last epoch, wanted {wanted}. "
            "Do this: a generator that goes on, or a PyDataset",
            stacklevel=4,
        )
    return short


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
    model: Trainer,
    compiled: Compiled,
    data: Batch | Made,
    batch_size: int,
    steps: int | None,
    told: CallbackList,
    bar: ProgressBar | None = None,
) -> dict[str, float]:
    """The logs of a pass over data; callbacks are told of it, and of each batch if one of them looks at batches."""
    if bar is not None:
        bar.start()
    done = 0
    program = _program(model, compiled, data).testing()
    logs = program.objective.init()
    feed = Feed(data, program, batch_size, steps, partial(_check_classes, model, program))
    told.on_test_begin({})
    values = {path: jnp.asarray(value) for path, value in model.graph.values().items()}
    with closing(feed.epoch()) as pieces:
        if not told.sees_batches("test"):
            for part, indices, count in pieces:
                if indices is None:
                    states, logs = program.test_batch(values, logs, part)
                else:
                    states, logs = program.test(values, logs, part, indices, count)
                values |= states
                done += count
        else:
            for number, batch in enumerate(_batches(program, pieces)):
                told.on_test_batch_begin(number, {})
                states, logs = program.test_batch(values, logs, batch)
                values |= states
                told.on_test_batch_end(number, computed(program, logs))
                done = number + 1
    model.graph.commit({path: values[path] for path in program.states})
    found = computed(program, logs)
    compiled.keep(program, logs)
    told.on_test_end(found)
    if bar is not None:
        bar.finish(done, found)
    return found


def _batches(program: Program, pieces: Iterator[Piece]) -> Iterator[Batch]:
    """The batches of pieces, one by one."""
    for data, indices, count in pieces:
        if indices is None:
            yield data
        else:
            yield from (program.rows(data, rows) for rows in indices[:count])


def train_on_batch(
    model: Trainer, compiled: Compiled, x: Any, y: Any, sample_weight: Any, class_weight: Any
) -> dict[str, float]:
    batch = jax.tree.map(jnp.asarray, prepare(model, x, y, sample_weight, class_weight))
    program = _program(model, compiled, batch)
    state, logs = program.run_batch(
        _state(model, compiled, program), program.objective.init(), batch, _constant_rate(compiled.optimizer)
    )
    model.graph.commit(state.weights | state.fixed)
    compiled.state = state
    compiled.keep(program, logs)
    return computed(program, logs)


def _program(model: Trainer, compiled: Compiled, data: Batch | Made) -> Program:
    program = compiled.program(target_shapes(example(data)), example(data))
    _check_classes(model, program, example(data))
    return program


def _check_classes(model: Trainer, program: Program, data: Batch) -> None:
    check_classes(program.objective, data, [symbol.shape[-1] for symbol in model.outputs])


def target_shapes(data: Batch) -> tuple[tuple[int | None, ...] | None, ...]:
    return tuple(None if target is None else (None, *target.shape[1:]) for target in data.targets)


def computed(program: Program, logs: Any) -> dict[str, float]:
    """The logs as numbers, sorted by name as in Keras; of a metric with a number a class, an array."""
    numbers = jax.device_get(program.objective.compute(logs))
    return {name: float(n) if n.ndim == 0 else n for name, n in sorted(numbers.items())}


# ---- state, callbacks --------------------------------------------------------------------------------------


def _state(model: Trainer, compiled: Compiled, program: Program) -> Any:
    """The state to go on from: the handles' values, and the optimizer's memory of an earlier fit."""
    key = keys.key(streams.current().seed)
    fresh = program.start(model.graph.values(), model.graph.trainable_paths(), key)
    if compiled.state is None:
        return fresh
    return fresh._replace(optimizer=compiled.state.optimizer, step=compiled.state.step)


def _looked_at(model: Trainer, state: Any) -> Any:
    """The state after somebody looked: weights that a callback assigned are taken over."""
    values = model.graph.values()
    weights = {path: jnp.asarray(values[path]) for path in state.weights}
    fixed = {path: jnp.asarray(values[path]) for path in state.fixed}
    return state._replace(weights=weights, fixed=fixed)


def _constant_rate(optimizer: Any) -> Any:
    """A number the user may change between steps is traced; a schedule stays in the program."""
    return None if optimizer.schedule else jnp.float32(optimizer.learning_rate)


def told_of(model: Any, callbacks: Any, **params: Any) -> CallbackList:
    """Callbacks as `evaluate` and `predict` are given them."""
    if callbacks is None:
        return NOBODY
    return (
        callbacks if isinstance(callbacks, CallbackList) else CallbackList(as_list(callbacks), model, params)
    )


def _callbacks(
    model: Any, callbacks: Any, verbose: Any, params: dict[str, Any]
) -> tuple[CallbackList, ProgressBar | None]:
    given = as_list(callbacks)
    bar = ProgressBar.of(verbose)
    model.history = history = History()
    return CallbackList([*given, *([bar] if bar else []), history], model, params), bar


def _due(frequency: int | list[int], epoch: int) -> bool:
    return (epoch + 1) % frequency == 0 if isinstance(frequency, int) else epoch + 1 in frequency
