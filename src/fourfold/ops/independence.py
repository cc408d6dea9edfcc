"""Whether a computation treats the rows of a batch apart, so that a batch may be split: read from its traced program.

An array of a program has no rows (weights, numbers, ...: `NONE`), or has them along an axis, those of row i of the
inputs coming from that row and from nothing of the others (`Rows`), or is `MIXED`. An operation hands the rows on where
it works along other axes only. The list of operations that are known to is below; whatever else touches rows is taken
to mix them, so that "apart" is a proof and "mixed" may be a mistake.

Programs are traced for two numbers of rows, primes that other lengths rarely are: an array of that length which comes
from no row (a range over rows, random numbers for each), and a number that is another one for the other number of rows
(``x / len(x)``), know the rows' places or their count, which a part of a batch has otherwise: they count as mixed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from fourfold.ops import rows as batch_rows
from fourfold.ops.formulation import TRACING

COUNTS = (1009, 1013)
"""Of rows, for which a program is traced."""


class Rows(NamedTuple):
    """Where an array's rows lie: entry (i, n, j) of ``axis``, ``before`` x rows x ``after`` long, belongs to row n."""

    axis: int
    before: int = 1
    after: int = 1


NONE, MIXED = Rows(-1), Rows(-2)


def apart(function: Callable[..., Any], inputs: Callable[[int], Any], fixed: Any) -> bool:
    """Whether ``function(inputs(n), fixed)`` gives outputs each row of which comes from one row of the inputs.

    Args:
        function: gives two trees, of outputs with the rows on axis 0, and of arrays that no row may change.
        inputs: arrays (``jax.ShapeDtypeStruct``) with n rows on axis 0.
        fixed: arrays without rows, as weights.

    >>> x = lambda rows: jax.ShapeDtypeStruct((rows, 3), "float32")
    >>> apart(lambda x, w: (jax.nn.softmax(x @ w), ()), x, jax.ShapeDtypeStruct((3, 5), "float32"))
    True
    >>> apart(lambda x, w: (x - x.mean(0), ()), x, None)
    False
    """
    token = TRACING.set(True)
    try:
        programs, shapes = zip(
            *(jax.make_jaxpr(function, return_shape=True)(inputs(n), fixed) for n in COUNTS)
        )
    finally:
        TRACING.reset(token)
    given = [Rows(0)] * len(jax.tree.leaves(inputs(1))) + [NONE] * len(jax.tree.leaves(fixed))
    wanted = [Rows(0)] * len(jax.tree.leaves(shapes[0][0])) + [NONE] * len(jax.tree.leaves(shapes[0][1]))
    return _numbers(programs[0]) == _numbers(programs[1]) and all(
        _follow(program.jaxpr, given, [_of_constant(value) for value in program.consts]) == wanted
        for program in programs
    )


def assumed(run: Callable[[], Any], inputs: Any) -> Any:
    """What a layer that is known to treat rows apart, or to see to a batch that is split, gives: not looked into."""
    asked: list[str] = []
    token = batch_rows.ASKED.set(asked)
    try:
        shapes = jax.eval_shape(run)
    finally:
        batch_rows.ASKED.reset(token)
    arrays = [leaf for leaf in jax.tree.leaves(inputs) if hasattr(leaf, "shape")]
    kind = _of_a_batch if asked else _of_each_row
    outputs, masks = _alike(kind, arrays, (shapes.outputs, shapes.masks))
    return shapes._replace(
        outputs=outputs, masks=masks, updates=_alike(_without_rows, [], shapes.updates), losses=()
    )


def _alike(kind: Callable[..., Any], inputs: list[Any], shapes: Any) -> Any:
    return jax.jit(kind, static_argnums=1)(inputs, _Static(shapes))


def _of_each_row(inputs: Any, shapes: _Static) -> Any:
    return jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes.tree)


def _of_a_batch(inputs: Any, shapes: _Static) -> Any:
    """Of a layer that asks where its rows lie in the batch: what it is given must have rows."""
    return _of_each_row(inputs, shapes)


