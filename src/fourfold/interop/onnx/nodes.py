"""The nodes of an ONNX graph, in their order, and the arrays that they read."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

_FORMULAS = {"Add": "Add", "Sub": "Sub", "Mult": "Mul", "mod": "Mod", "max": "Max", "min": "Min"}

WORDS = "ai.onnx.ml"
"""The domain of the operators for words."""

Value = np.ndarray | str
"""An array that is known, or the name of a tensor."""


class NoOperator(Exception):
    """What ONNX has no operators for; `tracing` says in which layer it is met."""


class Nodes:
    """What an ONNX graph is made of.

    ``symbols`` has, by name, the lengths that are open (`jax.export.symbolic_shape`), each with the input and the axis
    that tell it.
    """

    def __init__(self, symbols: dict[str, tuple[str, int]], outer: Nodes | None = None) -> None:
        self.symbols = symbols
        self.nodes: list[NodeProto] = []
        self.arrays: dict[str, TensorProto] = outer.arrays if outer else {}
        self.taken: dict[str, int] = outer.taken if outer else {}
        self._stored: dict[tuple, str] = outer._stored if outer else {}
        self._weights: dict[int, str] = outer._weights if outer else {}
        self._lengths: dict[str, Value] = {}
        self.scope = outer.scope if outer else ""

    def add(self, operator: str, *inputs: Value, **attributes: Any) -> str:
        """A node of one output, and its name."""
        return self.add_many(operator, 1, *inputs, **attributes)[0]

    def add_many(self, operator: str, outputs: int, *inputs: Value, **attributes: Any) -> list[str]:
        names = [self.name(value) for value in inputs]
        place = self.new(operator)
        made = [place if number == 0 else f"{place}:{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(operator, names, made, name=place, **attributes))
        return made

    def new(self, base: str) -> str:
        """A name that nothing has yet, in the scope."""
        name = f"{self.scope}/{base}" if self.scope else base
        self.taken[name] = self.taken.get(name, 0) + 1
        return name if self.taken[name] == 1 else f"{name}_{self.taken[name] - 1}"

    def name(self, value: Value) -> str:
        """The name of a tensor; an array that is known and no weight is stored, equal ones once."""
        if isinstance(value, str):
            return value
        if id(value) in self._weights:
            return self._weights[id(value)]
        key = (value.dtype.str, value.shape, tuple(value.tolist()) if value.dtype == object else value.tobytes())
        if key not in self._stored:
            self._stored[key] = self.new("constant")
            self._store(self._stored[key], value)
        return self._stored[key]

    def weight(self, name: str, array: np.ndarray) -> None:
        """Gives this array its name."""
        self._weights[id(array)] = name
        self.taken[name] = 1
        self._store(name, array)

    def _store(self, name: str, array: np.ndarray) -> None:
        self.arrays[name] = numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name)

    @contextmanager
    def within(self, scope: str) -> Iterator[None]:
        """Names of nodes in this scope."""
        before, self.scope = self.scope, scope
        try:
            yield
        finally:
            self.scope = before

    def numbered(self, words: str, columns: Sequence[Mapping[str, int]]) -> str:
        """The numbers that words (N, K) have, each column by its own table; -1 for one that has none."""
        parts = self.add_many("Split", len(columns), words, integers([1] * len(columns)), axis=1)
        looked = [
            self.add(
                "LabelEncoder",
                part,
                domain=WORDS,
                keys_strings=list(table) or [""],
                values_int64s=list(table.values()) or [-1],
                default_int64=-1,
            )
            for part, table in zip(parts, columns, strict=True)
        ]
        return self.add("Cast", self.add("Concat", *looked, axis=1), to=tensor_type("int32"))

    def cast(self, value: str, dtype: Any, wanted: Any) -> str:
        """A value of one type in another, such as long integers, which are computed with as short ones."""
        return value if dtype == wanted else self.add("Cast", value, to=tensor_type(wanted))

    # ---- shapes ------------------------------------------------------------------------------------------

    def reshape(self, value: Value, shape: Sequence[Any]) -> Value:
        """A value in another shape."""
        if isinstance(value, np.ndarray) and not any(map(is_open, shape)):
            return value.reshape(tuple(shape))
        return self.add("Reshape", value, self.shape(shape, one_open=True))

    def shape(self, shape: Sequence[Any], one_open: bool = False) -> Value:
        """A shape as a vector; with ``one_open`` one open length may be left to the operator, as -1."""
        opened = [length for length in shape if is_open(length)]
        if not opened or (one_open and len(opened) == 1 and 0 not in shape):
            return integers([-1 if is_open(length) else length for length in shape])
        return self.add("Concat", *(self._length(length) for length in shape), axis=0)

    def _length(self, length: Any) -> Value:
        """A length as a vector of one number; an open one is a formula of those that the inputs tell."""
        if not is_open(length):
            return integers([length])
        if str(length) not in self._lengths:
            self._lengths[str(length)] = self._computed(ast.parse(str(length), mode="eval").body)
        return self._lengths[str(length)]

    def _computed(self, formula: ast.expr) -> Value:
        """The value of a formula as JAX writes it, such as ``2*batch - 1`` or ``floordiv(length, 2)``."""
        match formula:
            case ast.Constant(value=int() as number):
                return integers([number])
            case ast.UnaryOp(op=ast.USub(), operand=part):
                return self.add("Neg", self._computed(part))
            case ast.Name(id=name):
                tensor, axis = self.symbols[name]
                return self.add("Gather", self.add("Shape", tensor), integers([axis]))
            case ast.BinOp(left=left, op=operation, right=right):
                return self.add(_FORMULAS[type(operation).__name__], self._computed(left), self._computed(right))
            case ast.Call(func=ast.Name(id="floordiv"), args=[left, right]):  # downwards; Div goes towards 0
                over, by = self._computed(left), self._computed(right)
                return self.add("Div", self.add("Sub", over, self.add("Mod", over, by)), by)
            case ast.Call(func=ast.Name(id=name), args=[left, right]):
                return self.add(_FORMULAS[name], self._computed(left), self._computed(right))
        raise NoOperator(f"a length of {ast.unparse(formula)}")

    def permute(self, value: Value, order: Sequence[int]) -> Value:
        """A value with its axes in another order."""
        if list(order) == sorted(order):
            return value
        if isinstance(value, np.ndarray):
            return value.transpose(order)
        return self.add("Transpose", value, perm=list(order))


def is_open(length: Any) -> bool:
    """Whether a batch alone tells a length."""
    return not isinstance(length, (int, np.integer))


def integers(numbers: Sequence[int]) -> np.ndarray:
    """Whole numbers as ONNX wants them."""
    return np.asarray(numbers, np.int64)


def tensor_type(dtype: Any) -> int:
    """ONNX's number of a type; objects are words."""
    return helper.np_dtype_to_tensor_dtype(np.dtype(dtype))


def tensor(name: str, shape: Sequence[Any], dtype: Any) -> ValueInfoProto:
    """What is said of an input or an output; open lengths have names."""
    return helper.make_tensor_value_info(
        name, tensor_type(dtype), [str(n) if is_open(n) else n for n in shape]
    )

