"""Symbols and nodes: what calling a layer on something without a value records.

x = Input(shape=(8,))        a symbol with no parents
y = Dense(3)(x)              a node (Dense, x) whose output is the symbol y
z = y + x[:, 0:3]            nodes of operations, functions of arrays without weights
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from numbers import Integral
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from fourfold.core.inference import infer
from fourfold.core.specs import Shape, TensorSpec
from fourfold.errors import OptionError, ShapeError


class Applied(NamedTuple):
    """What applying a layer gives: outputs, new values of its state by local name, the outputs' masks, added losses."""

    outputs: Any
    updates: dict[str, Any]
    masks: Any
    losses: tuple = ()


_METHODS_OF_ARRAYS = {
    "all", "any", "argmax", "argmin", "argsort", "clip", "cumsum", "dot", "max", "mean", "min", "prod", "ravel",
    "repeat", "reshape", "round", "sort", "squeeze", "std", "sum", "swapaxes", "transpose", "var",
}  # fmt: skip


@dataclass(eq=False)
class Node:
    """One call of one layer: its arguments (symbols at the leaves, nested as in the call) and its outputs."""

    layer: Any
    args: tuple
    kwargs: dict
    outputs: Any = None
    parents: tuple[Symbol, ...] = ()


@dataclass(eq=False)
class Symbol:
    """A tensor of a graph: what is known of it before it has a value.

    ``mask`` says whether a mask travels with it; ``mask_lost_at`` names the layer that dropped one on the way.
    Operators record operations; as in Keras ``==`` alone asks whether it is the same symbol.
    """

    spec: TensorSpec
    node: Node | None = None
    name: str | None = None
    mask: TensorSpec | None = None
    mask_lost_at: Any = field(default=None, repr=False)

    @property
    def shape(self) -> Shape:
        return self.spec.shape

    @property
    def dtype(self) -> str:
        return self.spec.dtype

    @property
    def ndim(self) -> int:
        return self.spec.ndim

    def __repr__(self) -> str:
        return f"<Symbol shape={self.shape}, dtype={self.dtype}, name={self.name}>"

    def __iter__(self):
        raise TypeError("a symbol has no values yet: iterate over arrays, or call a layer on the symbol")

    def __bool__(self):
        raise TypeError("a symbol has no values yet: its truth is not known")

    def __array__(self, *args: Any, **kwargs: Any):
        raise TypeError("a symbol has no values yet: use fourfold.ops instead of NumPy")

    def __getattr__(self, name: str) -> Any:
        do = f"; fourfold.ops.{name}(x, ...) is called on symbols" if name in _METHODS_OF_ARRAYS else ""
        raise AttributeError(f"a symbol has no values yet, and no {name!r}{do}")

    def __getitem__(self, index: Any) -> Symbol:
        return operate(operator.getitem, "get_item", self, index)

    def __add__(self, other: Any) -> Symbol:
        return operate(operator.add, "add", self, other)

    def __radd__(self, other: Any) -> Symbol:
        return operate(operator.add, "add", other, self)

    def __sub__(self, other: Any) -> Symbol:
        return operate(operator.sub, "subtract", self, other)

    def __rsub__(self, other: Any) -> Symbol:
        return operate(operator.sub, "subtract", other, self)

    def __mul__(self, other: Any) -> Symbol:
        return operate(operator.mul, "multiply", self, other)

    def __rmul__(self, other: Any) -> Symbol:
        return operate(operator.mul, "multiply", other, self)

    def __truediv__(self, other: Any) -> Symbol:
        return operate(operator.truediv, "true_divide", self, other)

    def __rtruediv__(self, other: Any) -> Symbol:
        return operate(operator.truediv, "true_divide", other, self)

    def __floordiv__(self, other: Any) -> Symbol:
        return operate(operator.floordiv, "floor_divide", self, other)

    def __rfloordiv__(self, other: Any) -> Symbol:
        return operate(operator.floordiv, "floor_divide", other, self)

    def __mod__(self, other: Any) -> Symbol:
        return operate(operator.mod, "mod", self, other)

    def __rmod__(self, other: Any) -> Symbol:
        return operate(operator.mod, "mod", other, self)

    def __pow__(self, other: Any) -> Symbol:
        return operate(operator.pow, "power", self, other)

    def __rpow__(self, other: Any) -> Symbol:
        return operate(operator.pow, "power", other, self)

    def __matmul__(self, other: Any) -> Symbol:
        return operate(operator.matmul, "matmul", self, other)

    def __rmatmul__(self, other: Any) -> Symbol:
        return operate(operator.matmul, "matmul", other, self)

    def __gt__(self, other: Any) -> Symbol:
        return operate(operator.gt, "greater", self, other)

    def __ge__(self, other: Any) -> Symbol:
        return operate(operator.ge, "greater_equal", self, other)

    def __lt__(self, other: Any) -> Symbol:
        return operate(operator.lt, "less", self, other)

    def __le__(self, other: Any) -> Symbol:
        return operate(operator.le, "less_equal", self, other)

    def __ne__(self, other: Any) -> Symbol:  # type: ignore[override]
        return operate(operator.ne, "not_equal", self, other)

    __hash__ = object.__hash__

    def __and__(self, other: Any) -> Symbol:
        return operate(jnp.logical_and, "logical_and", self, other)

    def __rand__(self, other: Any) -> Symbol:
        return operate(jnp.logical_and, "logical_and", other, self)

    def __or__(self, other: Any) -> Symbol:
        return operate(jnp.logical_or, "logical_or", self, other)

    def __ror__(self, other: Any) -> Symbol:
        return operate(jnp.logical_or, "logical_or", other, self)

    def __xor__(self, other: Any) -> Symbol:
        return operate(jnp.logical_xor, "logical_xor", self, other)

    def __rxor__(self, other: Any) -> Symbol:
        return operate(jnp.logical_xor, "logical_xor", other, self)

    def __invert__(self) -> Symbol:
        return operate(jnp.logical_not, "logical_not", self)

    def __round__(self, ndigits: int | None = None) -> Symbol:
        return operate(jnp.round, "round", self, ndigits or 0)

    def __neg__(self) -> Symbol:
        return operate(operator.neg, "negative", self)

    def __abs__(self) -> Symbol:
        return operate(operator.abs, "absolute", self)


