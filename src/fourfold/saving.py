"""What ``keras.saving`` has: whole models in files, and a user's own classes and functions by name."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any

from fourfold.core.registered import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from fourfold.errors import no_such_name
from fourfold.interop.reading import Reading
from fourfold.interop.writing import Writing
from fourfold.models import Model, load_model, save_model

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]

CustomObjectScope = custom_object_scope


def serialize_keras_object(obj: Any) -> Any:
    """An object as plain data: ``{"module", "class_name", "config", "registered_name"}``.

    >>> from fourfold.layers import Dense
    >>> serialize_keras_object(Dense(3))["class_name"]
    'Dense'
    """
    return Writing().value(obj)


def deserialize_keras_object(config: Any, custom_objects: Mapping[str, Any] | None = None, **_: Any) -> Any:
    """The object of plain data; what it may name is Fourfold's, or in ``custom_objects``, or registered.

    >>> from fourfold.layers import Dense
    >>> deserialize_keras_object(serialize_keras_object(Dense(3))).units
    3
    """
    return Reading(Model._models(), custom_objects).value(config)


def save_weights(model: Model, filepath: str | PathLike[str], overwrite: bool = True) -> None:
    """`Model.save_weights`."""
    model.save_weights(filepath, overwrite)


def load_weights(model: Model, filepath: str | PathLike[str], skip_mismatch: bool = False) -> None:
    """`Model.load_weights`."""
    model.load_weights(filepath, skip_mismatch)


def __getattr__(name: str) -> Any:
    raise no_such_name("saving", name, globals())
