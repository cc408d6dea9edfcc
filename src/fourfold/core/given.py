"""Values that users give for options, as plain Python values of one kind; anything else is refused with its name."""

from __future__ import annotations

import numbers
import operator
from collections.abc import Iterable
from typing import Any

from fourfold.errors import OptionError

__all__ = ["at_least", "names", "number", "switch", "text", "whole"]


def whole(option: str, value: Any) -> int:
    """A whole number, of NumPy too.

    >>> import numpy as np
    >>> whole("seed", np.int64(3))
    3
    """
    if not isinstance(value, bool) and hasattr(value, "__index__"):
        return operator.index(value)
    raise _another(option, value, "a whole number")


def at_least(option: str, value: Any, least: int) -> int:
    """A whole number that is not below another.

    >>> at_least("steps", 20, 1)
    20
    """
    if (found := whole(option, value)) >= least:
        return found
    raise OptionError("option-too-small", f"{option} is too small", got=f"{option}={found}", wanted=f"{least} or more")


def number(option: str, value: Any) -> float:
    """A number.

    >>> number("margin", 1)
    1.0
    """
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return float(value)
    raise _another(option, value, "a number")


def text(option: str, value: Any) -> str:
    """A text."""
    if isinstance(value, str):
        return str(value)
    raise _another(option, value, "a text")


def switch(option: str, value: Any) -> bool:
    """True or False, of NumPy too.

    >>> import numpy as np
    >>> switch("examples", np.False_)
    False
    """
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
        return bool(value)
    raise _another(option, value, "True or False")


def names(option: str, value: Any) -> str | tuple[str, ...] | None:
    """A name, or several; numbers are names of columns, too. Of none, None.

    >>> names("drop", 3), names("drop", ["a", 0]), names("drop", [])
    ('3', ('a', '0'), None)
    """
    if isinstance(value, (str, numbers.Number)):
        return str(value)
    if not isinstance(value, Iterable):
        raise _another(option, value, "a name, or several")
    named = tuple(map(str, value))
    return named[0] if len(named) == 1 else named or None


def _another(option: str, value: Any, wanted: str) -> OptionError:
    return OptionError(
        "option-kind",
        f"{option} is of another kind",
        got=f"{option}={value!r:.60}",
        wanted=wanted,
        do=f"leave out {option}" if value is None else "",
    )
