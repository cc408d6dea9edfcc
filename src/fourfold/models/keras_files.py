"""Whole models to ``.keras`` files: what they are, their weights, how they are trained; weights in Keras's layout."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from fourfold.errors import FileError, OptionError
from fourfold.interop import keras_file
from fourfold.interop.hdf5 import Hdf5
from fourfold.interop.places import in_training, places
from fourfold.interop.reading import Reading
from fourfold.interop.writing import Writing
from fourfold.layers.base import Layer
from fourfold.optimizers import Optimizer
from fourfold.training.program import TrainState

if TYPE_CHECKING:
    from fourfold.models.model import Model

ENDING, WEIGHTS_ENDING = ".keras", ".weights.h5"
OPTIMIZER = "optimizer"
_ALIASES = {"query_dense": "_query_dense", "key_dense": "_key_dense", "value_dense": "_value_dense"}
_ALIASES |= {"output_dense": "_output_dense"}
"""Names of places in files of Keras's first versions."""


# ---- writing -----------------------------------------------------------------------------------------------


def save_model(model: Model, filepath: str | PathLike[str], overwrite: bool = True) -> None:
    """Writes a model to a ``.keras`` file of Keras 3, which `load_model` reads, and so does Keras.

    The file holds its configuration, its weights, what it was compiled with, and what the optimizer remembers.

    Args:
        model: a `Sequential`, a `Model` of inputs and outputs, or one that is written as a class.
        filepath: a name that ends in ``.keras``.
        overwrite: whether a file that is there may be replaced.

    Errors: `OptionError` for another name, for a model with a part that is code alone, such as a `Lambda`, and where
    h5py is missing. The file is written whole or not at all.

    >>> import tempfile
    >>> from fourfold import Input, Sequential, layers
    >>> model = Sequential([Input(shape=(4,)), layers.Dense(2)])
    >>> path = Path(tempfile.mkdtemp()) / "small.keras"
    >>> save_model(model, path)
    >>> path.exists()
    True
    """
    path = path_of(filepath, ENDING)
    _refuse_to_replace(path, overwrite)
    writing = Writing()
    entry = writing.thing(model)
    entry["build_config"] = {"input_shape": _input_shape(model)}
    compiled = model.get_compile_config()
    if compiled is not None:
        entry["compile_config"] = Writing().value(compiled)
    keras_file.write_model(path, entry, _values(model))


def save_weights(model: Model, filepath: str | PathLike[str], overwrite: bool = True) -> None:
    """Writes a model's weights, and what its optimizer remembers, to a ``.weights.h5`` file."""
    path = path_of(filepath, WEIGHTS_ENDING)
    _refuse_to_replace(path, overwrite)
    keras_file.write_weights(path, _values(model))


def _input_shape(model: Model) -> Any:
    """The shape of the input of a model that can be built from one; None of others."""
    inputs = model.graph.input_symbols
    return (
        list(inputs[0].shape) if len(inputs) == 1 and (model.is_class or hasattr(model, "_stack")) else None
    )


def _values(model: Model) -> list[tuple[str, str, list[np.ndarray]]]:
    """All arrays of a model by their places."""
    model.graph  # noqa: B018, says what is missing where a model knows no shapes yet
    found = places(model)
    values = [(place.path, place.name, [w.numpy() for w in place.weights]) for place in found]
    compiled = model._compiled
    if compiled is not None and compiled.optimizer is not None:
        trained = _trained(model)
        weights = {path: jnp.asarray(model.graph.handles[path].value) for path in trained}
        state = compiled.optimizer.init(weights) if compiled.state is None else compiled.state.optimizer
        arrays = _in_keras_order(compiled.optimizer, state, trained)
        values.append((OPTIMIZER, compiled.optimizer.name, [np.asarray(array) for array in arrays]))
    return values


def _trained(model: Model, order: Mapping[int, list[Layer]] | None = None) -> list[str]:
    """The paths of the trained weights in the order in which Keras's optimizers keep them."""
    paths = {id(handle): path for path, handle in model.graph.handles.items()}
    return [paths[id(weight)] for weight in in_training(model, order)]


def _in_keras_order(optimizer: Optimizer, state: Mapping[str, Any], trained: list[str]) -> list[Any]:
    """What an optimizer remembers: steps, the learning rate if it is a number, then arrays of the weights."""
    rate = [] if optimizer.schedule else [np.float32(optimizer.learning_rate)]
    arrays = [state[name][path] for name, path in optimizer.in_keras_order(trained, state)]
    counted = [np.float32(number) for number in optimizer.counted(int(state["iteration"]))]
    return [np.asarray(state["iteration"], np.int32), *rate, *arrays, *counted]


def compile_config(model: Model) -> dict[str, Any] | None:
    """What a model was compiled with, as data."""
    if model._compile_with is None:
        return None
    names = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
    try:
        config = {name: Writing().value(value) for name, value in zip(names, model._compile_with)}
    except OptionError as error:
        warnings.warn(
            f"the file does not say how the model is trained: {error}. Call compile after loading it.",
            stacklevel=5,
        )
        return None
    if getattr(model.optimizer, "decay_exclude", ()):
        warnings.warn(
            "the file does not say which weights don't decay. Do this: call exclude_from_weight_decay of the optimizer "
            "of the loaded model",
            stacklevel=5,
        )
    return config | {"run_eagerly": False, "steps_per_execution": 1, "jit_compile": True}


