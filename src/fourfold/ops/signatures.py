"""The arguments of ``keras.ops``, by name, order and default, for functions that ``jax.numpy`` has with others."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from inspect import Parameter, Signature
from typing import Any

_FUNCTIONS = {
    "x": (
        "abs absolute angle arccos arccosh arcsin arcsinh arctan arctanh bartlett bitwise_invert bitwise_not "
        "blackman cbrt ceil conj conjugate copy corrcoef cos cosh deg2rad det eigh exp exp2 expm1 fabs fliplr "
        "flipud floor hamming hanning imag inv isfinite isinf isnan isneginf isposinf log log10 log1p log2 "
        "logical_not ndim negative nonzero rad2deg ravel real reciprocal sign signbit sin sinc sinh size "
        "slogdet sqrt square tan"
    ),
    "x1, x2": (
        "add arctan2 divide dot equal floor_divide fmod greater greater_equal heaviside hypot inner kron "
        "ldexp less less_equal logaddexp logaddexp2 logical_and logical_or logical_xor matmul maximum minimum "
        "mod multiply nextafter not_equal outer power subtract true_divide vdot"
    ),
    "x, axis=None, keepdims=False": (
        "all amax amin any argmax argmin mean median nanargmax nanargmin nanmax nanmean nanmedian nanmin "
        "nanprod nanstd nansum nanvar ptp std sum var"
    ),
    "x, y": "bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor left_shift right_shift",
    "x, axis=None, dtype=None": "cumprod cumsum nancumprod nancumsum",
    "x, dtype=None": "array empty_like ones_like zeros_like",
    "x, k=0": "diag diagflat tril triu",
    "x, q, axis=None, method='linear', keepdims=False": "nanpercentile nanquantile percentile quantile",
    "shape, dtype=None": "empty ones zeros",
    "x, axis=None": "count_nonzero flip squeeze",
    "x, indices_or_sections": "dsplit hsplit vsplit",
    "xs": "dstack hstack vstack",
    "x, axis=-1": "argsort sort",
    "x, axis=None, keepdims=False, initial=None": "max min",
    "x, offset=0, axis1=0, axis2=1": "diagonal trace",
    "x1, x2, rtol=1e-05, atol=1e-08, equal_nan=False": "allclose isclose",
    "N, M=None, k=0, dtype=None": "eye",
    "a, n=1, axis=-1": "diff",
    "array, k=1, axes=(0, 1)": "rot90",
    "condition, x1=None, x2=None": "where",
    "shape, fill_value, dtype=None": "full",
    "sorted_sequence, values, side='left'": "searchsorted",
    "start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0": "linspace",
    "start, stop=None, step=None, dtype=None": "arange",
    "x, axis": "expand_dims",
    "x, axis1, axis2": "swapaxes",
    "x, axis=0": "stack",
    "x, axis=None, keepdims=False, dtype=None": "prod",
    "x, axis=None, weights=None": "average",
    "x, beta": "kaiser",
    "x, bins": "digitize",
    "x, bins=10, range=None": "histogram",
    "x, decimals=0": "round",
    "x, fill_value, dtype=None": "full_like",
    "x, full_matrices=True, compute_uv=True": "svd",
    "x, indices_or_sections, axis=0": "array_split",
    "x, kth, axis=-1": "argpartition",
    "x, mode='reduced'": "qr",
    "x, nan=0.0, posinf=None, neginf=None": "nan_to_num",
    "x, rcond=None": "pinv",
    "x, repeats": "tile",
    "x, repeats, axis=None": "repeat",
    "x, shape": "broadcast_to",
    "x, shift, axis=None": "roll",
    "x, source, destination": "moveaxis",
    "x1, x2, assume_unique=False, invert=False": "isin",
    "x1, x2, axes=2": "tensordot",
    "x1, x2, axis=None": "append",
    "x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None": "cross",
    "x1, x2, mode='valid'": "correlate",
    "xs, axis=0": "concatenate",
}


def _signature(told: str) -> Signature:
    """The signature that ``"x, axis=None, axes=(0, 1)"`` tells."""
    function = ast.parse(f"def f({told}): ...").body[0]
    assert isinstance(function, ast.FunctionDef)
    names, given = [one.arg for one in function.args.args], [*map(ast.literal_eval, function.args.defaults)]
    defaults = [Parameter.empty] * (len(names) - len(given)) + given
    kind = Parameter.POSITIONAL_OR_KEYWORD
    return Signature([Parameter(name, kind, default=default) for name, default in zip(names, defaults)])


SIGNATURES = {name: _signature(told) for told, names in _FUNCTIONS.items() for name in names.split()}


def in_order(name: str, args: tuple, kwargs: Mapping[str, Any]) -> tuple[tuple, dict[str, Any]]:
    """A call as the function of this name takes it: the tensors, and what has no default, by place, the rest by name.

    Further arguments of the function of ``jax.numpy`` may be named.

    >>> in_order("argmax", (3.0, -1, True), {}), in_order("where", (), {"x1": 1, "x2": 2, "condition": True})
    (((3.0,), {'axis': -1, 'keepdims': True}), ((True, 1, 2), {}))
    """
    known = SIGNATURES[name].parameters
    try:
        bound = SIGNATURES[name].bind(*args, **{key: value for key, value in kwargs.items() if key in known})
    except TypeError as error:
        raise TypeError(f"ops.{name}{SIGNATURES[name]}: {error}") from None
    placed = [key for key in bound.arguments if known[key].default is Parameter.empty or key in ("x1", "x2")]
    rest = {key: value for key, value in {**kwargs, **bound.arguments}.items() if key not in placed}
    return tuple(bound.arguments[key] for key in placed), rest
