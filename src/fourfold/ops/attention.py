"""Attention: each query reads a mean of the values, weighted by how well their keys match it.

    P = softmax(Q K^T / sqrt(k)),    Y = P V

Batch and heads are leading axes of every product. The gradient is written by hand, from the weights P:

    dV = P^T dY,   dP = dY V^T,   dS = P (dP - D),   D = sum_s dP P = sum_v dY Y
    dQ = dS K / sqrt(k),   dK = dS^T Q / sqrt(k)

Where the weights P hold more than `WHOLE` numbers a CPU takes some heads after the other, so that each pass over P
finds it in the cache, and keeps of P the largest score m and the sum l of each query alone (Dao et al.,
"FlashAttention", NeurIPS 2022). The sums divide outputs, not weights: for E = exp(S - m) and dY' = dY / l,

    Y = E V / l,   dV = E^T dY',   dS = E (dY' V^T - D'),   D' = sum_v dY' Y

Where even so more than `LARGEST` numbers of P's size would be held at once (one head of very many steps, masks that
differ from example to example, dropout), blocks of queries go after the other, and the backward pass computes each
block again: memory grows with T + S, not with T S.
`attend_reference` is the textbook's formulation, which JAX differentiates; tests hold all equal.

Shapes: N batch, H heads, T queries, S keys and values, D features in, K features of a key, V of a value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial, reduce
from itertools import accumulate
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax

from fourfold.ops.formulation import is_only_read

LARGEST = 2**24
"""Numbers of P, or of its size, that are held at once: 64 MB. Beyond, a block of queries holds a quarter, which takes
twice the time: 8 x 8 x 1024 steps on one core of a Xeon 859 ms by blocks, 427 in pieces alone."""

WHOLE, PIECE = 2**21, 2**18
"""Beyond how many numbers of P a CPU takes pieces, and how many a piece has at most: a core's second-level cache.
Forward and backward, one core of an EPYC (Zen 4), heads of 32, N x H x T x S: 8 x 8 x 256 x 256 whole 29 ms, in pieces
22; 32 x 8 x 128 x 128 34 and 26; 2 x 8 x 1024 x 1024 200 and 144; 8 x 8 x 128 x 128 5.3 and 5.7. P computed again, over
P held, one core of a Xeon: 8 x 8 x 256 .83, 32 x 8 x 128 .92, 4 x 4 x 512 .96, 2 x 4 x 1024 .86, 256 x 4 x 64 .84."""

Rows = Callable[[Array], Array | None]
"""What is said of some queries (R,), by their numbers: (..., R, S)."""


def attend(
    query: Array,
    key: Array,
    value: Array,
    *,
    mask: Array | Rows | None = None,
    dropout: Array | Rows | None = None,
    scale: float | Array | None = None,
    zero_empty: bool = False,
    largest: int = LARGEST,
) -> Array:
    """Y = softmax(scale Q K^T) V over the allowed keys.

    Shapes: query (..., T, K), key (..., S, K), value (..., S, V), mask of booleans that broadcasts to
    (..., T, S), of the same rank; dropout (..., T, S) factors of P, 0 or 1 / (1 - rate); both also as functions
    of the queries' numbers, so that they need not be held whole. ``scale`` is 1 / sqrt(K) unless given. A query
    that may read no key gets the mean of all values, or 0 with ``zero_empty``. Returns (..., T, V).

    Source: Vaswani et al., "Attention is all you need" (NIPS 2017).

    >>> import jax.numpy as jnp
    >>> values = jnp.array([[1.0], [3.0]])
    >>> attend(jnp.zeros((2, 4)), jnp.ones((2, 4)), values, mask=causal_mask(2, 2)).tolist()
    [[1.0], [2.0]]
    """
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    mask, dropout = _by_rows(mask), _by_rows(dropout)
    steps, rows = query.shape[-2], jnp.arange(query.shape[-2])
    if is_only_read():
        options = {"mask": mask(rows), "dropout": dropout(rows), "scale": scale, "zero_empty": zero_empty}
        return attend_reference(query, key, value, **options)[0]
    if steps == 1 or _at_once(query, key, mask, dropout) <= largest:
        return _attend(zero_empty, query * scale, key, value, mask(rows), dropout(rows))
    blocks = min(-(-4 * _size(query, key) // largest), steps)
    return _attend_by_blocks(-(-steps // blocks), zero_empty, query * scale, key, value, mask, dropout)


def _by_rows(given: Array | Rows | None) -> Rows:
    """What is given for all queries, as a function of the queries' numbers."""
    if given is None:
        return lambda rows: None
    return given if callable(given) else lambda rows: jnp.take(given, rows, axis=-2, mode="clip")


