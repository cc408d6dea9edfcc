"""What ``keras.ops`` has, for code of these families: functions of arrays, and of symbols, which record an operation.

Names, arguments and defaults are Keras's; most are those of ``jax.numpy`` as well.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from fourfold.core.symbols import Symbol
from fourfold.errors import OptionError
from fourfold.ops import activations, control, images
from fourfold.ops.ctc import OF_CTC
from fourfold.ops.networks import LINEAR, OF_NETWORKS
from fourfold.ops.patches import OF_PATCHES
from fourfold.ops.recording import recording
from fourfold.ops.signals import OF_SIGNALS

_SAME = """
absolute add all allclose amax amin angle any append arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh
argmax argmin argpartition argsort array array_split average bartlett bitwise_and bitwise_invert bitwise_left_shift
bitwise_not bitwise_or bitwise_right_shift bitwise_xor blackman broadcast_to cbrt ceil concatenate conj conjugate
copy corrcoef correlate cos cosh count_nonzero cross cumprod cumsum deg2rad diag diagflat diagonal diff digitize
divide dsplit dstack einsum empty empty_like equal exp exp2 expand_dims expm1 eye fabs flip fliplr flipud floor
floor_divide fmax fmin fmod full full_like gcd geomspace greater greater_equal hamming hanning heaviside histogram
hsplit hstack hypot i0 identity imag inner isclose isfinite isin isinf isnan isneginf isposinf isreal kaiser kron
lcm ldexp left_shift less less_equal linspace log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not
logical_or logical_xor logspace matmul maximum meshgrid minimum mod moveaxis multiply nan_to_num nanargmax nanargmin
nancumprod nancumsum nanmax nanmean nanmedian nanmin nanpercentile nanprod nanquantile nanstd nansum nanvar ndim
negative nextafter nonzero not_equal ones ones_like outer percentile power prod ptp quantile rad2deg ravel real
reciprocal repeat right_shift roll rot90 round searchsorted select sign signbit sin sinc sinh size sort sqrt square
squeeze stack subtract swapaxes tan tensordot tile trace trapezoid tri tril triu true_divide trunc unravel_index
vander var vdot vsplit vstack where zeros zeros_like
"""
"""Names that ``jax.numpy`` has with the same arguments."""


def cast(x: Any, dtype: Any) -> Array:
    """x in another type; float64 and int64 are float32 and int32 here.

    >>> cast(np.array([1.5, 0.0]), "bool").tolist()
    [True, False]
    """
    narrow = {"float64": "float32", "int64": "int32", "uint64": "uint32"}
    name = np.dtype(dtype).name if dtype != "bfloat16" else dtype
    return jnp.asarray(x).astype(narrow.get(name, name))


def saturate_cast(x: Any, dtype: Any) -> Array:
    """x in another type, of whose numbers the nearest is taken.

    >>> saturate_cast(np.array([-3.0, 300.0]), "uint8").tolist()
    [0, 255]
    """
    x, kind = jnp.asarray(x), np.dtype(dtype)
    if kind.kind not in "iuf":
        return cast(x, dtype)
    limits = [_limits(kind), _limits(x.dtype)]
    return cast(jnp.clip(x, max(low for low, _ in limits), min(high for _, high in limits)), dtype)


def _limits(kind: Any) -> tuple[Any, Any]:
    """The smallest and the largest number of a type."""
    limits = jnp.iinfo(kind) if np.dtype(kind).kind in "iu" else jnp.finfo(kind)
    return (limits.min, limits.max) if np.dtype(kind).kind in "iu" else (float(limits.min), float(limits.max))


def dtype(x: Any) -> str:
    """The name of x's type.

    >>> dtype(np.ones(2, "int32"))
    'int32'
    """
    return str(x.dtype)


def get_item(x: Any, key: Any) -> Any:
    """``x[key]``."""
    return x[key]


def convert_to_tensor(x: Any, dtype: Any = None, sparse: Any = None, ragged: Any = None) -> Array:
    return jnp.asarray(x) if dtype is None else cast(x, dtype)


def convert_to_numpy(x: Any) -> np.ndarray:
    return np.array(x)


def shape(x: Any) -> tuple[int | None, ...]:
    """The lengths of x's axes; None where a symbol's is open.

    >>> shape(np.ones((2, 3)))
    (2, 3)
    """
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)


def is_tensor(x: Any) -> bool:
    """Whether x is an array of JAX's or a symbol."""
    return isinstance(x, (Array, Symbol))


def reshape(x: Any, newshape: Any) -> Array:
    """x with other axes; at most one may be -1 or None.

    >>> reshape(np.ones((2, 6)), (2, None, 3)).shape
    (2, 2, 3)
    """
    lengths = (newshape,) if isinstance(newshape, int) else newshape
    return jnp.reshape(jnp.asarray(x), [-1 if length is None else length for length in lengths])


