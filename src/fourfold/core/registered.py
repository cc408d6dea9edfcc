"""A user's own classes and functions by the names under which configurations name them.

Code registers them; no file does. `register_keras_serializable` keeps what it decorates, `custom_object_scope` names
more for a while, and a call's ``custom_objects`` for that call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from fourfold.errors import OptionError

_REGISTERED: dict[str, Any] = {}
_NAMES: dict[int, str] = {}
_SCOPE: ContextVar[Mapping[str, Any] | None] = ContextVar("custom-objects", default=None)


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable[[Any], Any]:
    """A decorator: configurations name the class or function ``package>name``, and loading finds it.

    Errors: `OptionError` for a class without ``get_config``.

    >>> @register_keras_serializable("mine")
    ... def twice(x):
    ...     return 2 * x
    >>> get_registered_name(twice), get_registered_object("mine>twice") is twice
    ('mine>twice', True)
    """

    def register(thing: Any) -> Any:
        if isinstance(thing, type) and not hasattr(thing, "get_config"):
            raise OptionError(
                "register-class",
                "a class that configurations name says what it is made of",
                got=f"{thing.__name__} without get_config",
                do=f"a method get_config(self) in {thing.__name__}",
            )
        full = f"{package}>{name or thing.__name__}"
        _REGISTERED[full] = thing
        _NAMES[id(thing)] = full
        return thing

    return register


def get_registered_name(obj: Any) -> str:
    """The name under which configurations name a class or function."""
    return _NAMES.get(id(obj)) or obj.__name__


def get_registered_object(
    name: str, custom_objects: Mapping[str, Any] | None = None, module_objects: Mapping[str, Any] | None = None
) -> Any:
    """What is registered under a name, or is in one of these dicts; None if nothing is."""
    return {**(module_objects or {}), **known(custom_objects)}.get(name)


def get_custom_objects() -> dict[str, Any]:
    """What is registered, by name; more may be put in."""
    return _REGISTERED


@contextmanager
def custom_object_scope(custom_objects: Mapping[str, Any] | None) -> Iterator[None]:
    """Within the block, loading knows these classes and functions by name, too.

    >>> with custom_object_scope({"twice": abs}):
    ...     get_registered_object("twice") is abs
    True
    """
    token = _SCOPE.set({**(_SCOPE.get() or {}), **(custom_objects or {})})
    try:
        yield
    finally:
        _SCOPE.reset(token)


def known(custom_objects: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All that may be named beside Fourfold's own, the nearest last."""
    return {**_REGISTERED, **(_SCOPE.get() or {}), **(custom_objects or {})}
