"""How weights start: ``initializer(shape, stream) -> float32 array``, in NumPy, with Keras's names.

A random initializer takes exactly one op seed from the stream, or none if it has a ``seed`` of its own: then
its values are the same each time. Kernels have their input axis last but one and their output axis last; axes
before these are the receptive field.
"""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fourfold.core import streams
from fourfold.core.catalog import Catalog, Configured
from fourfold.core.streams import Stateless, Stream
from fourfold.errors import OptionError, ShapeError

_TRUNCATED_STDDEV = 0.87962566103423978  # of the standard normal cut at two deviations


class Initializer(Configured):
    """The base: a subclass writes ``values(shape, source)``, where ``source`` draws from distributions.

    A stream that isn't given is the current one, that ``fourfold.random.set_seed`` starts.

    >>> Constant(2)((3,)).tolist()
    [2.0, 2.0, 2.0]
    """

    seed: Any = None
    """A whole number, with which each call gives the same, or a `fourfold.random.SeedGenerator`; None: the stream's."""

    def __call__(self, shape: Sequence[int], stream: Stream | None = None, dtype: Any = None) -> np.ndarray:
        seed = self.seed.number() if hasattr(self.seed, "number") else self.seed
        own = None if seed is None else Stateless(seed)
        values = self.values(tuple(shape), own or stream or streams.current())
        return np.asarray(values, np.dtype(dtype or "float32"))

    def values(self, shape: tuple[int, ...], source: Stream | Stateless) -> np.ndarray:
        raise NotImplementedError


class Zeros(Initializer):
    """All zero."""

    def values(self, shape, source):
        return np.zeros(shape, np.float32)


class Ones(Initializer):
    """All one."""

    def values(self, shape, source):
        return np.ones(shape, np.float32)


class Constant(Initializer):
    """All ``value``, a number or an array that broadcasts to the shape."""

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def values(self, shape, source):
        return np.broadcast_to(np.asarray(self.value, np.float32), shape).copy()

    def get_config(self):
        return {"value": self.value.tolist() if isinstance(self.value, np.ndarray) else self.value}


class Identity(Initializer):
    """``gain`` on the diagonal of a matrix (rows, columns), zero elsewhere."""

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def values(self, shape, source):
        if len(shape) != 2:
            raise _shape_error("an identity", shape, "two axes")
        return self.gain * np.eye(*shape, dtype=np.float32)


class RandomUniform(Initializer):
    """U[minval, maxval)."""

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None:
        self.minval, self.maxval, self.seed = minval, maxval, seed

    def values(self, shape, source):
        return source.uniform(shape, self.minval, self.maxval)


class RandomNormal(Initializer):
    """N(mean, stddev²)."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        self.mean, self.stddev, self.seed = mean, stddev, seed

    def values(self, shape, source):
        return source.normal(shape, self.mean, self.stddev)


class TruncatedNormal(Initializer):
    """N(mean, stddev²), where values beyond two deviations are drawn again."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        self.mean, self.stddev, self.seed = mean, stddev, seed

    def values(self, shape, source):
        return source.truncated_normal(shape, self.mean, self.stddev)


def compute_fans(
    shape: Sequence[int],
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
) -> tuple[int, int]:
    """How many inputs reach an output, and how many outputs an input: (fan_in, fan_out).

    Without axes a kernel is (receptive field..., inputs, outputs), and both fans count the field. The
    projections of attention, (features, heads, head size), say which of their axes are which.

    >>> compute_fans((3, 3, 16, 32)), compute_fans((64, 4, 16), [0], [1, 2])
    ((144, 288), (64, 64))
    """
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[axis] for axis in input_axes), math.prod(shape[axis] for axis in output_axes)
    if len(shape) < 2:
        return math.prod(shape), math.prod(shape)
    *field, inputs, outputs = shape
    return math.prod(field) * inputs, math.prod(field) * outputs


