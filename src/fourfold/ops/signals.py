"""What ``keras.ops`` has for signals: Fourier transforms, whose complex numbers are pairs of arrays (real, imaginary).

And complex arrays of such pairs, or of lengths and angles.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import Array, lax

from fourfold.errors import OptionError, ShapeError

Pair = tuple[Array, Array]


def _complex(x: Any) -> Array:
    real, imaginary = x
    return lax.complex(jnp.asarray(real), jnp.asarray(imaginary))


def _pair(z: Array) -> Pair:
    return jnp.real(z), jnp.imag(z)


def fft(x: Any) -> Pair:
    """sum_t x_t exp(-2 pi i k t / T) along the last axis, of a pair (real, imaginary).

    >>> [part.tolist() for part in fft((jnp.array([1.0, 3.0]), jnp.zeros(2)))]
    [[4.0, -2.0], [0.0, 0.0]]
    """
    return _pair(jnp.fft.fft(_complex(x)))


def fft2(x: Any) -> Pair:
    """`fft` along the last two axes."""
    return _pair(jnp.fft.fft2(_complex(x)))


def ifft2(x: Any) -> Pair:
    """The way back of `fft2`."""
    return _pair(jnp.fft.ifft2(_complex(x)))


def rfft(x: Any, fft_length: int | None = None) -> Pair:
    """The first half of `fft` of real numbers, T / 2 + 1 of them; x is cut, or filled by zeros, to ``fft_length``."""
    return _pair(jnp.fft.rfft(jnp.asarray(x), n=fft_length))


def irfft(x: Any, fft_length: int | None = None) -> Array:
    """The way back of `rfft`."""
    return jnp.fft.irfft(_complex(x), n=fft_length)


def stft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    window: Any = "hann",
    center: bool = True,
) -> Pair:
    """`rfft` of windows of x (..., T), ``sequence_length`` long, each ``sequence_stride`` after the one before.

    ``window``: "hann", "hamming", weights (sequence_length,), or None for 1 at all ``fft_length`` steps. ``center``
    continues x by its mirror image at both ends. Errors: `OptionError` if ``fft_length`` is below ``sequence_length``,
    or for an unknown window.

    >>> [part.shape for part in stft(jnp.ones((2, 100)), 16, 8, 16)]
    [(2, 13, 9), (2, 13, 9)]
    """
    x = jnp.asarray(x)
    weights = _padded(window, sequence_length, fft_length)
    if center:
        half = fft_length // 2
        x = jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(half, half)], mode="reflect")
    starts = jnp.arange(0, x.shape[-1] - fft_length + 1, sequence_stride)
    windows = x[..., starts[:, None] + jnp.arange(fft_length)]
    return rfft(windows * weights)


def istft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: Any = "hann",
    center: bool = True,
) -> Array:
    """The way back of `stft`, whose arguments are the same: from (..., windows, fft_length / 2 + 1) to (..., T).

        y_t = sum_k w_(t - k s) z_k,(t - k s) / sum_k w_(t - k s)²,   z_k = `irfft` of window k, s = ``sequence_stride``

    What no window weighs is 0. ``center`` takes off what `stft` put on at both ends; ``length`` cuts the end. Errors:
    as `stft`; `OptionError` for a pair with less than two axes, or a stride that is none.

    >>> x = jnp.arange(40.0)
    >>> bool(jnp.allclose(istft(stft(x, 16, 8, 16), 16, 8, 16), x, atol=1e-4))
    True

    Source: Griffin and Lim, "Signal estimation from modified short-time Fourier transform", IEEE Transactions on
    Acoustics, Speech, and Signal Processing 32 (1984).
    """
    spectra = _complex(x)
    if spectra.ndim < 2 or sequence_stride < 1:
        raise OptionError(
            "istft-windows",
            "spectra of windows have two axes or more, and a stride between them",
            got=f"shape {spectra.shape}, sequence_stride={sequence_stride}",
            wanted="(..., windows, frequencies), and a stride of at least 1",
        )
    weights = _padded(window, sequence_length, fft_length)
    count = spectra.shape[-2]
    places = jnp.arange(count)[:, None] * sequence_stride + jnp.arange(fft_length)
    whole = (count - 1) * sequence_stride + fft_length
    windows = jnp.fft.irfft(spectra, n=fft_length) * weights
    total = jnp.zeros((*spectra.shape[:-2], whole)).at[..., places].add(windows)
    square = jnp.zeros(whole).at[places].add(jnp.broadcast_to(jnp.square(weights), places.shape))
    y = jnp.where(square > 1e-10, total / jnp.where(square > 1e-10, square, 1), total)
    start = fft_length // 2 if center else 0
    return y[..., start : whole - start if length is None else start + length]


def _padded(window: Any, length: int, fft_length: int) -> Array:
    """The weights of a window amid zeros; 1 all over for None."""
    if fft_length < length:
        raise OptionError(
            "fft-length",
            "the windows are longer than what is transformed",
            got=f"sequence_length={length}, fft_length={fft_length}",
            wanted=f"fft_length of at least {length}",
        )
    if window is None:
        return jnp.ones(fft_length)
    before = (fft_length - length) // 2
    return jnp.pad(_weights(window, length), (before, fft_length - length - before))


def _weights(window: Any, length: int) -> Array:
    if isinstance(window, str):
        if window not in ("hann", "hamming"):
            raise OptionError(
                "stft-window",
                "there is no window of this name",
                got=f"window={window!r}",
                wanted="'hann', 'hamming', None or an array",
            )
        periodic = jnp.hanning if window == "hann" else jnp.hamming
        return periodic(length + 1)[:-1]
    return jnp.asarray(window)


def polar(abs_: Any, angle: Any) -> Array:
    """The complex numbers r cos(a) + i r sin(a) of lengths r and angles a.

    >>> polar(jnp.array([2.0]), jnp.array([0.0])).tolist()
    [(2+0j)]
    """
    length, angle = jnp.asarray(abs_), jnp.asarray(angle)
    return lax.complex(length * jnp.cos(angle), length * jnp.sin(angle))


def view_as_complex(x: Any) -> Array:
    """The complex numbers (...) whose real and imaginary parts are the last axis of x (..., 2).

    Errors: `ShapeError` if the last axis is no pair.

    >>> view_as_complex(jnp.array([[1.0, 2.0]])).tolist()
    [(1+2j)]
    """
    x = jnp.asarray(x)
    if x.shape[-1:] != (2,):
        raise ShapeError(
            "complex-pairs",
            "complex numbers are made of pairs",
            got=f"shape {x.shape}",
            wanted="a last axis of 2, real and imaginary",
        )
    x = x.astype(jnp.float32)
    return lax.complex(x[..., 0], x[..., 1])


def view_as_real(x: Any) -> Array:
    """The real and imaginary parts of x (...) as a last axis: (..., 2).

    >>> view_as_real(jnp.array([1 + 2j])).tolist()
    [[1.0, 2.0]]
    """
    x = jnp.asarray(x)
    return jnp.stack([jnp.real(x), jnp.imag(x)], axis=-1)


OF_SIGNALS = (fft, fft2, ifft2, rfft, irfft, stft, istft, polar, view_as_complex, view_as_real)
