"""Windows that slide over the spatial axes of a tensor: the geometry that convolution and pooling share."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from fourfold.errors import ShapeError

Array = jax.Array


@dataclass(frozen=True)
class Windows:
    """Where each window lies; each field has one entry a spatial axis.

    Along one axis with length S, window K, stride s, dilation d, a window spans E = d (K - 1) + 1; there are

    - ``valid``: O = floor((S - E) / s) + 1 of them, without padding;
    - ``same``: O = ceil(S / s), padded by max((O - 1) s + E - S, 0), the smaller half in front;
    - ``causal``: as valid, after d (K - 1) zeros in front, so that no window sees what comes later.

    >>> Windows.over((6,), (3,), (2,), "same")
    Windows(lengths=(6,), sizes=(3,), strides=(2,), dilation=(1,), before=(0,), counts=(3,))
    """

    lengths: tuple[int, ...]
    sizes: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    before: tuple[int, ...]
    counts: tuple[int, ...]

    @classmethod
    def over(
        cls,
        lengths: Sequence[int],
        sizes: Sequence[int],
        strides: Sequence[int],
        padding: str,
        dilation: Sequence[int] | None = None,
    ) -> Windows:
        """Errors: `ShapeError` if no window fits."""
        dilation = tuple(dilation or (1,) * len(sizes))
        spans = [d * (k - 1) + 1 for d, k in zip(dilation, sizes)]
        if padding == "same":
            counts = [-(-length // s) for length, s in zip(lengths, strides)]
            before = [
                max((count - 1) * s + span - length, 0) // 2
                for count, s, span, length in zip(counts, strides, spans, lengths)
            ]
        else:
            before = [span - 1 if padding == "causal" else 0 for span in spans]
            counts = [
                (length + pad - span) // s + 1
                for length, pad, span, s in zip(lengths, before, spans, strides)
            ]
        if any(count < 1 for count in counts):  # not min: open lengths have no order
            raise ShapeError(
                "window-too-large",
                "the window is longer than the input",
                got=f"a window that spans {_times(spans)} over an input of {_times(lengths)}",
                wanted="at least one window that fits",
                do='padding="same", a smaller window, or fewer pooling layers before',
            )
        return cls(*map(tuple, (lengths, sizes, strides, dilation, before, counts)))

    @property
    def tiles(self) -> bool:
        """Whether the windows lie side by side, without padding, gaps or overlap."""
        return self.strides == self.sizes and not any(self.before) and all(
            count * size <= length for count, size, length in zip(self.counts, self.sizes, self.lengths)
        )  # fmt: skip

    @property
    def area(self) -> int:
        return math.prod(self.sizes)

    def offsets(self) -> Iterator[tuple[int, ...]]:
        """The positions within a window, in the order of its elements."""
        return product(*map(range, self.sizes))

    @property
    def spans(self) -> tuple[int, ...]:
        """E = d (K - 1) + 1."""
        return tuple(d * (k - 1) + 1 for d, k in zip(self.dilation, self.sizes))

    @property
    def after(self) -> tuple[int, ...]:
        """How far the last window reaches beyond the end; negative where it ends before."""
        return tuple(
            (count - 1) * s + span - length - low
            for count, s, span, length, low in zip(
                self.counts, self.strides, self.spans, self.lengths, self.before
            )
        )

    @property
    def edges(self) -> list[tuple[int, int]]:
        """What is padded in front of and behind each axis."""
        return [(low, max(high, 0)) for low, high in zip(self.before, self.after)]

    def pad(self, x: Array, value: float) -> Array:
        """x (N, *S, C) with what the windows see beyond its edges; what no window sees is cut off."""
        edges = ((0, 0, 0), *((low, high, 0) for low, high in zip(self.before, self.after)), (0, 0, 0))
        return lax.pad(x, jnp.asarray(value, x.dtype), edges)

    def elements(self, padded: Array) -> list[Array]:
        """One element of every window, (N, *O, C), for each of `offsets`."""
        batch, *_, channels = padded.shape
        slices = []
        for offset in self.offsets():
            start = [i * d for i, d in zip(offset, self.dilation)]
            stop = [i + (count - 1) * s + 1 for i, count, s in zip(start, self.counts, self.strides)]
            slices.append(lax.slice(padded, (0, *start, 0), (batch, *stop, channels), (1, *self.strides, 1)))
        return slices

    def rows(self, padded: Array) -> Array:
        """All elements of each window side by side, (N, *O, K C): `elements`, gathered one axis after the other."""
        for axis in reversed(range(len(self.sizes))):
            size, step, count, s = (
                self.sizes[axis],
                self.dilation[axis],
                self.counts[axis],
                self.strides[axis],
            )
            slices = [
                lax.slice_in_dim(padded, i * step, i * step + (count - 1) * s + 1, s, axis + 1)
                for i in range(size)
            ]
            padded = jnp.concatenate(slices, axis=-1)
        return padded

    def put_back(self, elements: Sequence[Array]) -> Array:
        """The transpose of pad and `elements`: each (N, *O, C) is added where it was read, (N, *S, C).

        One axis after the other, the last first: less is added up than element by element.
        """
        for axis in reversed(range(len(self.sizes))):
            size = self.sizes[axis]
            elements = [self._put_back(axis, elements[i : i + size]) for i in range(0, len(elements), size)]
        return elements[0]

    def _put_back(self, axis: int, elements: Sequence[Array]) -> Array:
        """The elements of a window along one axis, each added where it was read along that axis."""
        before, count = self.before[axis], self.counts[axis]
        stride, length = self.strides[axis], self.lengths[axis]
        placed = []
        for i, element in enumerate(elements):
            first = i * self.dilation[axis] - before
            edges = [(0, 0, 0)] * element.ndim
            edges[axis + 1] = (first, length - first - (count - 1) * stride - 1, stride - 1)
            placed.append(lax.pad(element, jnp.zeros((), element.dtype), edges))
        return reduce(jnp.add, placed)

    def overlap(self) -> np.ndarray:
        """How many elements of each window lie inside the input, (*O), as float32."""
        inside = np.ones((), np.float32)
        for size, s, d, low, count, length in zip(
            self.sizes, self.strides, self.dilation, self.before, self.counts, self.lengths
        ):
            positions = np.arange(count)[:, None] * s + np.arange(size) * d - low
            inside = np.multiply.outer(inside, ((positions >= 0) & (positions < length)).sum(1))
        return inside.astype(np.float32)


def _times(lengths: Sequence[int]) -> str:
    return " x ".join(map(str, lengths))