class VarianceScaling(Initializer):
    """Zero mean and variance ``scale / n``, where n is fan_in, fan_out or their average.

    ``distribution``: ``"uniform"`` on ±sqrt(3 scale / n); ``"untruncated_normal"``; ``"truncated_normal"``
    (alias ``"normal"``), widened so that its variance after the cut is the same.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        distribution = {"normal": "truncated_normal"}.get(distribution.lower(), distribution.lower())
        if not scale > 0:
            raise OptionError("scale", "the scale must be positive", got=repr(scale), wanted="a number > 0")
        _one_of("mode", mode, ("fan_in", "fan_out", "fan_avg"))
        _one_of("distribution", distribution, ("uniform", "truncated_normal", "untruncated_normal"))
        self.scale, self.mode, self.distribution, self.seed = scale, mode, distribution, seed
        self.input_axes, self.output_axes = input_axes, output_axes

    def values(self, shape, source):
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, fan)
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return source.uniform(shape, -limit, limit)
        if self.distribution == "untruncated_normal":
            return source.normal(shape, 0.0, math.sqrt(variance))
        return source.truncated_normal(shape, 0.0, math.sqrt(variance) / _TRUNCATED_STDDEV)


class _Named(VarianceScaling):
    """A variance scaling whose scale, mode and distribution are fixed by its name."""

    fixed: tuple[float, str, str]

    def __init__(
        self,
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(*self.fixed, seed=seed, input_axes=input_axes, output_axes=output_axes)


class GlorotUniform(_Named):
    """U(±sqrt(6 / (fan_in + fan_out))). Glorot & Bengio, AISTATS 2010."""

    fixed = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Named):
    """Truncated normal of variance 2 / (fan_in + fan_out). Glorot & Bengio, AISTATS 2010."""

    fixed = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_Named):
    """U(±sqrt(6 / fan_in)). He et al., ICCV 2015."""

    fixed = (2.0, "fan_in", "uniform")


class HeNormal(_Named):
    """Truncated normal of variance 2 / fan_in. He et al., ICCV 2015."""

    fixed = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_Named):
    """U(±sqrt(3 / fan_in)). LeCun et al., Efficient BackProp, 1998."""

    fixed = (1.0, "fan_in", "uniform")


class LecunNormal(_Named):
    """Truncated normal of variance 1 / fan_in. Klambauer et al., NeurIPS 2017."""

    fixed = (1.0, "fan_in", "truncated_normal")


class Orthogonal(Initializer):
    """``gain`` times a matrix with orthonormal rows or columns; leading axes are flattened into the rows.

    Q of the QR decomposition of a normal matrix, its columns' signs those of R's diagonal, so that Q is
    uniform over orthogonal matrices. Saxe et al., ICLR 2014.
    """

    def __init__(self, gain: float = 1.0, seed: Any = None) -> None:
        self.gain, self.seed = gain, seed

    def values(self, shape, source):
        if len(shape) < 2:
            raise _shape_error("an orthogonal matrix", shape, "two axes or more")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(source.normal((max(rows, columns), min(rows, columns))))
        q = q * np.sign(np.diag(r))
        return self.gain * (q.T if rows < columns else q).reshape(shape)


class FromFunction(Initializer):
    """A function of ours or a user's, ``function(shape)`` or Keras's ``function(shape, dtype=None)``."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def values(self, shape, source):
        takes_dtype = "dtype" in inspect.signature(self.function).parameters
        return _of_shape(
            self.function(shape, dtype="float32") if takes_dtype else self.function(shape), shape
        )


class FromArray(Initializer):
    """The values themselves, of the weight's own shape."""

    def __init__(self, array: Any) -> None:
        self.array = np.asarray(array, np.float32)

    def values(self, shape, source):
        return _of_shape(self.array, shape)


def with_axes(initializer: Initializer, input_axes: Sequence[int], output_axes: Sequence[int]) -> Initializer:
    """The same initializer with its fans counted over these axes, if it has fans and no axes of its own."""
    if not isinstance(initializer, VarianceScaling) or initializer.input_axes is not None:
        return initializer
    placed = copy.copy(initializer)
    placed.input_axes, placed.output_axes = list(input_axes), list(output_axes)
    return placed


def _of_shape(values: Any, shape: tuple[int, ...]) -> np.ndarray:
    values = np.array(values, np.float32)
    if values.shape != shape:
        raise ShapeError(
            "initial-shape",
            "the initial value has another shape than the weight",
            got=str(values.shape),
            wanted=str(shape),
        )
    return values


def _shape_error(what: str, shape: tuple[int, ...], wanted: str) -> ShapeError:
    return ShapeError("initializer-shape", f"{what} can't have this shape", got=str(shape), wanted=wanted)


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise OptionError(name, f"unknown {name}", got=repr(value), wanted="one of " + ", ".join(allowed))


zeros, ones, constant, identity = Zeros, Ones, Constant, Identity
random_uniform, random_normal, truncated_normal = RandomUniform, RandomNormal, TruncatedNormal
variance_scaling, orthogonal = VarianceScaling, Orthogonal
IdentityInitializer, OrthogonalInitializer = Identity, Orthogonal
glorot_uniform, glorot_normal = GlorotUniform, GlorotNormal
he_uniform, he_normal = HeUniform, HeNormal
lecun_uniform, lecun_normal = LecunUniform, LecunNormal

_CATALOG = Catalog(
    "initializer",
    "keras.initializers",
    [
        *(Zeros, Ones, Constant, Identity, RandomUniform, RandomNormal, TruncatedNormal, VarianceScaling),
        *(GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal, Orthogonal),
    ],
    {"zero": Zeros, "one": Ones, "uniform": RandomUniform, "normal": RandomNormal},
)
serialize, deserialize = _CATALOG.serialize, _CATALOG.deserialize


def get(identifier: Any) -> Initializer | None:
    """The initializer of a name, a config, a class, an array of values, or a function of the shape.

    >>> get("glorot_uniform"), get({"class_name": "Constant", "config": {"value": 1.0}})
    (GlorotUniform(), Constant(value=1.0))
    >>> get("glorot_unifrom")
    Traceback (most recent call last):
    ...
    fourfold.errors.OptionError: there is no initializer of this name: got 'glorot_unifrom', ...
    """
    if hasattr(identifier, "__array__"):
        return FromArray(identifier)
    initializer = _CATALOG.get(identifier)
    if initializer is None or (isinstance(initializer, Initializer) and _takes("stream", initializer)):
        return initializer
    return FromFunction(initializer)


def _takes(name: str, function: Callable[..., Any]) -> bool:
    try:
        return name in inspect.signature(function).parameters
    except ValueError:  # a built-in function that doesn't tell
        return False