def _attend_by_blocks(
    block: int, zero_empty: bool, query: Array, key: Array, value: Array, mask: Rows, dropout: Rows
) -> Array:
    """`_attend` of ``block`` queries at a time; nothing of a block but its output is kept for the gradient."""
    steps = query.shape[-2]
    blocks = -(-steps // block)
    padding = [(0, 0)] * (query.ndim - 2) + [(0, blocks * block - steps), (0, 0)]
    queries = jnp.pad(query, padding).reshape(*query.shape[:-2], blocks, block, query.shape[-1])
    numbers = jnp.minimum(jnp.arange(blocks * block), steps - 1).reshape(blocks, block)

    @jax.checkpoint
    def one(block_query, rows, key, value):
        return _attend(zero_empty, block_query, key, value, mask(rows), dropout(rows))

    y = lax.map(lambda at: one(*at, key, value), (jnp.moveaxis(queries, -3, 0), numbers))
    y = jnp.moveaxis(y, 0, -3)
    return y.reshape(*y.shape[:-3], blocks * block, y.shape[-1])[..., :steps, :]


def attend_reference(
    query: Array,
    key: Array,
    value: Array,
    *,
    mask: Array | None = None,
    dropout: Array | None = None,
    scale: float | Array | None = None,
    zero_empty: bool = False,
) -> tuple[Array, Array]:
    """`attend` as the textbook writes it, with its weights: (Y, P), P (..., T, S) before dropout."""
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    scores = jnp.einsum("...tk,...sk->...ts", query, key) * scale
    return read(scores, value, mask=mask, dropout=dropout, zero_empty=zero_empty)


def read(
    scores: Array,
    value: Array,
    *,
    mask: Array | None = None,
    dropout: Array | None = None,
    zero_empty: bool = False,
) -> tuple[Array, Array]:
    """(P V, P) with P = softmax(scores) over the allowed keys, however the scores were found."""
    exponentials, _, sums = _exponentials(scores, mask, zero_empty)
    weights = exponentials / sums
    dropped = weights if dropout is None else weights * dropout
    return jnp.einsum("...ts,...sv->...tv", dropped, value), weights


def additive_scores(
    query: Array, key: Array, scale: Array | None = None, weight: Array | None = None
) -> Array:
    """s_ts = sum_k w_k tanh(scale (q_tk + k_sk)): (..., T, K) and (..., S, K) to (..., T, S); weight w (K,), or 1.

    Source: Bahdanau, Cho and Bengio, "Neural machine translation by jointly learning to align and translate"
    (ICLR 2015).

    >>> import jax.numpy as jnp
    >>> additive_scores(jnp.zeros((2, 3)), jnp.zeros((4, 3))).shape
    (2, 4)
    """
    both = query[..., :, None, :] + key[..., None, :, :]
    terms = jnp.tanh(both if scale is None else both * scale)
    return terms.sum(axis=-1) if weight is None else terms @ weight


def split_heads(x: Array, kernel: Array, bias: Array | None = None) -> Array:
    """The projection of x to each head: (N, T, D) by (D, H, K), plus (H, K), to (N, H, T, K).

    >>> import jax.numpy as jnp
    >>> split_heads(jnp.ones((2, 5, 3)), jnp.ones((3, 4, 6))).shape
    (2, 4, 5, 6)
    """
    heads, size = kernel.shape[1:]
    y = _projected(x, kernel.reshape(kernel.shape[0], heads * size), bias)
    return jnp.swapaxes(y.reshape(*x.shape[:2], heads, size), 1, 2)


def split_heads_together(x: Array, kernels: Sequence[Array], biases: Sequence[Array | None]) -> list[Array]:
    """`split_heads` of one x by several kernels, as one matrix product: self-attention's queries, keys and values.

    >>> import jax.numpy as jnp
    >>> x, kernels = jnp.ones((2, 5, 3)), [jnp.ones((3, 4, 6)), jnp.ones((3, 4, 7))]
    >>> [y.shape for y in split_heads_together(x, kernels, [None, None])]
    [(2, 4, 5, 6), (2, 4, 5, 7)]
    """
    n, steps, features = x.shape
    matrices = [kernel.reshape(features, -1) for kernel in kernels]
    given = [bias.ravel() for bias in biases if bias is not None]
    y = _projected(x, jnp.concatenate(matrices, axis=1), jnp.concatenate(given) if given else None)
    parts = jnp.split(y, list(accumulate(matrix.shape[1] for matrix in matrices))[:-1], axis=-1)
    return [
        jnp.swapaxes(part.reshape(n, steps, *kernel.shape[1:]), 1, 2) for part, kernel in zip(parts, kernels)
    ]


def join_heads(y: Array, kernel: Array, bias: Array | None = None) -> Array:
    """The sum over heads of their projections: (N, H, T, V) by (H, V, ...), plus (...), to (N, T, ...).

    >>> import jax.numpy as jnp
    >>> join_heads(jnp.ones((2, 4, 5, 6)), jnp.ones((4, 6, 3))).shape
    (2, 5, 3)
    """
    n, heads, steps, size = y.shape
    z = _projected(jnp.swapaxes(y, 1, 2).reshape(n, steps, heads * size), kernel.reshape(heads * size, -1), bias)
    return z.reshape(n, steps, *kernel.shape[2:])


def _projected(x: Array, matrix: Array, bias: Array | None) -> Array:
    """x W + b, (N, T, D) by (D, U) plus (..., U / ...), as a product of two matrices: its gradient, too, is one of
    matrices as they lie in memory."""
    n, steps, features = x.shape
    y = x.reshape(n * steps, features) @ matrix
    return (y if bias is None else y + bias.reshape(1, -1)).reshape(n, steps, -1)


def causal_mask(queries: int | Array, keys: int) -> Array:
    """(T, S) booleans: query t may read the keys s <= t. ``queries`` is T, or the numbers of some queries."""
    rows = jnp.arange(queries) if isinstance(queries, int) else queries
    return rows[:, None] >= jnp.arange(keys)[None]


def window_mask(queries: int | Array, keys: int, window: int) -> Array:
    """(T, S) booleans: query t may read the keys s with |t - s| < window. ``queries`` is T, or the numbers of some."""
    rows = jnp.arange(queries) if isinstance(queries, int) else queries
    return jnp.abs(rows[:, None] - jnp.arange(keys)[None]) < window


def merge_masks(
    queries: int | Array,
    keys: int,
    *,
    query_mask: Array | None = None,
    value_mask: Array | None = None,
    key_mask: Array | None = None,
    attention_mask: Array | None = None,
    causal: bool = False,
    window: int | None = None,
) -> Array | None:
    """What every mask allows: (N or 1, T, S) booleans from (N, T), (N, S), (N, S) and (N, T, S); None is all.

    ``causal``: query t may read the keys s <= t; ``window`` w: those with |t - s| < w.
    ``attention_mask`` may also be (T, S), or have heads, (N, H, T, S), and then the result has them too.
    ``queries`` is T, or the numbers (R,) of some queries, whose rows (N or 1, R, S) are then returned.
    """
    if not isinstance(queries, int):
        query_mask = None if query_mask is None else jnp.take(query_mask, queries, axis=1)
        attention_mask = None if attention_mask is None else jnp.take(attention_mask, queries, axis=-2)
    masks = [
        None if query_mask is None else query_mask[:, :, None],
        None if value_mask is None else value_mask[:, None, :],
        None if key_mask is None else key_mask[:, None, :],
        causal_mask(queries, keys)[None] if causal else None,
        None if window is None else window_mask(queries, keys, window)[None],
    ]
    if attention_mask is not None:
        if attention_mask.ndim == 4:
            masks = [None if mask is None else mask[:, None] for mask in masks]
        masks.append(attention_mask[None] if attention_mask.ndim == 2 else attention_mask)
    given = [mask.astype(bool) for mask in masks if mask is not None]
    return reduce(jnp.logical_and, given) if given else None


def _exponentials(
    scores: Array, mask: Array | None, zero_empty: bool, largest: Array | None = None
) -> tuple[Array, Array, Array]:
    """(E, m, l) with E = exp(scores - m), m the largest of a row, l the sum of E: softmax is E / l over the allowed
    keys. In a row without any E is 1, or 0, and l their number. m may be known."""
    if mask is not None:
        scores = jnp.where(mask, scores, 0.5 * jnp.finfo(scores.dtype).min)
    if largest is None:
        largest = lax.stop_gradient(scores.max(axis=-1, keepdims=True))
    exponentials = jnp.exp(scores - largest)
    sums = exponentials.sum(axis=-1, keepdims=True)
    return jnp.where(mask, exponentials, 0) if mask is not None and zero_empty else exponentials, largest, sums


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _attend(zero_empty, query, key, value, mask, dropout):
    return _attend_forward(zero_empty, query, key, value, mask, dropout)[0]


def _attend_forward(zero_empty, query, key, value, mask, dropout):
    size = _size(query, key)

    def piece(query, key, value, mask, dropout):
        weights, largest, sums = _exponentials(_scores(query, key), mask, zero_empty)
        if held := _is_held(size):
            weights = weights / sums
        output = jnp.einsum("...ts,...sv->...tv", weights if dropout is None else weights * dropout, value)
        return (output, weights, None, None) if held else (output / sums, None, largest, sums)

    output, *kept = _in_pieces(piece, size, query, key, value, mask, dropout)
    return output, (query, key, value, mask, dropout, *kept, output)


def _attend_backward(zero_empty, residuals, d_output):
    *residuals, sums, output = residuals
    mean = None
    if sums is not None:  # the weights are E, not P = E / l
        d_output = d_output / sums
        mean = (d_output * output).sum(axis=-1, keepdims=True)

    def piece(query, key, value, mask, dropout, weights, largest, mean, d_output):
        if weights is None:
            weights, *_ = _exponentials(_scores(query, key), mask, zero_empty, largest)
        d_weights, dropped = jnp.einsum("...tv,...sv->...ts", d_output, value), weights
        if dropout is not None:
            d_weights, dropped = d_weights * dropout, weights * dropout
        d_scores = weights * (d_weights - ((d_weights * weights).sum(axis=-1, keepdims=True) if mean is None else mean))
        if mask is not None:
            d_scores = jnp.where(mask, d_scores, 0)
        d_query = jnp.einsum("...ts,...sk->...tk", d_scores, key)
        return d_query, _over_queries(d_scores, query), _over_queries(dropped, d_output)

    return *_in_pieces(piece, _size(*residuals[:2]), *residuals, mean, d_output), None, None


_attend.defvjp(_attend_forward, _attend_backward)


def _is_held(size: int) -> bool:
    """Whether P is held for the gradient, and whole."""
    return size <= WHOLE or jax.default_backend() != "cpu"


def _scores(query: Array, key: Array) -> Array:
    """Q K^T, Q scaled."""
    return jnp.einsum("...tk,...sk->...ts", query, key)


def _over_queries(p: Array, x: Array) -> Array:
    """P^T X, (..., S, K). On a CPU XLA is slow to turn a large P round: it is (X^T P)^T, and kept from undoing that.

    Products of 3 x 3 or less, which XLA writes out, must not be kept: their layout ends its compiler.
    """
    if jax.default_backend() != "cpu" or p.shape[-2] <= x.shape[-1] or min(p.shape[-2:]) < 16:
        return jnp.einsum("...ts,...tk->...sk", p, x)
    return jnp.swapaxes(lax.optimization_barrier(jnp.einsum("...tk,...ts->...ks", x, p)), -1, -2)


def _size(query: Array, key: Array) -> int:
    """Numbers of P."""
    return math.prod(query.shape[:-1]) * key.shape[-2]


def _at_once(query: Array, key: Array, mask: Rows, dropout: Rows) -> int:
    """How many numbers of P's size are held at once: of P one piece, where it is taken in pieces; of a mask, in bytes,
    and of dropout all that differ from head to head, or from example to example."""
    size, rows = _size(query, key), jax.ShapeDtypeStruct((query.shape[-2],), jnp.int32)
    if _is_held(size):
        return size
    given = [jax.eval_shape(one, rows) for one in (mask, dropout)]
    apart = [one for one in given if one is not None and math.prod(one.shape[:-2]) > 1]
    return query.shape[-2] * key.shape[-2] + sum(size * one.dtype.itemsize // 4 for one in apart)


def _in_pieces(function: Callable[..., Any], size: int, query: Array, *others: Array | None) -> Any:
    """``function`` of arrays (..., ., .) that give ``size`` numbers of P; on a CPU a piece after the other.

    A piece is some heads of an example, or of several, as (heads, ., .). What is None, or one matrix for all, every
    piece gets.
    """
    lead = query.shape[:-2]
    if _is_held(size):
        return function(query, *others)
    each = _largest_divisor(math.prod(lead), PIECE * math.prod(lead) // size)
    if each == math.prod(lead):
        return function(query, *others)
    shared, cut = {}, {}
    for number, x in enumerate((query, *others)):
        if x is None:
            shared[number] = None
        elif math.prod(x.shape[:-2]) == 1:
            shared[number] = x.reshape(1, *x.shape[-2:])
        else:
            whole = jnp.broadcast_to(x, (*lead, *x.shape[-2:]))
            cut[number] = whole.reshape(-1, each, *x.shape[-2:])

    def piece(cut):
        given = shared | cut
        return function(*(given[number] for number in range(len(given))))

    return jax.tree.map(lambda y: y.reshape(*lead, *y.shape[-2:]), lax.map(piece, cut))


def _largest_divisor(number: int, most: int) -> int:
    """The largest divisor of a number that is at most ``most``, or 1."""
    return next((part for part in range(min(most, number), 0, -1) if number % part == 0), 1)