class _Symbols(type):
    """Whose instances are all symbols."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Symbol)


class KerasTensor(metaclass=_Symbols):
    """A symbol by Keras's name, for ``isinstance``; made with its whole ``shape``, it is what `Input` makes.

    Errors: `OptionError` for what is sparse or ragged, or records nothing; `ShapeError` for axes that are no lengths.

    >>> KerasTensor((None, 3)), isinstance(Input((3,)), KerasTensor)
    (<Symbol shape=(None, 3), dtype=float32, name=None>, True)
    """

    def __new__(
        cls,
        shape: Shape,
        dtype: str = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
    ) -> Any:
        if not record_history:
            raise OptionError(
                "unrecorded-symbol",
                "what is computed from a symbol is always recorded",
                got="record_history=False",
                wanted="record_history=True",
                do="jax.eval_shape, for shapes alone",
            )
        return Input(batch_shape=shape, dtype=dtype, sparse=sparse, ragged=ragged, name=name)


class Operation:
    """A function of arrays in a graph, in the place of a layer: without weights, state, or a configuration."""

    longest = None
    trainable = True
    built = True
    alone = False

    def __init__(self, function: Callable[..., Any], kind: str) -> None:
        self.function, self.kind = function, kind
        self.given_name: str | None = None
        self.model_name: str | None = None
        self.handles: dict[str, Any] = {}
        self.weights: list[Any] = []

    @property
    def name(self) -> str:
        return self.model_name or self.kind

    def apply(
        self,
        weights: Any,
        *args: Any,
        masks: Any = (),
        training: bool = False,
        key: Any = None,
        **kwargs: Any,
    ) -> Applied:
        outputs = self.function(*args, **kwargs)
        return Applied(outputs, {}, jax.tree.map(lambda leaf: None, outputs))

    def count_params(self) -> int:
        return 0


_OF_APPLY = {"weights", "masks", "training", "key"}


def operate(function: Callable[..., Any], kind: str, *args: Any, **kwargs: Any) -> Any:
    """Records a function of arrays that is called on symbols; masks end here, as in Keras."""
    if kwargs.keys() & _OF_APPLY:  # what `Operation.apply` itself is given by these names
        bound = inspect.signature(function).bind(*args, **kwargs)
        args, kwargs = bound.args, bound.kwargs
    parents = tuple(leaf for leaf in jax.tree.leaves((args, kwargs)) if isinstance(leaf, Symbol))
    operation = Operation(function, kind)
    node = Node(operation, args, kwargs, parents=parents)
    specs, _ = infer(operation, args, kwargs)
    lost = operation if any(parent.mask for parent in parents) else None
    lost = lost or next((parent.mask_lost_at for parent in parents if parent.mask_lost_at), None)
    node.outputs = jax.tree.map(lambda spec: Symbol(spec, node, mask_lost_at=lost), specs)
    return node.outputs


def Input(
    shape: tuple[int | None, ...] | None = None,
    batch_size: int | None = None,
    dtype: str | None = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Shape | None = None,
    name: str | None = None,
    tensor: Symbol | None = None,
    optional: bool = False,
) -> Symbol:
    """A symbol to call layers on: the start of a functional model; ``tensor`` is one that there is.

    ``shape`` leaves the batch axis out; an axis of any length is ``None``. Follows ``keras.Input``, whose inputs
    that are sparse, ragged or optional are refused.

    >>> Input(shape=(28, 28, 1)).shape
    (None, 28, 28, 1)
    """
    for option, asked in (("sparse", sparse), ("ragged", ragged), ("optional", optional)):
        if asked:
            raise OptionError(
                "input-kind", f"Input has no {option} values", got=f"{option}=True", wanted=f"{option}=False"
            )
    if tensor is not None:
        return tensor
    if (shape is None) == (batch_shape is None):
        raise ShapeError(
            "input-shape",
            "Input takes one of shape and batch_shape",
            got="both" if shape is not None else "neither",
            wanted="shape=(28, 28, 1), say, without the batch axis",
        )
    if batch_size is not None and batch_shape is not None:
        raise ShapeError(
            "input-batch",
            "Input takes one of batch_size and batch_shape",
            got="both",
            wanted="batch_shape with the number of rows first, or shape and batch_size",
        )
    if batch_shape is None:
        axes: Any = (shape,) if isinstance(shape, Integral) else shape
        batch_shape = (batch_size, *axes)
    given: Any = batch_shape
    for axis in given:
        if axis is not None and (not isinstance(axis, Integral) or axis < 0):
            raise ShapeError(
                "input-shape",
                "an axis of Input is not a length",
                got=repr(axis),
                wanted="a whole number, or None for any length",
            )
    lengths = tuple(None if axis is None else int(axis) for axis in given)
    return Symbol(TensorSpec(lengths, dtype or "float32"), name=name)