def _without_rows(inputs: Any, shapes: _Static) -> Any:
    return _of_each_row(inputs, shapes)


_ASSUMED = {kind.__name__: kind for kind in (_of_each_row, _of_a_batch, _without_rows)}


class _Static:
    """A tree that a compiled function takes as it is."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree


def _follow(jaxpr: Any, given: list[Rows], constants: list[Rows] | None = None) -> list[Rows]:
    """The rows of a program's outputs, from those of its inputs."""
    known = dict(zip(jaxpr.invars, given)) | dict(
        zip(jaxpr.constvars, constants or [NONE] * len(jaxpr.constvars))
    )

    def of(atom: Any) -> Rows:
        return NONE if hasattr(atom, "val") else known[atom]

    for eqn in jaxpr.eqns:
        known.update(zip(eqn.outvars, _equation(eqn, [of(atom) for atom in eqn.invars])))
    return [of(atom) for atom in jaxpr.outvars]


def _equation(eqn: Any, given: list[Rows]) -> list[Rows]:
    name, outputs = eqn.primitive.name, len(eqn.outvars)
    if name == "jit" and eqn.params["name"] in _ASSUMED:
        return [_assumed(_ASSUMED[eqn.params["name"]], given)] * outputs
    if name == "scan":
        return _scan(eqn, given)
    inner = next((eqn.params[key] for key in ("jaxpr", "call_jaxpr", "fun_jaxpr") if key in eqn.params), None)
    if inner is not None:
        program = getattr(inner, "jaxpr", inner)
        return _follow(program, given[len(given) - len(program.invars) :])
    if name == "cond":
        branches = [_follow(branch.jaxpr, given[1:]) for branch in eqn.params["branches"]]
        return [reduce(_join, found) if given[0] == NONE else MIXED for found in zip(*branches)]
    rows = reduce(_join, given, NONE)
    if rows == NONE:
        return [_made(eqn, output) for output in eqn.outvars]
    if rows == MIXED:
        return [MIXED] * outputs
    if name in _ELEMENTWISE:
        return [rows] * outputs
    if name == "reshape":
        return [_reshaped(eqn, rows)]
    axis = _MOVES[name](eqn, given, rows.axis) if name in _MOVES else None
    return [MIXED if axis is None else rows._replace(axis=axis)] * outputs


def _assumed(kind: Callable[..., Any], given: list[Rows]) -> Rows:
    rows = reduce(_join, given, NONE)
    if kind is _without_rows or rows == NONE:
        return MIXED if kind is _of_a_batch else NONE
    return rows if rows == Rows(0) else MIXED


def _join(a: Rows, b: Rows) -> Rows:
    """The rows of what comes from both."""
    return b if a == NONE else a if b in (a, NONE) else MIXED


def _scan(eqn: Any, given: list[Rows]) -> list[Rows]:
    """A loop along a leading axis, which must not be the rows'; what it carries is followed until nothing changes."""
    body, consts, carries = eqn.params["jaxpr"].jaxpr, eqn.params["num_consts"], eqn.params["num_carry"]
    fixed, carried = given[:consts], given[consts : consts + carries]
    steps = [_shifted(rows, -1) for rows in given[consts + carries :]]
    while True:
        found = _follow(body, fixed + carried + steps)
        joined = [_join(a, b) for a, b in zip(carried, found)]
        if joined == carried:
            return joined + [_shifted(rows, 1) for rows in found[carries:]]
        carried = joined


def _shifted(rows: Rows, by: int) -> Rows:
    if rows in (NONE, MIXED):
        return rows
    return rows._replace(axis=rows.axis + by) if rows.axis + by >= 0 else MIXED


