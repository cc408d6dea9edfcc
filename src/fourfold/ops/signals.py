"""What ``keras.ops`` has for signals: Fourier transforms; complex numbers are pairs of arrays (real, imaginary)."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import Array, lax

from fourfold.errors import OptionError

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
    if fft_length < sequence_length:
        raise OptionError(
            "fft-length",
            "the windows are longer than what is transformed",
            got=f"sequence_length={sequence_length}, fft_length={fft_length}",
            wanted=f"fft_length of at least {sequence_length}",
        )
    if center:
        half = fft_length // 2
        x = jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(half, half)], mode="reflect")
    starts = jnp.arange(0, x.shape[-1] - fft_length + 1, sequence_stride)
    windows = x[..., starts[:, None] + jnp.arange(fft_length)]
    if window is None:
        return rfft(windows)
    before = (fft_length - sequence_length) // 2
    return rfft(windows * jnp.pad(_weights(window, sequence_length), (before, fft_length - sequence_length - before)))


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


OF_SIGNALS = (fft, fft2, ifft2, rfft, irfft, stft)
