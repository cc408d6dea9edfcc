"""Operations such as ``x + y`` and ``ops.mean(x, axis=1)`` as Keras writes them to a configuration, and back.

Keras splits a call in two: tensors, and what stands beside them in a call of the operation, and arguments of the
operation's class. One closed table says for each operation which are which.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fourfold.core.symbols import Symbol, operate
from fourfold.errors import OptionError, closest
from fourfold.ops import FUNCTIONS

MODULE = "keras.src.ops."
_TABLE = """
numpy  Absolute      absolute        x
numpy  Absolute      abs             x
numpy  Add           add             x1 x2
numpy  All           all             x               | axis=None keepdims=False
numpy  Amax          amax            x               | axis=None keepdims=False
numpy  Amin          amin            x               | axis=None keepdims=False
numpy  Any           any             x               | axis=None keepdims=False
numpy  Arccos        arccos          x
numpy  Arccosh       arccosh         x
numpy  Arcsin        arcsin          x
numpy  Arcsinh       arcsinh         x
numpy  Arctan        arctan          x
numpy  Arctan2       arctan2         x1 x2
numpy  Arctanh       arctanh         x
numpy  Argmax        argmax          x               | axis=None keepdims=False
numpy  Argmin        argmin          x               | axis=None keepdims=False
numpy  Argsort       argsort         x               | axis=-1
numpy  BroadcastTo   broadcast_to    x               | shape
numpy  Ceil          ceil            x
numpy  Clip          clip            x               | x_min x_max
numpy  Concatenate   concatenate     xs              | axis=0
numpy  Copy          copy            x
numpy  Cos           cos             x
numpy  Cosh          cosh            x
numpy  CountNonzero  count_nonzero   x               | axis=None
numpy  Cumprod       cumprod         x               | axis=None dtype=None
numpy  Cumsum        cumsum          x               | axis=None dtype=None
numpy  Diagonal      diagonal        x               | offset=0 axis1=0 axis2=1
numpy  Diff          diff            a               | n=1 axis=-1
numpy  Divide        divide          x1 x2
numpy  DivideNoNan   divide_no_nan   x1 x2
numpy  Dot           dot             x1 x2
numpy  Einsum        einsum          operands        | subscripts
numpy  Equal         equal           x1 x2
numpy  Exp           exp             x
numpy  ExpandDims    expand_dims     x               | axis
numpy  Expm1         expm1           x
numpy  Flip          flip            x               | axis=None
numpy  Floor         floor           x
numpy  FloorDivide   floor_divide    x1 x2
numpy  FullLike      full_like       x fill_value    | dtype=None
numpy  GetItem       get_item        x key
numpy  Greater       greater         x1 x2
numpy  GreaterEqual  greater_equal   x1 x2
numpy  Hstack        hstack          xs
numpy  Isfinite      isfinite        x
numpy  Isinf         isinf           x
numpy  Isnan         isnan           x
numpy  Less          less            x1 x2
numpy  LessEqual     less_equal      x1 x2
numpy  Log           log             x
numpy  Log10         log10           x
numpy  Log1p         log1p           x
numpy  Log2          log2            x
numpy  Logaddexp     logaddexp       x1 x2
numpy  LogicalAnd    logical_and     x1 x2
numpy  LogicalNot    logical_not     x
numpy  LogicalOr     logical_or      x1 x2
numpy  LogicalXor    logical_xor     x1 x2
numpy  Matmul        matmul          x1 x2
numpy  Max           max             x               | axis=None keepdims=False initial=None
numpy  Maximum       maximum         x1 x2
numpy  Mean          mean            x               | axis=None keepdims=False
numpy  Median        median          x               | axis=None keepdims=False
numpy  Min           min             x               | axis=None keepdims=False initial=None
numpy  Minimum       minimum         x1 x2
numpy  Mod           mod             x1 x2
numpy  Moveaxis      moveaxis        x               | source destination
numpy  Multiply      multiply        x1 x2
numpy  Negative      negative        x
numpy  NotEqual      not_equal       x1 x2
numpy  OnesLike      ones_like       x               | dtype=None
numpy  Outer         outer           x1 x2
numpy  Pad           pad             x               | pad_width mode=constant | constant_values
numpy  Power         power           x1 x2
numpy  Prod          prod            x               | axis=None keepdims=False dtype=None
numpy  Ravel         ravel           x
numpy  Reciprocal    reciprocal      x
numpy  Repeat        repeat          x               | repeats axis=None
numpy  Reshape       reshape         x               | newshape
numpy  Roll          roll            x               | shift axis=None
numpy  Round         round           x               | decimals=0
numpy  Sign          sign            x
numpy  Sin           sin             x
numpy  Sinh          sinh            x
numpy  Sort          sort            x               | axis=-1
numpy  Split         split           x               | indices_or_sections axis=0
numpy  Sqrt          sqrt            x
numpy  Square        square          x
numpy  Squeeze       squeeze         x               | axis=None
numpy  Stack         stack           x               | axis=0
numpy  Std           std             x               | axis=None keepdims=False
numpy  Subtract      subtract        x1 x2
numpy  Sum           sum             x               | axis=None keepdims=False
numpy  Swapaxes      swapaxes        x               | axis1 axis2
numpy  Take          take            x indices       | axis=None
numpy  TakeAlongAxis take_along_axis x indices       | axis=None
numpy  Tan           tan             x
numpy  Tanh          tanh            x
numpy  Tensordot     tensordot       x1 x2           | axes=2
numpy  Tile          tile            x               | repeats
numpy  Transpose     transpose       x               | axes=None
numpy  Tril          tril            x               | k=0
numpy  Triu          triu            x               | k=0
numpy  TrueDivide    true_divide     x1 x2
numpy  Trunc         trunc           x
numpy  Var           var             x               | axis=None keepdims=False
numpy  Vstack        vstack          xs
numpy  Where         where           condition x1 x2
numpy  ZerosLike     zeros_like      x               | dtype=None
core   Cast          cast            x               | dtype
core   ConvertToTensor convert_to_tensor x           | dtype=None sparse=None ragged=None
core   Slice         slice           inputs start_indices | shape
core   StopGradient  stop_gradient   variable
core   Unstack       unstack         x               | num=None axis=0
linalg Norm          norm            x               | ord=None axis=None keepdims=False
math   Erf           erf             x
math   Logsumexp     logsumexp       x               | axis=None keepdims=False
math   Rsqrt         rsqrt           x
math   TopK          top_k           x               | k sorted=True
nn     Celu          celu            x               | alpha=1.0
nn     Elu           elu             x               | alpha=1.0
nn     Gelu          gelu            x               | approximate=True
nn     Glu           glu             x               | axis=-1
nn     HardShrink    hard_shrink     x               | threshold=0.5
nn     HardSigmoid   hard_sigmoid    x
nn     HardSilu      hard_silu       x
nn     HardSilu      hard_swish      x
nn     HardTanh      hard_tanh       x
nn     LeakyRelu     leaky_relu      x               | negative_slope=0.2
nn     LogSigmoid    log_sigmoid     x
nn     Sparsemax     sparsemax       x               | axis=-1
nn     Threshold     threshold       x               | threshold default_value
nn     LogSoftmax    log_softmax     x               | axis=-1
nn     Normalize     normalize       x               | axis=-1 order=2 epsilon=None
nn     OneHot        one_hot         x               | num_classes axis=-1 dtype=None sparse=False
keras.src.activations.activations ReLU relu x        | negative_slope=0.0 max_value=None threshold=0.0
nn     Relu          relu            x
nn     Relu6         relu6           x
nn     Selu          selu            x
nn     Sigmoid       sigmoid         x
nn     Silu          silu            x
nn     Silu          swish           x
nn     SoftShrink    soft_shrink     x               | threshold=0.5
nn     Softmax       softmax         x               | axis=-1
nn     Softplus      softplus        x
nn     Softsign      softsign        x
nn     SparsePlus    sparse_plus     x
nn     SparseSigmoid sparse_sigmoid  x
nn     Squareplus    squareplus      x               | b=4
nn     TanhShrink    tanh_shrink     x
"""
"""Keras's module, its class, its function; what a call holds, and what the class does, with its defaults; keywords."""