def _reshaped(eqn: Any, rows: Rows) -> Rows:
    """The axis that the rows lie on afterwards: as many numbers come before a row's, and as many belong to it."""
    old, new = eqn.invars[0].aval.shape, eqn.outvars[0].aval.shape
    count = old[rows.axis] // (rows.before * rows.after)
    before = rows.before * math.prod(old[: rows.axis])
    for axis, length in enumerate(new):
        outer = math.prod(new[:axis])
        if before % outer == 0 and length % (before // outer * count) == 0:
            return Rows(axis, before // outer, length // (before // outer * count))
    return MIXED


# ---- the axis of the rows after an operation; None where it works along theirs -----------------------------------


def _after_removed(axis: int, removed: Any) -> int | None:
    return None if axis in removed else axis - sum(other < axis for other in removed)


def _along(name: str) -> Callable[..., int | None]:
    """Operations along one axis, or some, that keep all axes."""

    def moved(eqn: Any, given: list[Rows], axis: int) -> int | None:
        return None if axis in np.atleast_1d(eqn.params[name]) else axis

    return moved


def _reduced(eqn: Any, given: list[Rows], axis: int) -> int | None:
    return _after_removed(axis, eqn.params["axes"])


def _squeezed(eqn: Any, given: list[Rows], axis: int) -> int | None:
    return _after_removed(axis, eqn.params["dimensions"])


def _transposed(eqn: Any, given: list[Rows], axis: int) -> int:
    return eqn.params["permutation"].index(axis)


def _broadcast(eqn: Any, given: list[Rows], axis: int) -> int:
    return eqn.params["broadcast_dimensions"][axis]


def _stacked(eqn: Any, given: list[Rows], axis: int) -> int:
    return axis + (eqn.params["axis"] <= axis)


def _padded(eqn: Any, given: list[Rows], axis: int) -> int | None:
    return axis if tuple(eqn.params["padding_config"][axis]) == (0, 0, 0) else None


def _sliced(eqn: Any, given: list[Rows], axis: int) -> int | None:
    """All rows, in their order, and the same places of each."""
    strides = eqn.params.get("strides") or [1] * (axis + 1)
    whole = eqn.invars[0].aval.shape[axis] == eqn.outvars[0].aval.shape[axis] and strides[axis] == 1
    return axis if whole and all(start == NONE for start in given[1:]) else None


def _windows(eqn: Any, given: list[Rows], axis: int) -> int | None:
    window = eqn.params["window_dimensions"][axis], eqn.params["window_strides"][axis]
    return axis if window == (1, 1) and tuple(eqn.params["padding"][axis]) == (0, 0) else None


def _product(eqn: Any, given: list[Rows], axis: int) -> int | None:
    """A product of matrices: rows may be an axis of its batch, or a free axis of one factor."""
    sums, batches = eqn.params["dimension_numbers"]
    if NONE not in given:
        pairs = list(zip(*batches))
        return pairs.index((axis, axis)) if given[0] == given[1] and (axis, axis) in pairs else None
    own = given.index(NONE) ^ 1
    if axis in sums[own] or axis in batches[own]:
        return None
    free = [i for i in range(eqn.invars[own].aval.ndim) if i not in sums[own] and i not in batches[own]]
    others = eqn.invars[0].aval.ndim - len(sums[0]) - len(batches[0]) if own == 1 else 0
    return len(batches[0]) + others + free.index(axis)


def _convolved(eqn: Any, given: list[Rows], axis: int) -> int | None:
    numbers = eqn.params["dimension_numbers"]
    images = axis == numbers.lhs_spec[0] and given[1] == NONE and eqn.params["batch_group_count"] == 1
    return numbers.out_spec[0] if images else None


def _gathered(eqn: Any, given: list[Rows], axis: int) -> int | None:
    """A look-up in a table, by indices that hold the rows; or of the same places in each row."""
    numbers, table = eqn.params["dimension_numbers"], given[0]
    offsets, collapsed = numbers.offset_dims, numbers.collapsed_slice_dims
    if numbers.operand_batching_dims or NONE not in given:
        return None
    if table == NONE:
        places = [i for i in range(eqn.outvars[0].aval.ndim) if i not in offsets]
        return places[axis] if axis < len(places) else None
    whole = eqn.params["slice_sizes"][axis] == eqn.invars[0].aval.shape[axis]
    if not whole or axis in collapsed or axis in numbers.start_index_map:
        return None
    return offsets[axis - sum(other < axis for other in collapsed)]


_ELEMENTWISE = {
    "abs", "acos", "acosh", "add", "add_any", "and", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "clamp",
    "convert_element_type", "copy", "copy_p", "cos", "cosh", "digamma", "div", "eq", "erf", "erf_inv", "erfc", "exp",
    "exp2", "expm1", "floor", "ge", "gt", "imag", "integer_pow", "is_finite", "le", "lgamma", "log", "log1p",
    "logistic", "lt", "max", "min", "mul", "ne", "neg", "nextafter", "not", "or", "pow", "real", "reduce_precision",
    "rem", "round", "rsqrt", "select_n", "sign", "sin", "sinh", "sqrt", "square", "stop_gradient", "sub", "tan",
    "tanh", "xor",
}  # fmt: skip
_MOVES: dict[str, Callable[..., int | None]] = {
    "reduce_sum": _reduced, "reduce_max": _reduced, "reduce_min": _reduced, "reduce_prod": _reduced,
    "reduce_and": _reduced, "reduce_or": _reduced, "argmax": _reduced, "argmin": _reduced,
    "cumsum": _along("axis"), "cumprod": _along("axis"), "cummax": _along("axis"), "cummin": _along("axis"),
    "cumlogsumexp": _along("axis"), "split": _along("axis"), "rev": _along("dimensions"),
    "sort": _along("dimension"), "concatenate": _along("dimension"), "slice": _sliced, "dynamic_slice": _sliced,
    "reduce_window_max": _windows, "reduce_window_min": _windows, "reduce_window_sum": _windows,
    "squeeze": _squeezed, "transpose": _transposed, "broadcast_in_dim": _broadcast, "stack": _stacked, "pad": _padded,
    "dot_general": _product, "conv_general_dilated": _convolved, "gather": _gathered,
}  # fmt: skip


# ---- numbers that know the rows' places or their count -----------------------------------------------------------


def _made(eqn: Any, output: Any) -> Rows:
    """An array that comes from no row: a number repeated for each row knows no places, others may."""
    axes = _row_axes(output.aval.shape)
    repeated = (
        eqn.primitive.name == "broadcast_in_dim" and len(axes) == 1 and output.aval.shape[axes[0]] in COUNTS
    )
    return NONE if not axes else Rows(axes[0]) if repeated else MIXED


def _of_constant(value: Any) -> Rows:
    return MIXED if _row_axes(np.shape(value)) else NONE


def _row_axes(shape: Any) -> list[int]:
    return [
        axis for axis, length in enumerate(shape) if length and any(length % count == 0 for count in COUNTS)
    ]


def _numbers(program: Any) -> list[bytes]:
    """All constants of a program, and of those inside."""
    return [np.asarray(value).tobytes() for value in program.consts] + _literals(program.jaxpr)


def equations(jaxpr: Any) -> Iterator[Any]:
    """The equations of a program, and of those inside."""
    for eqn in jaxpr.eqns:
        yield eqn
        for inner in jax.tree.leaves(list(eqn.params.values()), is_leaf=lambda leaf: hasattr(leaf, "eqns")):
            if hasattr(inner, "eqns"):
                yield from equations(getattr(inner, "jaxpr", inner))


def _literals(jaxpr: Any) -> list[bytes]:
    found = []
    for eqn in jaxpr.eqns:
        found += [np.asarray(atom.val).tobytes() for atom in eqn.invars if hasattr(atom, "val")]
        for inner in jax.tree.leaves(list(eqn.params.values()), is_leaf=lambda leaf: hasattr(leaf, "eqns")):
            if hasattr(inner, "eqns"):
                found += _numbers(inner) if hasattr(inner, "consts") else _literals(inner)
    return found
