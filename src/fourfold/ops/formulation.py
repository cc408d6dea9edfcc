"""Operations as they are written down for other programs, which shall read what is computed, not how it is made fast.

Inside `written_down` an operation that is `whole` is one equation of what JAX traces, which has the operation and its
arguments; a writer gives it the other program's name, or writes down what it consists of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

import jax
from jax.core import ShapedArray
from jax.extend.core import Primitive

_WRITTEN: ContextVar[bool] = ContextVar("written", default=False)

TRACING: ContextVar[bool] = ContextVar("tracing for independence", default=False)
"""Whether a program is being traced here to see whether it treats rows apart, and not computed."""


def is_written_down() -> bool:
    """Whether what is traced is written down, so that lengths may be unknown and reference formulations are wanted."""
    return _WRITTEN.get()


def is_only_read() -> bool:
    """Whether what is traced is written down, or followed from row to row (`independence`): what is computed counts, as
    its reference formulation shows it, and not how it is made fast.
    """
    return _WRITTEN.get() or TRACING.get()


@contextmanager
def written_down() -> Iterator[None]:
    """A place in which functions are traced to be written down, and not to be run."""
    token = _WRITTEN.set(True)
    try:
        yield
    finally:
        _WRITTEN.reset(token)


def whole(function: Callable[..., Any]) -> Callable[..., Any]:
    """An operation that stays whole where it is written down: an equation `WHOLE`, with the function and arguments."""

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        if not _WRITTEN.get():
            return function(*args, **options)
        leaves, tree = jax.tree.flatten((args, options))
        arrays = [leaf for leaf in leaves if hasattr(leaf, "shape")]
        others = tuple(None if hasattr(leaf, "shape") else leaf for leaf in leaves)
        outputs = jax.eval_shape(Whole(function, tree, others), *arrays)
        found = WHOLE.bind(*arrays, of=Whole(function, tree, others))
        return jax.tree.unflatten(jax.tree.structure(outputs), found)

    return call


class Whole:
    """A function of the arrays among its arguments; the others are there already."""

    def __init__(self, function: Callable[..., Any], tree: Any, others: tuple) -> None:
        self.function, self.tree, self.others = function, tree, others

    def arguments(self, arrays: Any) -> tuple[tuple, dict[str, Any]]:
        """Positional and keyword arguments, with anything in the places of the arrays."""
        given = iter(arrays)
        held = [next(given) if other is None else other for other in self.others]
        return jax.tree.unflatten(self.tree, held)

    def __call__(self, *arrays: Any) -> Any:
        args, options = self.arguments(arrays)
        return self.function(*args, **options)


WHOLE = Primitive("whole")
WHOLE.multiple_results = True


@WHOLE.def_abstract_eval
def _shapes(*arrays: Any, of: Whole) -> list[ShapedArray]:
    outputs = jax.eval_shape(of, *(jax.ShapeDtypeStruct(array.shape, array.dtype) for array in arrays))
    return [ShapedArray(output.shape, output.dtype) for output in jax.tree.leaves(outputs)]