def transpose(x: Any, axes: Any = None) -> Array:
    return jnp.transpose(jnp.asarray(x), axes)


def clip(x: Any, x_min: Any, x_max: Any) -> Array:
    return jnp.clip(*map(jnp.asarray, (x, x_min, x_max)))


def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Array:
    if mode != "constant" and constant_values is not None:
        raise OptionError(
            "pad-values",
            "only constant padding has values of its own",
            got=f"mode={mode!r}, constant_values={constant_values!r}",
            wanted="mode='constant', or no constant_values",
        )
    options = {} if mode != "constant" else {"constant_values": constant_values or 0}
    return jnp.pad(jnp.asarray(x), pad_width, mode=mode, **options)


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Array:
    axis = tuple(axis) if isinstance(axis, list) else axis
    return jnp.linalg.norm(jnp.asarray(x), ord=ord, axis=axis, keepdims=keepdims)


def normalize(x: Any, axis: int = -1, order: int = 2, epsilon: float | None = None) -> Array:
    """x divided by its norm along an axis, which is at least ``epsilon``, by default 1e-7."""
    x = jnp.asarray(x)
    epsilon = 1e-7 if epsilon is None else epsilon
    if order == 2:
        squares = jnp.sum(jnp.square(x), axis=axis, keepdims=True)
        return x * lax.rsqrt(jnp.maximum(squares, epsilon**2))
    return x / jnp.maximum(jnp.linalg.norm(x, ord=order, axis=axis, keepdims=True), epsilon)


def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False) -> Array:
    return jax.nn.one_hot(x, num_classes, axis=axis, dtype=dtype or "float32")


def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Array]:
    return jnp.split(jnp.asarray(x), indices_or_sections, axis=axis)


def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[Array]:
    x = jnp.asarray(x)
    return [lax.index_in_dim(x, i, axis, keepdims=False) for i in range(x.shape[axis])]


def top_k(x: Any, k: int, sorted: bool = True) -> tuple[Array, Array]:
    values, indices = lax.top_k(jnp.asarray(x), k)
    return values, indices


def take(x: Any, indices: Any, axis: int | None = None) -> Array:
    return jnp.take(jnp.asarray(x), jnp.asarray(indices), axis=axis)


def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Array:
    """The elements at ``indices`` along an axis; of x in one row without one.

    >>> take_along_axis(jnp.array([[1, 2], [3, 4]]), jnp.array([0, 3])).tolist()
    [1, 4]
    """
    return jnp.take_along_axis(jnp.asarray(x), jnp.asarray(indices), axis=axis)


def gelu(x: Any, approximate: bool = True) -> Array:
    """As `activations.gelu`, but approximate by default, as in ``keras.ops``."""
    return activations.gelu(jnp.asarray(x), approximate)


def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Array:
    return jax.nn.logsumexp(jnp.asarray(x), axis=axis, keepdims=keepdims)


def divide_no_nan(x1: Any, x2: Any) -> Array:
    """x1 / x2, and 0 where x2 is 0."""
    x1, x2 = jnp.asarray(x1), jnp.asarray(x2)
    return jnp.where(x2 == 0, 0, x1 / jnp.where(x2 == 0, 1, x2))


def erf(x: Any) -> Array:
    return lax.erf(jnp.asarray(x))


def erfc(x: Any) -> Array:
    return lax.erfc(jnp.asarray(x))


def rsqrt(x: Any) -> Array:
    return lax.rsqrt(jnp.asarray(x))


def stop_gradient(variable: Any) -> Array:
    return lax.stop_gradient(jnp.asarray(variable))


def slice(inputs: Any, start_indices: Any, shape: Any) -> Array:
    inputs = jnp.asarray(inputs)
    lengths = [
        whole - int(start) if length == -1 else length
        for whole, start, length in zip(inputs.shape, start_indices, shape, strict=True)
    ]
    return lax.dynamic_slice(inputs, list(start_indices), lengths)


def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Array:
    return lax.dynamic_update_slice(jnp.asarray(inputs), jnp.asarray(updates), list(start_indices))


def scatter(indices: Any, values: Any, shape: Any) -> Array:
    """Zeros of a shape, to which values are added at indices (..., axes)."""
    return jnp.zeros(tuple(shape), jnp.asarray(values).dtype).at[_each_axis(indices)].add(values)


def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Array:
    """``inputs`` with other values at indices (..., axes), or with what there is and these, joined by ``reduction``.

    >>> scatter_update(jnp.array([1, 2, 3]), jnp.array([[0], [0]]), jnp.array([5, 6]), "add").tolist()
    [12, 2, 3]
    """
    places = jnp.asarray(inputs).at[_each_axis(indices)]
    joined = {None: places.set, "add": places.add, "max": places.max, "min": places.min, "mul": places.multiply}
    if reduction not in joined:
        raise OptionError(
            "scatter-reduction",
            "values at one place can't be joined so",
            got=f"reduction={reduction!r}",
            wanted="None, 'add', 'max', 'min' or 'mul'",
        )
    return joined[reduction](updates)


