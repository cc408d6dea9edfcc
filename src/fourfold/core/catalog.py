"""Objects that are named in code and in files: one closed table a kind, from names to classes.

Nothing is imported by name, so a file can only name what a table holds, or what the user's code registered.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any, Self

from fourfold.core.registered import custom_object_scope, get_registered_name, known
from fourfold.errors import OptionError, nearest


def snake_case(name: str) -> str:
    """Keras's rule: digits end no word.

    >>> snake_case("GlorotUniform"), snake_case("MaxPooling2D"), snake_case("LSTM"), snake_case("L1L2")
    ('glorot_uniform', 'max_pooling2d', 'lstm', 'l1l2')
    """
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def unknown_name(kind: str, name: object, known: Iterable[str]) -> OptionError:
    """The error for a name that is in no table, with the closest one that is."""
    known = sorted(set(known))
    close = nearest(name, known, n=3, cutoff=0.5)
    close.sort(key=lambda other: sorted(other) != sorted(str(name)))  # letters that changed places come first
    return OptionError(
        f"unknown-{kind.replace(' ', '-')}",
        f"there is no {kind} of this name",
        got=repr(name),
        wanted="one of " + ", ".join(known),
        do=f"write {close[0]!r}" if close else "choose one of them",
    )


class Configured:
    """An object that its constructor's arguments describe; each is kept in the attribute of its name.

    Of a user's class those count that are kept so; the others have their defaults when it is made again.
    """

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments: plain numbers, strings, lists and dicts."""
        return {name: self.argument(name) for name in self._kept()}

    def _kept(self) -> dict[str, inspect.Parameter]:
        """The arguments that are known: all of a class of ours."""
        ours = type(self).__module__.startswith("fourfold.")
        return {name: one for name, one in _arguments(type(self)).items() if ours or hasattr(self, name)}

    def argument(self, name: str) -> Any:
        """What the constructor was given under this name; where the attribute is another, a subclass says it."""
        return getattr(self, name)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The object that ``get_config`` described."""
        known = _arguments(cls)
        for name in config:
            if name not in known:
                raise unknown_name(f"argument of {cls.__name__}", name, known)
        return cls(**config)

    def __repr__(self) -> str:
        told = [
            f"{name}={self.argument(name)!r}"
            for name, parameter in self._kept().items()
            if name not in ("name", "dtype") and not _is_default(self.argument(name), parameter.default)
        ]
        return f"{type(self).__name__}({', '.join(told)})"


def _is_default(value: Any, default: Any) -> bool:
    return value is default or (isinstance(value, float) and isinstance(default, float) and value == default)


def _arguments(cls: type) -> dict[str, inspect.Parameter]:
    """What a constructor takes by name: its own arguments and, if it hands others on, those of the class above."""
    found: dict[str, inspect.Parameter] = {}
    for above in (c for c in cls.__mro__ if "__init__" in vars(c)):
        parameters = list(inspect.signature(above.__init__).parameters.values())[1:]
        found = {p.name: p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)} | found
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    return found


class Catalog:
    """The closed table of one kind: ``get`` takes a name, a config, a class or an object.

    Names are the class's (``"GlorotUniform"``), its snake case (``"glorot_uniform"``) and the aliases given.
    A config has Keras's form: ``{"module", "class_name", "config", "registered_name"}``.
    """

    def __init__(self, kind: str, module: str, classes: Iterable[type[Configured]], aliases=()) -> None:
        self.kind, self.module = kind, module
        self.classes = {cls.__name__: cls for cls in classes}
        self.names = dict(self.classes)
        self.names.update((snake_case(name), cls) for name, cls in self.classes.items())
        self.names.update(aliases)

    def get(self, identifier: Any) -> Any:
        """The object that ``identifier`` names, describes or is; ``None`` stays ``None``."""
        if isinstance(identifier, str):
            thing = self._named(identifier)
            return thing() if isinstance(thing, type) else thing
        if isinstance(identifier, Mapping):
            return self.deserialize(identifier)
        if isinstance(identifier, type):
            return identifier()
        if identifier is None or callable(identifier) or isinstance(identifier, Configured):
            return identifier
        raise OptionError(
            f"not-a-{self.kind.replace(' ', '-')}",
            f"this is no {self.kind}",
            got=repr(identifier),
            wanted="a name, a config or an object",
            do=f"for example {next(iter(self.classes))!r}",
        )

    def serialize(self, thing: Any) -> dict[str, Any] | None:
        """The config from which ``deserialize`` builds an equal object."""
        if thing is None:
            return None
        name = type(thing).__name__
        if self.classes.get(name) is not type(thing):
            raise unknown_name(self.kind, name, self.classes)
        return {
            "module": self.module,
            "class_name": name,
            "config": thing.get_config(),
            "registered_name": None,
        }

    def deserialize(
        self, config: Mapping[str, Any] | str | None, custom_objects: Mapping[str, Any] | None = None
    ) -> Any:
        """The object that a config (or a bare name) describes; it may name what is in ``custom_objects``, too."""
        if custom_objects:
            with custom_object_scope(custom_objects):
                return self.deserialize(config)
        if config is None or isinstance(config, str):
            return self.get(config)
        if config.get("class_name") == "function":
            return self._named(config.get("config"))
        full = config.get("registered_name")
        name = full if isinstance(full, str) and full in known() else config.get("class_name")
        return self._named(name).from_config(config.get("config") or {})

    def _named(self, name: Any) -> Any:
        """A class of this table, or what the user's code registered under the name."""
        table = {**known(), **self.names}
        if not isinstance(name, str) or name not in table:
            raise unknown_name(self.kind, name, self.names)
        return table[name]


def to_config(value: Any) -> Any:
    """An argument as plain data: objects with a configuration and a user's functions become {class_name, config}."""
    if isinstance(value, (list, tuple)):
        return [to_config(item) for item in value]
    if hasattr(value, "get_config"):
        name, full = type(value).__name__, get_registered_name(type(value))
        return {"class_name": name, "config": value.get_config()} | ({"registered_name": full} if full != name else {})
    if not callable(value):
        return value
    if not hasattr(value, "__name__"):
        return str(value)
    if (value.__module__ or "").startswith("fourfold."):
        return value.__name__
    return {"class_name": "function", "config": get_registered_name(value)}
