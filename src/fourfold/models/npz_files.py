"""The weights of a model, and what its optimizer remembers, to a file and back."""

from __future__ import annotations

import warnings
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from fourfold.errors import FileError, OptionError, closest
from fourfold.interop.weights import WeightsFile, weights_file, write_weights
from fourfold.training.program import TrainState

if TYPE_CHECKING:
    from fourfold.models.compiling import Compiled
    from fourfold.models.model import Model

OPTIMIZER = "optimizer:"
"""Before the names of what the optimizer remembers, which no path of a weight begins with."""


def save_weights(model: Model, filepath: str | PathLike[str], overwrite: bool = True) -> None:
    path = weights_file(filepath)
    if path.exists() and not overwrite:
        raise OptionError(
            "weights-exist",
            "the file is there already",
            got=f"{str(path)!r}, overwrite=False",
            wanted="a new name",
            do="overwrite=True",
        )
    arrays = dict(model.graph.values())
    if model._compiled is not None and model._compiled.state is not None:
        arrays |= _remembered(model._compiled.state.optimizer)
    write_weights(path, arrays)


def load_weights(model: Model, filepath: str | PathLike[str], skip_mismatch: bool = False) -> None:
    """All weights, or none: shapes are compared before the first is replaced."""
    path = weights_file(filepath)
    handles = model.graph.handles
    with WeightsFile(path) as file:
        wrong = _wrong(path, file, {name: handle.shape for name, handle in handles.items()})
        if wrong and not skip_mismatch:
            raise wrong[min(wrong)]
        if wrong:
            warnings.warn(
                f"weights that {path} does not have for this model stay as they are: {', '.join(sorted(wrong))}",
                stacklevel=3,
            )
        known = [name for name in handles if name not in wrong]
        values = {name: file.array(name, handles[name].shape) for name in known}
        state = None if wrong or model._compiled is None else _state(model, model._compiled, file)
    for name, value in values.items():
        handles[name].assign(value)
    if model._compiled is not None and state is not None:
        model._compiled.state = state


def _wrong(path: Path, file: WeightsFile, wanted: dict[str, tuple[int, ...]]) -> dict[str, FileError]:
    """What is wrong with the file for each weight that can't be had from it."""
    found = {name for name in file.names if not name.startswith(OPTIMIZER)}
    errors = {}
    for name, shape in wanted.items():
        got = f"shape {file.shape(name)}" if name in found else "none" + closest(name, found - wanted.keys())
        if got != f"shape {shape}":
            errors[name] = FileError(
                "weights-of-another-model",
                f"the weight '{name}' can't be read from {path}",
                got=got,
                wanted=f"shape {shape}",
                do="build the model as it was when its weights were saved, with the same names",
            )
    return errors


def _remembered(state: Any) -> dict[str, Any]:
    """The optimizer's state by name."""
    leaves, _ = jax.tree_util.tree_flatten_with_path(state)
    return {OPTIMIZER + jax.tree_util.keystr(at, simple=True, separator="/"): leaf for at, leaf in leaves}


def _state(model: Model, compiled: Compiled, file: WeightsFile) -> TrainState | None:
    """The state of training to go on from; None if the file has none for this optimizer and these weights."""
    trained = {path: jnp.asarray(model.graph.handles[path].value) for path in model.graph.trainable_paths()}
    if compiled.optimizer is None:
        return None
    fresh = compiled.optimizer.init(trained)
    named = _remembered(fresh)
    if any(name not in file.names or file.shape(name) != np.shape(leaf) for name, leaf in named.items()):
        return None
    read = [jnp.asarray(file.array(name, np.shape(leaf))) for name, leaf in named.items()]
    optimizer = jax.tree.unflatten(jax.tree.structure(fresh), read)
    step = jnp.asarray(optimizer.get("iteration", 0) if isinstance(optimizer, dict) else 0, jnp.int32)
    return TrainState(trained, {}, optimizer, jax.random.key(0), step)