_VALUES = {"None": None, "False": False, "True": True, "constant": "constant", "float32": "float32"}
@dataclass(frozen=True)
class Kind:
    """A row of the table."""

    module: str
    name: str
    function: str
    called_with: tuple[str, ...]
    arguments: Mapping[str, Any]
    """Arguments of the class with their defaults, ``...`` where there is none."""
    keywords: tuple[str, ...] = ()
    """Keyword arguments of a call."""

    def split(
        self, args: tuple, kwargs: Mapping[str, Any]
    ) -> tuple[list[Any], dict[str, Any], dict[str, Any]]:
        """What is handed to a call, its keywords, and the arguments of the class, from a call of the function.

        Raises:
            OptionError: ``operation-in-config``.
        """
        if self.function == "einsum" and len(args) > 1 and not kwargs:
            return list(args[1:]), {}, {"subscripts": args[0]}
        names = [*self.called_with, *self.arguments, *self.keywords]
        given = dict(zip(names, args)) | dict(kwargs)
        strange = [name for name in given if name not in names]
        missing = [name for name in self.called_with if name not in given]
        if strange or missing or len(args) > len(names):
            raise not_written(f"{self.function} with {', '.join(strange) or f'{len(args)} arguments'}")
        arguments = {**self.arguments, **{name: given[name] for name in self.arguments if name in given}}
        keywords = {name: given[name] for name in self.keywords if name in given}
        return [given[name] for name in self.called_with], keywords, arguments

    def record(self, args: list[Any], kwargs: Mapping[str, Any], arguments: Mapping[str, Any]) -> Any:
        """The operation on symbols, from what a configuration says.

        Raises:
            OptionError: ``operation-argument``, ``operation-of-numbers``: without a symbol it would be computed here.
        """
        if not holds_symbols(args):
            raise OptionError(
                "operation-of-numbers",
                "a configuration has an operation on numbers alone",
                got=self.name,
                wanted="what layers or inputs gave among its arguments",
            )
        strange = [name for name in arguments if name not in self.arguments]
        if strange:
            raise _no_argument(self.name, strange[0], self.arguments)
        given = {name: _tuples(value) for name, value in arguments.items()}
        given = {name: value for name, value in given.items() if value != self.arguments[name] or value is ...}
        given |= {name: value for name, value in kwargs.items() if value is not None}
        if self.function == "einsum":
            return FUNCTIONS["einsum"](given["subscripts"], *args)
        if self.function == "get_item":
            x, key = args
            return operate(operator.getitem, "get_item", x, _tuples(key))
        return FUNCTIONS[self.function](*args, **given)