def _each_axis(indices: Any) -> tuple[Array, ...]:
    indices = jnp.asarray(indices)
    return tuple(indices[..., i] for i in range(indices.shape[-1]))


def segment_sum(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Array:
    """The sum of the rows of each segment; ``segment_ids`` says to which a row belongs."""
    return jax.ops.segment_sum(
        jnp.asarray(data), jnp.asarray(segment_ids), num_segments, indices_are_sorted=sorted
    )


def unique(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """The different entries; inside `jax.jit` ``size`` says how many."""
    told = {"return_index": return_index, "return_inverse": return_inverse, "return_counts": return_counts}
    return jnp.unique(jnp.asarray(x), **told, axis=axis, equal_nan=False, size=size, fill_value=fill_value)


def cdist(x: Any, y: Any) -> Array:
    """The distance of each row of x (..., P, F) to each of y (..., R, F): (..., P, R).

    >>> cdist(jnp.array([[0.0, 0.0]]), jnp.array([[3.0, 4.0], [0.0, 1.0]])).tolist()
    [[5.0, 1.0]]
    """
    apart = jnp.expand_dims(jnp.asarray(x), -2) - jnp.expand_dims(jnp.asarray(y), -3)
    return jnp.sqrt(jnp.sum(jnp.square(apart), axis=-1))


def moments(x: Any, axes: Any, keepdims: bool = False, synchronized: bool = False) -> tuple[Array, Array]:
    """Mean and variance over axes."""
    x, axes = jnp.asarray(x), tuple(axes) if isinstance(axes, list) else axes
    return x.mean(axes, keepdims=keepdims), x.var(axes, keepdims=keepdims)


def erfinv(x: Any) -> Array:
    return lax.erf_inv(jnp.asarray(x))


OF_ARRAYS = (
    cast, convert_to_tensor, reshape, transpose, clip, pad, norm, normalize, one_hot, split, unstack, top_k, take,
    take_along_axis, logsumexp, divide_no_nan, erf, erfc, erfinv, rsqrt, stop_gradient, slice, slice_update, scatter,
    scatter_update, segment_sum, moments, saturate_cast, get_item, unique, cdist,
)  # fmt: skip


def _several_axes(function: Callable[..., Any]) -> Callable[..., Any]:
    """``axis`` may be a list."""

    @wraps(function)
    def reduced(x: Any, axis: Any = None, keepdims: bool = False, **options: Any) -> Array:
        axis = tuple(axis) if isinstance(axis, list) else axis
        return function(jnp.asarray(x), axis=axis, keepdims=keepdims, **options)

    return reduced


def _to_floats(function: Callable[..., Any]) -> Callable[..., Any]:
    """Whole numbers give floats, too."""

    @wraps(function)
    def of_floats(x: Any) -> Array:
        x = jnp.asarray(x)
        return function(x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(jnp.float32))

    return of_floats


def _functions() -> dict[str, Callable[..., Any]]:
    plain = {name: getattr(jnp, name) for name in _SAME.split()} | {f.__name__: f for f in OF_ARRAYS}
    for name in ("sum", "mean", "max", "min", "std", "var", "median", "prod", "any", "all", "amax", "amin"):
        plain[name] = _several_axes(getattr(jnp, name))
    plain |= {name: _to_floats(getattr(jnp, name)) for name in ("ceil", "floor")}
    plain["abs"], plain["dot"] = jnp.abs, jnp.dot
    plain |= {function.__name__: function for function in (*OF_NETWORKS, *OF_SIGNALS, *OF_CTC, *OF_PATCHES)} | LINEAR
    plain |= {"gelu": gelu, "jvp": control.jvp}
    named = activations.ACTIVATIONS | activations.ALIASES
    named |= {name: recording(function, name) for name, function in plain.items()}
    of_functions = {function.__name__: function for function in control.OF_FUNCTIONS}
    named |= {"shape": shape, "dtype": dtype, "convert_to_numpy": convert_to_numpy, "is_tensor": is_tensor}
    return named | of_functions


def rgb_to_grayscale(images: Any, data_format: str | None = None) -> Array:
    """Images (..., H, W, 3) as (..., H, W, 1): 0.2989 red + 0.587 green + 0.114 blue."""
    axis = -3 if data_format == "channels_first" else -1
    weights = jnp.array([0.2989, 0.587, 0.114])
    return jnp.expand_dims(jnp.tensordot(jnp.asarray(images).astype(jnp.float32), weights, (axis, 0)), axis)


FUNCTIONS = _functions()
OF_IMAGES = {f.__name__: recording(f, f.__name__) for f in (images.resize, images.extract_patches, rgb_to_grayscale)}
