"""JAX's primitives of elements, and over axes of elements, in ONNX.

A row of a table is a function ``(to, equation, *values) -> value`` that adds nodes; ``equation`` has the shapes, types
and parameters that JAX knows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from jax.lax import RoundingMethod

from fourfold.interop.onnx.nodes import Nodes, Value, integers, tensor_type

_ONE_OPERATOR = """
add Add, add_any Add, sub Sub, mul Mul, div Div, max Max, min Min, neg Neg, exp Exp, log Log, tanh Tanh,
logistic Sigmoid, erf Erf,
sqrt Sqrt, abs Abs, floor Floor, ceil Ceil, sign Sign, sin Sin, cos Cos, tan Tan, asin Asin, acos Acos, atan Atan,
sinh Sinh, cosh Cosh, asinh Asinh, acosh Acosh, atanh Atanh, eq Equal, lt Less,
le LessOrEqual, lt_to Less, le_to LessOrEqual, gt Greater, ge GreaterOrEqual, pow Pow, copy Identity, copy_p Identity,
optimization_barrier Identity, reduce_precision Identity, stop_gradient Identity
"""
"""Primitives that are one operator."""

_REDUCED = """
reduce_sum ReduceSum, reduce_max ReduceMax, reduce_min ReduceMin, reduce_prod ReduceProd
"""

Row = Callable[..., Any]


def _pairs(table: str) -> dict[str, str]:
    return dict(row.split() for row in table.replace("\n", " ").split(","))


def like(equation: Any, number: float) -> np.ndarray:
    """A number in the type of the equation's first value."""
    return np.asarray(number, equation.invars[0].aval.dtype)


def _one_operator(operator: str) -> Row:
    return lambda to, equation, *values: to.add(operator, *values)


def _of_bits(operator: str) -> Row:
    """Of truths, or of whole numbers bit by bit."""

    def row(to: Nodes, equation: Any, *values: Value) -> str:
        return to.add(operator if equation.invars[0].aval.dtype == bool else f"Bitwise{operator}", *values)

    return row


def _reduced(operator: str) -> Row:
    def row(to: Nodes, equation: Any, x: Value) -> str:
        return to.add(operator, x, integers(equation.params["axes"]), keepdims=0)

    return row


def _of_truths(operator: str) -> Row:
    """Whether all, or any, are true: the least, or the largest, of zeros and ones."""

    def row(to: Nodes, equation: Any, x: Value) -> str:
        numbers = to.add("Cast", x, to=tensor_type("int32"))
        found = to.add(operator, numbers, integers(equation.params["axes"]), keepdims=0)
        return to.add("Cast", found, to=tensor_type("bool"))

    return row


def _place(operator: str) -> Row:
    def row(to: Nodes, equation: Any, x: Value) -> str:
        (axis,) = equation.params["axes"]
        if equation.invars[0].aval.dtype == bool:
            x = to.add("Cast", x, to=tensor_type("int32"))
        found = to.add(operator, x, axis=axis, keepdims=0)
        return to.add("Cast", found, to=tensor_type(equation.params["index_dtype"]))

    return row


def _cast(to: Nodes, equation: Any, x: Value) -> Value:
    return to.add("Cast", x, to=tensor_type(equation.params["new_dtype"]))


def _select(to: Nodes, equation: Any, which: Value, *cases: Value) -> Value:
    """The second where it is true, else the first; or of several the one whose number it is."""
    if equation.invars[0].aval.dtype == bool:
        return to.add("Where", which, cases[1], cases[0])
    chosen = cases[0]
    for number, case in enumerate(cases[1:], start=1):
        chosen = to.add("Where", to.add("Equal", which, like(equation, number)), case, chosen)
    return chosen


def _clamp(to: Nodes, equation: Any, low: Value, x: Value, high: Value) -> str:
    return to.add("Min", to.add("Max", x, low), high)


def _round(to: Nodes, equation: Any, x: Value) -> str:
    if equation.params["rounding_method"] == RoundingMethod.TO_NEAREST_EVEN:
        return to.add("Round", x)
    away = to.add("Floor", to.add("Add", to.add("Abs", x), like(equation, 0.5)))
    return to.add("Mul", to.add("Sign", x), away)


def _is_finite(to: Nodes, equation: Any, x: Value) -> str:
    return to.add("Not", to.add("Or", to.add("IsNaN", x), to.add("IsInf", x)))


def _power(to: Nodes, equation: Any, x: Value) -> str:
    exponent = equation.params["y"]
    return to.add("Mul", x, x) if exponent == 2 else to.add("Pow", x, like(equation, exponent))


def _cumulated(to: Nodes, equation: Any, x: Value) -> str:
    axis = np.asarray(equation.params["axis"], np.int32)
    return to.add("CumSum", x, axis, reverse=int(equation.params["reverse"]))


ROWS: dict[str, Row] = {
    **{primitive: _one_operator(operator) for primitive, operator in _pairs(_ONE_OPERATOR).items()},
    **{primitive: _reduced(operator) for primitive, operator in _pairs(_REDUCED).items()},
    **{operator.lower(): _of_bits(operator) for operator in ("And", "Or", "Xor", "Not")},
    "reduce_and": _of_truths("ReduceMin"),
    "reduce_or": _of_truths("ReduceMax"),
    "argmax": _place("ArgMax"),
    "argmin": _place("ArgMin"),
    "convert_element_type": _cast,
    "select_n": _select,
    "clamp": _clamp,
    "round": _round,
    "is_finite": _is_finite,
    "integer_pow": _power,
    "cumsum": _cumulated,
    "ne": lambda to, equation, x, y: to.add("Not", to.add("Equal", x, y)),
    "rem": lambda to, equation, x, y: to.add("Mod", x, y, fmod=1),
    "square": lambda to, equation, x: to.add("Mul", x, x),
    "rsqrt": lambda to, equation, x: to.add("Reciprocal", to.add("Sqrt", x)),
    "expm1": lambda to, equation, x: to.add("Sub", to.add("Exp", x), like(equation, 1)),
    "log1p": lambda to, equation, x: to.add("Log", to.add("Add", x, like(equation, 1))),
    "exp2": lambda to, equation, x: to.add("Pow", like(equation, 2), x),
    "cbrt": lambda to, equation, x: to.add(
        "Mul", to.add("Sign", x), to.add("Pow", to.add("Abs", x), like(equation, 1 / 3))
    ),
}
