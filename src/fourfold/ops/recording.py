"""Functions of arrays that are functions of symbols, and of lists of numbers, too."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

import jax
import jax.numpy as jnp

from fourfold.core.symbols import Symbol, operate
from fourfold.core.weights import Weight
from fourfold.ops.signatures import SIGNATURES, in_order


def recording(function: Callable[..., Any], name: str = "") -> Callable[..., Any]:
    """The function, which records an operation of this name where a symbol is among its arguments.

    Arguments are those of Keras, also where the function has others; and lists of numbers are tensors.
    """
    of_arrays, name = _of_lists(function), name or function.__name__

    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        if name in SIGNATURES:
            args, kwargs = in_order(name, args, kwargs)
        leaves, structure = jax.tree.flatten((args, kwargs))
        if any(isinstance(leaf, Symbol) for leaf in leaves):
            return operate(of_arrays, name, *args, **kwargs)
        args, kwargs = structure.unflatten([_array(leaf) for leaf in leaves])
        return of_arrays(*args, **kwargs)

    if name in SIGNATURES:
        called.__signature__ = SIGNATURES[name]  # type: ignore[attr-defined]
    return called


def _array(leaf: Any) -> Any:
    return leaf.__jax_array__() if isinstance(leaf, Weight) else leaf


def _of_lists(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, to which a list of numbers is an array, where it says that it takes one."""
    known = list(inspect.signature(function).parameters.values())
    as_taken = {one.name: _taken(one) for one in known}
    places = [as_taken[one.name] for one in known if one.kind is not one.KEYWORD_ONLY]
    if not any(as_taken.values()):
        return function
    rest = places[-1] if known[len(places) - 1].kind is inspect.Parameter.VAR_POSITIONAL else None

    @wraps(function)
    def of_arrays(*args: Any, **kwargs: Any) -> Any:
        ways = [*places, *[rest] * (len(args) - len(places))]
        given = [arg if way is None else way(arg) for arg, way in zip(args, ways)]
        named = {key: value if (way := as_taken.get(key)) is None else way(value) for key, value in kwargs.items()}
        return function(*given, **named)

    return of_arrays


def _taken(parameter: inspect.Parameter) -> Callable[[Any], Any] | None:
    """How a parameter takes lists: as an array, as several of them, or (None) as they are."""
    if parameter.annotation is inspect.Parameter.empty:
        return _listed if parameter.name in ("a", "b", "x", "y", "condition", "operands") else None
    annotation = str(parameter.annotation)
    if "Sequence[ArrayLike]" in annotation:
        return _each_listed
    no_tensor = any(part in annotation for part in ("Sequence", "tuple[", "Callable"))
    return _listed if "Array" in annotation and not no_tensor else None


def _listed(value: Any) -> Any:
    return jnp.asarray(value) if isinstance(value, (list, tuple)) else value


def _each_listed(values: Any) -> Any:
    return [_listed(value) for value in values] if isinstance(values, (list, tuple)) else values
