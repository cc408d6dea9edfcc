"""What a layer is made with: the arguments of its constructor, checked by name, which are its configuration."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from fourfold.errors import OptionError, closest


def constructor_arguments(
    layer: Any, base: type, args: tuple, kwargs: dict[str, Any], cls: type | None = None
) -> dict[str, Any]:
    """All arguments of the constructor of a layer by name, defaults included; those of the ``base`` are known to all.

    The constructor is that of its class, or of one above it. Errors: `OptionError` for arguments that it can't take;
    what a user's class takes with ``**kwargs`` is its own affair until it hands it on.
    """
    cls = cls or type(layer)
    signature = inspect.signature(cls.__init__)
    own, open_ = next(iter(signature.parameters)), _open_argument(signature)
    kwargs, known = by_present_names(cls, kwargs), _known(type(layer), base)
    takes_all = not cls.__module__.startswith("fourfold.") and open_ in signature.parameters
    try:
        accepted = kwargs if takes_all else _known(cls, base)
        strange = [name for name in kwargs if name not in accepted]
        if strange:
            raise TypeError(f"unknown argument {strange[0]!r}{closest(strange[0], known)}")
        bound = signature.bind(layer, *args, **kwargs)
    except TypeError as error:
        raise OptionError(
            "layer-arguments",
            f"{type(layer).__name__} can't take these arguments ({error})",
            wanted=f"some of {', '.join(known)}",
        ) from None
    bound.apply_defaults()
    arguments = dict(bound.arguments)
    arguments.pop(own)
    extra = arguments.pop(open_, {})
    return {**arguments, **extra}


def also_from_below(cls: type, base: type) -> Callable[..., None]:
    """The constructor of a class of ours, which a class below may call with other arguments than it was given.

    Then the layer's arguments are those of this call until it ends.
    """
    constructor = cls.__init__

    @wraps(constructor)
    def construct(self: Any, *args: Any, **kwargs: Any) -> None:
        first = vars(self).setdefault("_constructor", construct) is construct
        outer = self._arguments
        if first and type(self).__init__ is not construct:
            self._arguments = outer | constructor_arguments(self, base, args, kwargs, cls)
        try:
            constructor(self, *args, **by_present_names(cls, kwargs))
        finally:
            if first:
                self._arguments, self._constructed_as = outer, cls
                del self._constructor

    return construct


def keep_set(layer: Any, base: type, name: str, value: Any) -> None:
    """An attribute that is set after the constructor is the argument of its name, in the configuration and in files.

    Of a user's class those that the class of ours above it takes.
    """
    cls = vars(layer).get("_constructed_as")
    if cls is not None and name in layer._arguments and name in _known(cls, base):
        layer._arguments[name] = value


def by_present_names(cls: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Arguments with the names that they have today, without those that no longer say anything."""
    named = {cls.former_names.get(name, name): value for name, value in kwargs.items()}
    return {name: value for name, value in named.items() if name is not None}


def _known(cls: type, base: type) -> list[str]:
    """The arguments that a class can be made with: its own and, if it hands others on, those of the class above."""
    known: dict[str, None] = {}
    for above in (c for c in cls.__mro__ if "__init__" in vars(c)):
        parameters = list(inspect.signature(above.__init__).parameters.values())
        known |= dict.fromkeys(p.name for p in parameters[1:] if p.kind is not p.VAR_KEYWORD)
        is_open = any(p.kind is p.VAR_KEYWORD for p in parameters)
        if above.__module__.startswith("fourfold.") or not is_open:
            break
    return list(known | dict.fromkeys(list(inspect.signature(base.__init__).parameters)[1:]))


def _open_argument(signature: inspect.Signature) -> str:
    """The name under which a constructor takes further keyword arguments."""
    return next((p.name for p in signature.parameters.values() if p.kind is p.VAR_KEYWORD), "kwargs")