def path_of(filepath: str | PathLike[str], ending: str) -> Path:
    name = fspath(filepath)
    if not name.endswith(ending):
        stem = name
        for other in (".h5", ".hdf5", ".npz", ".keras", ".weights"):
            stem = stem.removesuffix(other)
        raise OptionError(
            "model-file",
            "whole models are written to and read from .keras files"
            if ending == ENDING
            else "this is no file of weights",
            got=repr(name),
            wanted=f"a name that ends in {ending}",
            do=f"write {stem + ending!r}",
        )
    return Path(name)


def _refuse_to_replace(path: Path, overwrite: bool) -> None:
    if path.exists() and not overwrite:
        raise OptionError(
            "model-exists",
            "the file is there already",
            got=f"{str(path)!r}, overwrite=False",
            wanted="a new name",
            do="overwrite=True",
        )


# ---- weights ----------------------------------------------------------------------------------------------


def load_weights(model: Model, filepath: str | PathLike[str], skip_mismatch: bool = False) -> None:
    """Takes the weights of a ``.weights.h5`` or ``.keras`` file; those of a compiled model's optimizer, too."""
    model.graph  # noqa: B018, says what is missing where a model knows no shapes yet
    file = keras_file.read_weights(Path(fspath(filepath)))
    take(model, file, None, skip_mismatch)
    take_state(model, file, None)


def take(model: Any, file: Hdf5, reading: Reading | None, skip_mismatch: bool) -> None:
    """All weights, or none: names and shapes are compared before the first is replaced.

    Raises:
        FileError: ``weights-that-do-not-fit``, which lists all that don't fit.
    """
    found, wrong, known = places(model, None if reading is None else reading.order), [], set()
    values: list[tuple[Any, np.ndarray]] = []
    for place in found:
        for number, weight in enumerate(place.weights):
            path = _where(place.path, number, file)
            known.add(path)
            dataset = file.datasets.get(path)
            told = f"{place.name} ({path})"
            if dataset is None:
                wrong.append(f"{told}: none, wanted {weight.shape}")
            elif dataset.shape != weight.shape or dataset.dtype.kind not in "fiu":
                wrong.append(f"{told}: {dataset.shape} of {dataset.dtype}, wanted {weight.shape}")
            else:
                values.append((weight, file.array(path)))
    if not skip_mismatch:
        extra = [path for path in file.datasets if path not in known and _is_weight(path)]
        wrong += [f"{path}: {file.datasets[path].shape}, wanted none" for path in extra]
    if wrong and not skip_mismatch:
        raise FileError(
            "weights-that-do-not-fit",
            f"the weights of {file.path} don't fit the model",
            got="; ".join(wrong[:20]) + (f"; and {len(wrong) - 20} more" if len(wrong) > 20 else ""),
            do="build the model as it was when its weights were saved",
        )
    if wrong:
        warnings.warn(
            f"weights that {file.path} does not have stay as they are: {'; '.join(wrong)}", stacklevel=4
        )
    for weight, value in values:
        weight.assign(value)
        if not np.isfinite(value).all():
            warnings.warn(f"{file.path} holds numbers that are not finite, in {weight.path}", stacklevel=4)


def _where(path: str, number: int, file: Hdf5) -> str:
    """The place of an array: in files of Keras's first versions some have other names."""
    full = f"{path}/vars/{number}" if path else f"vars/{number}"
    front, _, last = path.rpartition("/")
    if full not in file.datasets and last in _ALIASES:
        return f"{front}/{_ALIASES[last]}/vars/{number}"
    return full


def _is_weight(path: str) -> bool:
    parts = path.split("/")
    return parts[0] != OPTIMIZER and "seed_generator" not in parts and "metrics" not in parts[:1]


def take_state(model: Any, file: Hdf5, reading: Reading | None) -> None:
    """What the optimizer remembers, if the file has it for this optimizer and these weights."""
    compiled = model._compiled
    if compiled is None or compiled.optimizer is None or f"{OPTIMIZER}/vars/0" not in file.datasets:
        return
    optimizer, trained = compiled.optimizer, _trained(model, None if reading is None else reading.order)
    handles = model.graph.handles
    first = 1 if optimizer.schedule else 2
    weights = {path: jnp.asarray(handles[path].value) for path in model.graph.trainable_paths()}
    wanted = jax.eval_shape(optimizer.init, weights)
    slots, counted = optimizer.in_keras_order(trained, wanted), optimizer.counted(0)
    names = [f"{OPTIMIZER}/vars/{number}" for number in range(first + len(slots) + len(counted))]
    shapes = [()] * first + [wanted[slot][path].shape for slot, path in slots] + [()] * len(counted)
    if f"{OPTIMIZER}/vars/{len(names)}" in file.datasets or any(
        name not in file.datasets or file.datasets[name].shape != shape for name, shape in zip(names, shapes)
    ):
        return
    steps = int(file.array(names[0]))
    if not 0 <= steps < 2**31 or (first == 2 and not math.isfinite(file.array(names[1]))):
        return
    if first == 2:
        optimizer.learning_rate = float(file.array(names[1]))
    state: dict[str, Any] = {"iteration": jnp.int32(steps), **{name: {} for name in optimizer.kept}}
    for (slot, path), name in zip(slots, names[first:]):
        state[slot][path] = jnp.asarray(file.array(name), wanted[slot][path].dtype)
    ordered = {slot: {path: state[slot][path] for path in wanted[slot]} for slot in optimizer.kept}
    compiled.state = TrainState(weights, {}, {**state, **ordered}, jax.random.key(0), jnp.int32(steps))
