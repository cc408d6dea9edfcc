"""What a ``.keras`` file makes again: the model with its weights, compiled as it was; and models in pickles."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fourfold.core import streams
from fourfold.core.registered import custom_object_scope
from fourfold.errors import FileError, FourfoldError, OptionError, UnsafeFileError
from fourfold.interop import keras_file
from fourfold.interop.reading import PROBLEMS, Reading, as_no_config
from fourfold.layers.base import Layer
from fourfold.models.keras_files import save_model, take, take_state
from fourfold.models.trainer import Trainer

SPARE_NUMBERS = 1_000_000
"""Weights that a configuration may have beyond those of the file, before it is compared weight by weight."""


def revived(path: Any, models: Mapping[str, Any], custom_objects: Mapping[str, Any] | None, compile: bool) -> Any:
    """The model of a file; ``models`` are Fourfold's by the names that configurations have for them."""
    file = keras_file.KerasFile(path)
    numbers = file.weights.numbers
    reading = Reading(models, custom_objects, numbers + numbers // 10 + SPARE_NUMBERS)
    try:
        with streams.use(streams.Stream(0)):
            model = _model(file.config, reading)
    except FourfoldError as error:
        kind = UnsafeFileError if isinstance(error, UnsafeFileError) else FileError
        what = f"{file.path}: {error.what}"
        raise kind(error.slug, what, got=error.got, wanted=error.wanted, do=error.do) from None
    take(model, file.weights, reading, skip_mismatch=False)
    if compile and file.config.get("compile_config"):
        _compile(model, file, reading, custom_objects)
    return model


def as_bytes(model: Any) -> tuple[bytes, dict[str, Any]]:
    """The file of a model, and the classes of one's own that are in it, by name."""
    own = {type(layer).__name__: type(layer) for layer in _all(model)}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        save_model(model, path)
        return path.read_bytes(), {n: c for n, c in own.items() if not c.__module__.startswith("fourfold.")}


def of_bytes(content: bytes, models: Mapping[str, Any], classes: Mapping[str, Any]) -> Any:
    """The model of such a file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(content)
        return revived(path, models, classes, compile=True)


def _all(layer: Any) -> list[Layer]:
    return [layer, *(part for inner in layer.inside() for part in _all(inner))]


def _model(config: Mapping[str, Any], reading: Reading) -> Any:
    try:
        model = reading.layer(config)
        if not hasattr(model, "fit"):
            raise OptionError(
                "not-a-model",
                "this is a layer, not a model",
                got=repr(config.get("class_name")),
                wanted="what model.save wrote",
            )
        shape = (config.get("build_config") or {}).get("input_shape")
        if "graph" not in vars(model) and shape:
            model.build(tuple(shape))  # type: ignore[operator]
        return model
    except PROBLEMS as error:
        raise as_no_config(error) from None


def _compile(
    model: Any, file: keras_file.KerasFile, reading: Reading, custom_objects: Mapping[str, Any] | None
) -> None:
    config = file.config["compile_config"]
    of_its_own = getattr(type(model), "compile_from_config", None)
    if of_its_own is None and type(model).compile is not Trainer.compile:
        warnings.warn(
            f"{type(model).__name__} has a compile of its own, so the model of {file.path} is not compiled. Do this: "
            "call compile after loading it, or write get_compile_config and compile_from_config",
            stacklevel=3,
        )
        return
    try:
        if of_its_own is None:
            _compile_as_usual(model, config, reading)
        else:
            with custom_object_scope(custom_objects or {}):
                of_its_own(model, config)
    except PROBLEMS as error:
        problem = as_no_config(error)
        raise FileError(
            "compile-of-a-file",
            f"{file.path} was trained in a way that can't be had here ({problem.what})",
            got=problem.got,
            wanted=problem.wanted,
            do=f"{problem.do}; or load_model(path, compile=False), and compile anew"
            if problem.do
            else "compile=False",
        ) from None
    take_state(model, file.weights, reading)


def _compile_as_usual(model: Any, config: Mapping[str, Any], reading: Reading) -> None:
    names = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
    given = {name: reading.value(config.get(name)) for name in names}
    model.compile(**{name: value for name, value in given.items() if value is not None or name != "optimizer"})
