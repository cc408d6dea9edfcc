"""What JAX traced, equation by equation, in ONNX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jax.extend.core import Literal
from onnx import helper

from fourfold.errors import OptionError
from fourfold.interop.onnx import elementwise, families, products, shapes
from fourfold.interop.onnx.nodes import Nodes, NoOperator, Value, is_open, tensor
from fourfold.ops.formulation import WHOLE, Whole, written_down

LARGEST_KNOWN = 1 << 16
"""Numbers up to which an array is computed now that is only another one repeated."""
_REPEATED = ("broadcast_in_dim", "iota")
_INNER = ("jaxpr", "call_jaxpr")
"""Parameters in which primitives that call a function hold it."""


def write(to: Nodes, jaxpr: Any, consts: Sequence[Any], arguments: Sequence[Value], scope: str = "") -> list[Value]:
    """Adds the nodes of a traced function; gives its outputs.

    What depends on no input is computed now, so that a file holds results and not how they are found.

    Raises:
        OptionError: ``no-onnx-operator``.
    """
    values: dict[Any, Value] = dict(zip(jaxpr.constvars, map(np.asarray, consts)))
    values.update(zip(jaxpr.invars, arguments))

    def read(atom: Any) -> Value:
        return known(atom) if isinstance(atom, Literal) else values[atom]

    for equation in jaxpr.eqns:
        stack = str(equation.source_info.name_stack).replace("vmap()", "").strip("/")
        own = "/".join(filter(None, (scope, stack)))
        inputs = [read(atom) for atom in equation.invars]
        try:
            with to.within(own):
                outputs = _equation(to, equation, inputs, own)
        except NoOperator as error:
            raise _no_operator(f"{equation.primitive.name}: {error}", own) from None
        values.update(zip(equation.outvars, outputs))
    return [read(atom) for atom in jaxpr.outvars]


def known(literal: Any) -> np.ndarray:
    """A number that stands in an equation."""
    return np.asarray(literal.val, literal.aval.dtype)


def _equation(to: Nodes, equation: Any, inputs: list[Value], scope: str) -> list[Value]:
    primitive, parameters = equation.primitive, equation.params
    if primitive is WHOLE:
        return _whole(to, equation, parameters["of"], inputs, scope)
    if primitive.name == "scan":
        return _scan(to, equation, inputs, scope)
    inner = next((parameters[name] for name in _INNER if name in parameters), None)
    if inner is not None and primitive.name not in ("while", "cond"):
        closed = getattr(inner, "jaxpr", inner)
        return write(to, closed, getattr(inner, "consts", ()), inputs, scope)
    if _is_known(equation, inputs):
        found = primitive.bind(*inputs, **parameters)
        return [np.asarray(one) for one in (found if primitive.multiple_results else [found])]
    if primitive.name not in ROWS:
        raise _no_operator(primitive.name, scope)
    found = ROWS[primitive.name](to, equation, *inputs)
    return found if isinstance(found, list) else [found]


ROWS: dict[str, Callable[..., Any]] = elementwise.ROWS | shapes.ROWS | products.ROWS


def _is_known(equation: Any, inputs: list[Value]) -> bool:
    """Whether an equation's outputs are computed now: all that it reads is known, and it makes nothing large of it."""
    lengths = [length for variable in equation.outvars for length in variable.aval.shape]
    if equation.primitive.name == "dim_as_value":
        return False
    if any(isinstance(value, str) for value in inputs) or any(map(is_open, lengths)):
        return False
    return equation.primitive.name not in _REPEATED or equation.outvars[0].aval.size <= LARGEST_KNOWN


def _whole(to: Nodes, equation: Any, of: Whole, inputs: list[Value], scope: str) -> list[Value]:
    """An operation that stayed whole: ONNX's, or what it consists of."""
    specs = [jax.ShapeDtypeStruct(variable.aval.shape, variable.aval.dtype) for variable in equation.invars]
    if of.function in families.ROWS:
        args, options = of.arguments(inputs)
        found = families.ROWS[of.function](to, *args, **options, shapes=[spec.shape for spec in specs])
        if found is not None:
            return jax.tree.leaves(found)
    with written_down():
        traced = jax.jit(of).trace(*specs).jaxpr
    return write(to, traced.jaxpr, traced.consts, inputs, scope)


def _scan(to: Nodes, equation: Any, inputs: list[Value], scope: str) -> list[Value]:
    """A loop over the first axis: its body is a graph of its own, which sees what lies around it."""
    p, body = equation.params, equation.params["jaxpr"]
    consts, states = inputs[: p["num_consts"]], inputs[p["num_consts"] : p["num_consts"] + p["num_carry"]]
    over, variables = inputs[p["num_consts"] + p["num_carry"] :], body.jaxpr.invars[p["num_consts"] :]
    if not over:
        over, variables = [np.zeros(p["length"], np.float32)], [*variables, None]
    inside = Nodes(to.symbols, to)
    inside.scope = scope
    names = [inside.new("state" if number < p["num_carry"] else "step") for number in range(len(variables))]
    read = [name for name, variable in zip(names, variables) if variable is not None]
    outputs = write(inside, body.jaxpr, body.consts, [*consts, *read], scope)
    made = [inside.add("Identity", output) for output in outputs]
    graph = helper.make_graph(
        inside.nodes,
        inside.new("body"),
        [
            tensor(name, *((variable.aval.shape, variable.aval.dtype) if variable else ((), "float32")))
            for name, variable in zip(names, variables)
        ],
        [tensor(name, var.aval.shape, var.aval.dtype) for name, var in zip(made, body.jaxpr.outvars)],
    )
    backwards, stacked = int(p["reverse"]), len(outputs) - p["num_carry"]
    return list(
        to.add_many(
            "Scan",
            len(outputs),
            *states,
            *over,
            body=graph,
            num_scan_inputs=len(over),
            scan_input_directions=[backwards] * len(over),
            **({"scan_output_directions": [backwards] * stacked} if stacked else {}),
        )
    )


def _no_operator(what: str, scope: str) -> OptionError:
    return OptionError(
        "no-onnx-operator",
        "a part of the model can't be written in ONNX",
        got=f"{what}, in {scope}" if scope else what,
        wanted="operations that ONNX has operators for",
        do="compute it outside of the model, or by other layers; model.save('model.keras') keeps it as it is",
    )


