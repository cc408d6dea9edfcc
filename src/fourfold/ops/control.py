"""Loops and choices inside a computation, with the arguments of ``keras.ops``; compiled, they run as one operation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from fourfold.core.symbols import Symbol


def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """``true_fn()`` or ``false_fn()``, whose results are alike.

    >>> float(cond(jnp.array(2) > 1, lambda: jnp.array(1.0), lambda: jnp.array(0.0)))
    1.0
    """
    return lax.cond(jnp.asarray(pred), true_fn, false_fn)


def switch(index: Any, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """The branch of a number, which is clipped to those that there are."""
    return lax.switch(jnp.asarray(index), branches, *operands)


def fori_loop(lower: Any, upper: Any, body_fun: Callable[[Any, Any], Any], init_val: Any) -> Any:
    """``body_fun(i, value)`` again and again, for i from ``lower`` to ``upper`` - 1.

    >>> int(fori_loop(0, 4, lambda i, total: total + i, 0))
    6
    """
    return lax.fori_loop(lower, upper, body_fun, init_val)


def while_loop(
    cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, maximum_iterations: int | None = None
) -> Any:
    """``body(*variables)`` as long as ``cond(*variables)``, at most so often; one variable may stand alone.

    >>> [int(v) for v in while_loop(lambda i, total: i < 4, lambda i, total: (i + 1, total + i), (0, 0))]
    [4, 6]
    """
    several = isinstance(loop_vars, (tuple, list))
    variables = tuple(loop_vars) if several else (loop_vars,)

    def goes_on(state: Any) -> Any:
        number, values = state
        more = cond(*values)
        return more if maximum_iterations is None else jnp.logical_and(more, number < maximum_iterations)

    def step(state: Any) -> Any:
        number, values = state
        found = body(*values)
        return number + 1, tuple(found) if isinstance(found, (tuple, list)) else (found,)

    _, found = lax.while_loop(goes_on, step, (0, jax.tree.map(jnp.asarray, variables)))
    return type(loop_vars)(found) if several else found[0]


def scan(
    f: Callable[[Any, Any], tuple[Any, Any]],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int | bool = 1,
) -> tuple[Any, Any]:
    """``carry, y = f(carry, x)`` along the first axis of ``xs``: the last carry, and all y.

    >>> carry, ys = scan(lambda total, x: (total + x, total), 0, jnp.arange(4))
    >>> int(carry), ys.tolist()
    (6, [0, 0, 1, 3])
    """
    return lax.scan(f, init, xs, length, reverse, unroll)


def associative_scan(f: Callable[[Any, Any], Any], elems: Any, reverse: bool = False, axis: int = 0) -> Any:
    """What `scan` gives of a function for which f(f(a, b), c) = f(a, f(b, c)), in log(length) steps."""
    return lax.associative_scan(f, elems, reverse, axis)


def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """``f(x)`` for each x along the first axis, one after the other."""
    return lax.map(f, xs)


def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """``function(x)`` for each x along the first axis, all at once."""
    return jax.vmap(function)(elements)


def vectorize(pyfunc: Callable[..., Any], *, excluded: Any = None, signature: str | None = None) -> Callable[..., Any]:
    """A function of numbers as one of arrays; ``signature`` as in NumPy, "(m),(m)->()", say.

    >>> vectorize(lambda a, b: a + 2 * b)(jnp.arange(2), 1).tolist()
    [2, 3]
    """
    return jnp.vectorize(pyfunc, excluded=excluded or set(), signature=signature)


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose gradient is given: ``f(*args)`` returns its value and ``grad(upstream)``, or
    ``grad(*args, upstream=...)``.

    >>> @custom_gradient
    ... def clipped(x):
    ...     return x, lambda upstream: jnp.clip(upstream, -1.0, 1.0)
    >>> float(jax.grad(lambda x: 5.0 * clipped(x))(2.0))
    1.0
    """
    return jax.custom_gradient(f)


def jvp(fun: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False) -> Any:
    """``fun(*primals)``, and J t: how it changes along the ``tangents`` t; also what else it gives, with ``has_aux``.

    >>> [float(part) for part in jvp(jnp.square, (3.0,), (1.0,))]
    [9.0, 6.0]
    """
    return jax.jvp(fun, tuple(primals), tuple(tangents), has_aux=has_aux)


def remat(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function, of which the gradient keeps the arguments alone: what lies between is computed once more for it.

    So training takes more time and less memory, and the numbers stay. Layers inside ``f`` have no masks, unless they
    are handed on as arguments, and none has a state that changes with a batch. On symbols ``f`` is called as it is.

    >>> float(jax.grad(remat(lambda x: jnp.sin(jnp.sin(x))))(0.0))
    1.0

    Source: Chen et al., "Training deep nets with sublinear memory cost" (2016).
    """

    @wraps(f)
    def called(*args: Any, **kwargs: Any) -> Any:
        leaves, structure = jax.tree.flatten((args, kwargs))
        if any(isinstance(leaf, Symbol) for leaf in leaves):
            return f(*args, **kwargs)

        def of_arrays(arrays: dict[int, Any]) -> Any:
            args, kwargs = structure.unflatten([arrays.get(place, leaf) for place, leaf in enumerate(leaves)])
            return f(*args, **kwargs)

        return jax.checkpoint(of_arrays)({i: leaf for i, leaf in enumerate(leaves) if hasattr(leaf, "shape")})

    return called


OF_FUNCTIONS = (
    cond, switch, fori_loop, while_loop, scan, associative_scan, map, vectorized_map, vectorize, custom_gradient,
)  # fmt: skip
