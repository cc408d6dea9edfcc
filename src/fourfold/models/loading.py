"""Whole models from ``.keras`` files that Fourfold or Keras 3 wrote."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from os import PathLike
from typing import Any

from fourfold.core import streams
from fourfold.core.registered import custom_object_scope
from fourfold.errors import FileError, FourfoldError, OptionError, UnsafeFileError
from fourfold.interop import keras_file
from fourfold.interop.reading import PROBLEMS, Reading, as_no_config
from fourfold.models.keras_files import ENDING, path_of, take, take_state
from fourfold.models.model import Model

SPARE_NUMBERS = 1_000_000
"""Weights that a configuration may have beyond those of the file, before it is compared weight by weight."""


def load_model(
    filepath: str | PathLike[str],
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """The model of a ``.keras`` file that `save_model` or Keras 3 wrote, with its weights.

    Args:
        filepath: the file.
        custom_objects: a user's own classes and functions by the names that the file has for them.
        compile: whether it is compiled as it was; then training goes on where it was.
        safe_mode: True; code in files is never read.

    Errors: `FileError` for what is no such file, is damaged, or names what Fourfold doesn't have; `UnsafeFileError` for
    a file with code, or one that would take more memory than its weights. Nothing in a file is executed.

    >>> import tempfile, numpy as np
    >>> from fourfold import Input, Sequential, layers
    >>> model = Sequential([Input(shape=(4,)), layers.Dense(2)])
    >>> path = tempfile.mkdtemp() + "/small.keras"
    >>> model.save(path)
    >>> bool((load_model(path)(np.ones((1, 4))) == model(np.ones((1, 4)))).all())
    True
    """
    if not safe_mode:
        raise OptionError(
            "safe-mode",
            "code in files is never read",
            got="safe_mode=False",
            wanted="safe_mode=True",
            do="build the model by the same code, and load_weights",
        )
    file = keras_file.KerasFile(path_of(filepath, ENDING))
    numbers = file.weights.numbers
    reading = Reading(Model._models(), custom_objects, numbers + numbers // 10 + SPARE_NUMBERS)
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
    if of_its_own is None and type(model).compile is not Model.compile:
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
