"""Functions of arrays that are functions of symbols, too."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import jax

from fourfold.core.symbols import Symbol, operate
from fourfold.core.weights import Weight


def recording(function: Callable[..., Any], name: str = "") -> Callable[..., Any]:
    """The function, which records an operation of this name where a symbol is among its arguments.

    Tensors may be named as in Keras: ``x``, or ``x1`` and ``x2``.
    """

    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        args += tuple(kwargs.pop(own) for own in ("x", "x1", "x2") if own in kwargs)
        leaves, structure = jax.tree.flatten((args, kwargs))
        if any(isinstance(leaf, Symbol) for leaf in leaves):
            return operate(function, name or function.__name__, *args, **kwargs)
        args, kwargs = structure.unflatten([_array(leaf) for leaf in leaves])
        return function(*args, **kwargs)

    return called


def _array(leaf: Any) -> Any:
    return leaf.__jax_array__() if isinstance(leaf, Weight) else leaf