def _row(line: str) -> Kind:
    front, behind, keywords, *_ = *line.split("|"), "", ""
    module, name, function, *called_with = front.split()
    arguments = {}
    for argument in behind.split():
        argument, told, default = argument.partition("=")
        arguments[argument] = (
            ... if not told else _VALUES[default] if default in _VALUES else _number(default)
        )
    module = module if "." in module else MODULE + module
    return Kind(module, name, function, tuple(called_with), arguments, tuple(keywords.split()))


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdigit() else float(text)


_ROWS = [_row(line) for line in _TABLE.strip().splitlines()]
BY_FUNCTION = {row.function: row for row in _ROWS}
BY_NAME = {row.name: row for row in reversed(_ROWS)}


def is_operation(module: Any) -> bool:
    """Whether Keras's classes of this module are operations."""
    known = ("keras.ops", *(row.module for row in _ROWS))
    return isinstance(module, str) and (module in known or module.startswith(MODULE))


def of(kind: str) -> Kind:
    """How the operation of this kind is written.

    Raises:
        OptionError: ``operation-in-config``, for one that Keras has no class of.

    >>> of("add").name, of("mean").arguments
    ('Add', {'axis': None, 'keepdims': False})
    """
    if kind not in BY_FUNCTION:
        raise not_written(f"the operation {kind}")
    return BY_FUNCTION[kind]


def not_written(got: str) -> OptionError:
    return OptionError(
        "operation-in-config",
        "a configuration can't hold this",
        got=got,
        wanted="operations of symbols and plain numbers, as x + y, x[:, 1:] and ops.mean(x, axis=1)",
        do="a Layer of your own that computes it; or fourfold.models.clone_model(model), if a model like it is wanted",
    )


def named(name: Any) -> Kind:
    """The operation of one of Keras's classes.

    Raises:
        OptionError: ``unknown-operation``.
    """
    if name not in BY_NAME:
        raise OptionError(
            "unknown-operation",
            "a configuration names an operation that is not known",
            got=f"{name!r}{closest(name, BY_NAME)}",
            wanted="one of fourfold.ops",
        )
    return BY_NAME[name]


def _no_argument(name: str, argument: str, known: Mapping[str, Any]) -> OptionError:
    return OptionError(
        "operation-argument",
        f"a configuration gives the operation {name} an argument that it does not have",
        got=repr(argument),
        wanted=", ".join(known) or "none",
    )


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def holds_symbols(value: Any) -> bool:
    """Whether a symbol is somewhere in nested lists and dicts."""
    if isinstance(value, (list, tuple)):
        return any(holds_symbols(item) for item in value)
    if isinstance(value, dict):
        return any(holds_symbols(item) for item in value.values())
    return isinstance(value, Symbol)
