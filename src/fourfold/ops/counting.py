"""Counting what a computation costs, from its traced program and not from a clock.

FLOPs: a product of matrices (m, k) (k, n) counts 2 m k n; an elementwise operation and a reduction count one for
each number they touch; moving and reshaping count nothing. A scan counts its body as often as it runs.

Span: the sequential steps, that is the longest chain of operations of which each needs the one before. Matrix
products and reductions are the operations; elementwise work is fused into them and counts nothing. A scan of
length n adds n times the chain from its carry to its carry.

Work on constants, and on arguments that are said to be `fixed` (weights), is done once for all examples: it is free.
So is what no output needs, as the slopes that a gradient would use: a compiler leaves it out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
from jax.interpreters.partial_eval import dce_jaxpr


class Count(NamedTuple):
    """Floating-point operations and the longest chain of dependent ones."""

    flops: int
    span: int


_REDUCTIONS = {
    "reduce_sum", "reduce_max", "reduce_min", "reduce_prod", "argmax", "argmin", "cumsum", "cummax", "cumprod",
    "reduce_window", "reduce_window_sum", "reduce_window_max", "reduce_and", "reduce_or", "sort", "cumlogsumexp",
}  # fmt: skip
_FREE = {
    "reshape", "transpose", "broadcast_in_dim", "squeeze", "expand_dims", "slice", "dynamic_slice", "concatenate",
    "pad", "gather", "convert_element_type", "copy", "rev", "iota", "stop_gradient", "dynamic_update_slice", "scatter",
    "split", "select_n", "optimization_barrier", "bitcast_convert_type",
}  # fmt: skip


UNREACHED = -math.inf
"""The depth of what depends on no example."""


def count(function: Callable[..., Any], *args: Any, fixed: int = 0) -> Count:
    """The cost of ``function(*args)``; arguments may be ``jax.ShapeDtypeStruct``, the first ``fixed`` are weights.

    >>> count(lambda a, b: a @ b, jax.ShapeDtypeStruct((2, 3), "float32"), jax.ShapeDtypeStruct((3, 5), "float32"))
    Count(flops=60, span=1)
    """
    closed = jax.make_jaxpr(function)(*args)
    weights = len(jax.tree.leaves(args[:fixed]))
    examples = len(closed.jaxpr.invars) - weights
    flops, depths = _walk(closed.jaxpr, [UNREACHED] * weights + [0] * examples)
    return Count(flops, max([0, *depths]))


def _walk(jaxpr: Any, input_depths: list[Any]) -> tuple[int, list[Any]]:
    """FLOPs of a program, and the depth of each output given the inputs' depths."""
    jaxpr, _ = dce_jaxpr(jaxpr, [True] * len(jaxpr.outvars), instantiate=True)
    depth: dict[Any, Any] = dict(zip(jaxpr.invars, input_depths))
    flops = 0

    def of(atom: Any) -> Any:
        return UNREACHED if hasattr(atom, "val") else depth.get(atom, UNREACHED)

    for eqn in jaxpr.eqns:
        before = [of(atom) for atom in eqn.invars]
        added, after = _equation(eqn, before)
        flops += added
        depth.update(zip(eqn.outvars, after))
    return flops, [of(atom) for atom in jaxpr.outvars]


def _equation(eqn: Any, before: list[Any]) -> tuple[int, list[Any]]:
    name, outputs = eqn.primitive.name, len(eqn.outvars)
    deepest = max(before, default=UNREACHED)
    if deepest == UNREACHED:
        return 0, [UNREACHED] * outputs
    if name == "scan":
        return _scan(eqn, before)
    inner = _inner(eqn)
    if inner is not None:
        flops, after = _walk(inner, before[len(before) - len(inner.invars) :])
        return flops, after
    size = math.prod(eqn.outvars[0].aval.shape) if outputs and hasattr(eqn.outvars[0].aval, "shape") else 0
    if name == "dot_general":
        (contracted, _), _ = eqn.params["dimension_numbers"]
        length = math.prod(eqn.invars[0].aval.shape[axis] for axis in contracted)
        return 2 * size * length, [deepest + 1] * outputs
    if name == "conv_general_dilated":
        kernel = eqn.invars[1].aval.shape
        output_features = kernel[eqn.params["dimension_numbers"].rhs_spec[0]]
        return 2 * size * math.prod(kernel) // output_features, [deepest + 1] * outputs
    if name in _REDUCTIONS:
        return math.prod(eqn.invars[0].aval.shape), [deepest + 1] * outputs
    if name in _FREE:
        return 0, [deepest] * outputs
    return size, [deepest] * outputs


def _scan(eqn: Any, before: list[Any]) -> tuple[int, list[Any]]:
    body, length = eqn.params["jaxpr"].jaxpr, eqn.params["length"]
    consts, carries = eqn.params["num_consts"], eqn.params["num_carry"]
    xs = len(before) - consts - carries
    _, after = _walk(body, [UNREACHED] * consts + [0] * carries + [UNREACHED] * xs)
    carried = max([0, *after[:carries]])
    reached = [min(depth, 0) for depth in before]
    flops, once = _walk(body, reached[:consts] + [0] * carries + reached[consts + carries :])
    total = max(before) + (length - 1) * carried + max([0, *once])
    return flops * length, [total] * len(eqn.outvars)


def _inner(eqn: Any) -> Any:
    """The program inside a call: jit, a custom derivative, a remat, or the costlier branch of a cond."""
    for key in ("jaxpr", "call_jaxpr", "fun_jaxpr"):
        if key in eqn.params:
            inner = eqn.params[key]
            return getattr(inner, "jaxpr", inner)
    if "branches" in eqn.params:
        programs = [branch.jaxpr for branch in eqn.params["branches"]]
        return max(programs, key=lambda program: _walk(program, [0] * len(program.invars))[0])
    if "body_jaxpr" in eqn.params:
        return eqn.params["body_jaxpr"].jaxpr
    return None
