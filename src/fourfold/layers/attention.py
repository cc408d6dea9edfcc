"""Attention layers: Attention over given queries, keys and values; MultiHeadAttention with projections."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax

from fourfold import initializers, regularizers
from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import OptionError, ShapeError
from fourfold.layers import arguments
from fourfold.layers.base import Layer
from fourfold.ops import attention, random
from fourfold.ops import rows as batch_rows

Weights = Mapping[str, Array]


class MultiHeadAttention(Layer):
    """Heads that each read the values by their own queries and keys, then join.

        Q_h = x_q W^Q_h + b^Q_h,   K_h = x_k W^K_h + b^K_h,   V_h = x_v W^V_h + b^V_h
        y = sum_h softmax(Q_h K_h^T / sqrt(key_dim)) V_h W^O_h + b^O

    Call: ``layer(query, value, key=None)`` with query (N, T, D), value (N, S, D'), key (N, S, D''), by
    default the value; ``layer(x, x)`` is self-attention. Output (N, T, D), or (N, T, *output_shape); with
    ``return_attention_scores`` also the softmax, (N, H, T, S). What a query may read is what all masks allow:
    the masks that travel with query, value and key, ``attention_mask`` (N, T, S), and ``use_causal_mask``.
    A query that may read nothing gets the mean of the values, or 0 when scores are returned or the layer
    has dropout: Keras's numbers. Dropout acts on the softmax. ``activity_regularizer`` is on what each of the four
    projections gives.

    Weights, H heads of size K = key_dim or V = value_dim: query/kernel (D, H, K), query/bias (H, K),
    key/kernel (D'', H, K), key/bias (H, K), value/kernel (D', H, V), value/bias (H, V),
    attention_output/kernel (H, V, D), attention_output/bias (D,); kernels ``glorot_uniform``, biases
    ``zeros``. Errors: `ShapeError` for inputs that are not (batch, steps, features) or don't fit each other;
    `OptionError` for ``attention_axes``.

    >>> import numpy as np
    >>> x = np.ones((2, 5, 8), "float32")
    >>> y, scores = MultiHeadAttention(num_heads=2, key_dim=4)(x, x, return_attention_scores=True)
    >>> y.shape, scores.shape
    ((2, 5, 8), (2, 2, 5, 5))

    Source: Vaswani et al., "Attention is all you need" (NIPS 2017). Good where any step may matter to any
    other; it sees no order without positions, and its cost grows with T S.
    """

    supports_masking = True

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: int | Sequence[int] | None = None,
        attention_axes: Any = None,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.part_regularizer = regularizers.get(activity_regularizer)
        arguments.refuse(
            self,
            sliding_window=sliding_window,
            use_gate=use_gate or None,
        )
        if attention_axes not in (None, (1,), [1]):
            raise OptionError(
                "attention-axes",
                "MultiHeadAttention attends over the steps of (batch, steps, features)",
                got=f"attention_axes={attention_axes!r}",
                wanted="None",
                do="put the axes to attend over at place 1 with Permute and Reshape",
            )
        self.num_heads = arguments.whole("num_heads", num_heads)
        self.key_dim = arguments.whole("key_dim", key_dim)
        self.value_dim = self.key_dim if value_dim is None else arguments.whole("value_dim", value_dim)
        self.dropout = arguments.rate("dropout", dropout)
        self.use_bias = bool(use_bias)
        sizes = (output_shape,) if isinstance(output_shape, int) else output_shape
        self.output_shape = (
            None if not sizes else tuple(arguments.whole("output_shape", size) for size in sizes)
        )
        self.flash_attention = flash_attention
        arguments.take_terms(self, "kernel", "bias")
        self.seed = seed

    def __call__(self, query: Any, value: Any, key: Any = None, **kwargs: Any) -> Any:
        inputs = (query, value) if key is None else (query, value, key)
        return super().__call__(*inputs, **kwargs)

    def weight_specs(self, query: TensorSpec, value: TensorSpec, *key: TensorSpec, **_: Any):
        sources = {"query": query, "value": value, "key": key[0] if key else value}
        _check_inputs(self, sources)
        heads, output = self.num_heads, self.output_shape or (query.shape[-1],)
        specs = {}
        for part, size in (("query", self.key_dim), ("key", self.key_dim), ("value", self.value_dim)):
            specs |= self._projection(part, (sources[part].shape[-1],), (heads, size))
        return specs | self._projection("attention_output", (heads, self.value_dim), output)

    def _projection(self, part: str, inputs: tuple, outputs: tuple) -> dict[str, WeightSpec]:
        kernel = arguments.weight(self, "kernel", (*inputs, *outputs))
        bias = arguments.weight(self, "bias", outputs)
        return {f"{part}/kernel": kernel} | ({f"{part}/bias": bias} if self.use_bias else {})

    def apply(self, weights: Weights, *inputs: Any, masks: tuple = (), **options: Any) -> Any:
        if len(masks) == 3 and options.get("key_mask") is None:
            options["key_mask"] = masks[2]
        applied = super().apply(weights, *inputs, masks=masks, **options)
        if self.part_regularizer is None:
            return applied
        sources: dict[str, Any] = dict(zip(("query", "value", "key"), (*inputs, inputs[1])))
        output = jax.tree.leaves(applied.outputs)[0]
        parts = [*_heads(sources, weights), output]
        return applied._replace(losses=tuple(self.part_regularizer(part) / part.shape[0] for part in parts))

    def call(
        self,
        weights: Weights,
        query: Array,
        value: Array,
        *attention_key: Array,
        query_mask: Array | None = None,
        value_mask: Array | None = None,
        key_mask: Array | None = None,
        attention_mask: Array | None = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
        training: bool = False,
        key: Array | None = None,
    ) -> Any:
        """``key`` is the random key of dropout; the key that queries are matched with is the third input."""
        sources = {"query": query, "value": value, "key": attention_key[0] if attention_key else value}
        _check_inputs(self, sources)
        q, k, v = _heads(sources, weights)
        allowed = partial(
            attention.merge_masks,
            keys=value.shape[1],
            query_mask=query_mask,
            value_mask=value_mask,
            key_mask=key_mask,
            attention_mask=attention_mask,
            causal=use_causal_mask,
        )

        def mask(queries):
            merged = allowed(queries)
            return merged[:, None] if merged is not None and merged.ndim == 3 else merged

        dropout = _factors(self, (*q.shape[:-1], k.shape[2]), training, key)
        zero_empty = return_attention_scores or self.dropout > 0
        if return_attention_scores:
            rows = jnp.arange(query.shape[1])
            factors = None if dropout is None else dropout(rows)
            y, scores = attention.attend_reference(
                q, k, v, mask=mask(rows), dropout=factors, zero_empty=zero_empty
            )
        else:
            y, scores = attention.attend(q, k, v, mask=mask, dropout=dropout, zero_empty=zero_empty), None
        output = attention.join_heads(
            y, weights["attention_output/kernel"], weights.get("attention_output/bias")
        )
        return (output, scores) if return_attention_scores else output


class Attention(Layer):
    """Y = softmax(scores) V, with scores of queries and keys that other layers made.

        "dot":     s_ts = scale q_t . k_s
        "concat":  s_ts = w sum_d tanh(scale (q_td + k_sd))

    Call: ``layer([query, value])`` or ``layer([query, value, key])`` with query (N, T, D), value (N, S, V),
    key (N, S, D), by default the value. Output (N, T, V); with ``return_attention_scores`` also the softmax,
    (N, T, S), after dropout. Masked values are not read; outputs of masked queries are 0. Weights: scale (),
    1 at first, with ``use_scale``; concat_score_weight w (), 1 at first, with "concat". Errors: `ShapeError`
    for anything but a list of two or three inputs (batch, steps, features) that fit each other.

    >>> import numpy as np
    >>> Attention()([np.ones((2, 3, 4), "float32"), np.ones((2, 5, 4), "float32")]).shape
    (2, 3, 4)

    Source: Luong, Pham and Manning, "Effective approaches to attention-based neural machine translation"
    (EMNLP 2015) for "dot"; Bahdanau, Cho and Bengio (ICLR 2015) for "concat". Cheap where the inputs are
    projected already; `MultiHeadAttention` learns its projections.
    """

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if score_mode not in ("dot", "concat"):
            raise OptionError(
                "score-mode", "this score_mode is not known", got=repr(score_mode), wanted="'dot' or 'concat'"
            )
        self.use_scale, self.score_mode = bool(use_scale), score_mode
        self.dropout, self.seed = arguments.rate("dropout", dropout), seed

    def weight_specs(self, inputs: Sequence[TensorSpec], **_: Any) -> dict[str, WeightSpec]:
        self._sources(inputs)
        one = WeightSpec((), initializers.Ones())
        names = ["scale"] * self.use_scale + ["concat_score_weight"] * (self.score_mode == "concat")
        return dict.fromkeys(names, one)

    def call(
        self,
        weights: Weights,
        inputs: Sequence[Array],
        *,
        mask: Sequence[Array | None] | None = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
        training: bool = False,
        key: Array | None = None,
    ) -> Any:
        query, value, keys = self._sources(inputs).values()
        query_mask, value_mask = (mask[0], mask[1]) if mask else (None, None)
        steps = query.shape[1], value.shape[1]
        allowed = partial(attention.merge_masks, keys=steps[1], value_mask=value_mask, causal=use_causal_mask)
        dropout = _factors(self, (query.shape[0], *steps), training, key)
        scale = weights.get("scale")
        scores = None
        if self._is_product and not return_attention_scores:
            scale = 1.0 if scale is None else scale
            y = attention.attend(query, keys, value, mask=allowed, dropout=dropout, scale=scale)
        else:
            scores = self._scores(weights, query, keys)
            rows = jnp.arange(steps[0])
            factors = None if dropout is None else dropout(rows)
            y, scores = attention.read(scores, value, mask=allowed(rows), dropout=factors)
            scores = scores if factors is None else scores * factors
        if query_mask is not None:
            y = jnp.where(query_mask.astype(bool)[:, :, None], y, 0)
        return (y, scores) if return_attention_scores else y

    @property
    def _is_product(self) -> bool:
        return type(self) is Attention and self.score_mode == "dot"

    def _scores(self, weights: Weights, query: Array, keys: Array) -> Array:
        scale = weights.get("scale")
        if self.score_mode == "dot":
            return jnp.einsum("ntd,nsd->nts", query, keys) * (1.0 if scale is None else scale)
        return attention.additive_scores(query, keys, scale) * weights["concat_score_weight"]

    def compute_mask(self, *inputs: Any, mask: Any = None) -> Array | None:
        return mask[0] if mask else None

    def _sources(self, inputs: Any) -> dict[str, Any]:
        if not isinstance(inputs, (list, tuple)) or len(inputs) not in (2, 3):
            raise ShapeError(
                "attention-inputs",
                f"{self.name} takes its inputs as one list",
                got=f"{len(inputs)} inputs" if isinstance(inputs, (list, tuple)) else type(inputs).__name__,
                wanted="[query, value] or [query, value, key]",
                do="Attention()([query, value])",
            )
        sources = {"query": inputs[0], "value": inputs[1], "key": inputs[-1]}
        _check_inputs(self, sources)
        if sources["query"].shape[-1] != sources["key"].shape[-1]:
            raise ShapeError(
                "attention-features",
                f"{self.name} compares queries and keys feature by feature",
                got=f"{sources['query'].shape[-1]} and {sources['key'].shape[-1]} features",
                wanted="the same number",
                do="project one of them with Dense, or use MultiHeadAttention",
            )
        return sources


class AdditiveAttention(Attention):
    """Y = softmax(scores) V, with s_ts = sum_d w_d tanh(q_td + k_sd).

    Call, shapes, masks and errors are those of `Attention`; query, keys and w have the same features D. Weights: scale
    w (D,) ``glorot_uniform``, unless ``use_scale=False``: then w is 1.

    >>> import numpy as np
    >>> AdditiveAttention()([np.ones((2, 3, 4), "float32"), np.ones((2, 5, 4), "float32")]).shape
    (2, 3, 4)

    Source: Bahdanau, Cho and Bengio (ICLR 2015). Good beside recurrent layers, with queries and keys that others
    projected; it takes T S D tanh, where `Attention` takes one product of matrices.
    """

    def __init__(
        self, use_scale: bool = True, dropout: float = 0.0, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(use_scale=use_scale, dropout=dropout, seed=seed, **kwargs)

    def weight_specs(self, inputs: Sequence[TensorSpec], **_: Any) -> dict[str, WeightSpec]:
        features = arguments.known(self, self._sources(inputs)["query"], -1)
        return {"scale": WeightSpec((features,), initializers.GlorotUniform())} if self.use_scale else {}

    def _scores(self, weights: Weights, query: Array, keys: Array) -> Array:
        return attention.additive_scores(query, keys, weight=weights.get("scale"))


def _heads(sources: Mapping[str, Array], weights: Weights) -> list[Array]:
    """Queries, keys and values of each head, (N, H, T, K); of one source together, which is faster."""
    parts = ("query", "key", "value")
    kernels = [weights[f"{part}/kernel"] for part in parts]
    biases = [weights.get(f"{part}/bias") for part in parts]
    if sources["query"] is sources["key"] is sources["value"]:
        return attention.split_heads_together(sources["query"], kernels, biases)
    return [
        attention.split_heads(sources[part], kernel, bias)
        for part, kernel, bias in zip(parts, kernels, biases)
    ]


def _factors(
    layer: Any, shape: tuple[int, ...], training: bool, key: Array | None
) -> Callable[[Array], Array] | None:
    """Dropout's factors of the softmax (..., T, S), 0 or 1 / (1 - rate), by the queries' numbers."""
    if not training or key is None or layer.dropout == 0:
        return None
    key = key if layer.seed is None else random.fold_in(key, layer.seed)
    *leading, queries, keys = shape

    def factors(rows: Array) -> Array:
        shape = (*leading, len(rows), keys)
        index = [lax.broadcasted_iota(jnp.uint32, shape, axis) for axis in range(len(shape))]
        flat = jnp.broadcast_to(rows.astype(jnp.uint32)[:, None], shape[-2:])
        index[-2] = jnp.broadcast_to(jnp.expand_dims(flat, range(len(leading))), shape)
        place = index[0] + jnp.asarray(batch_rows.first(leading[0]), jnp.uint32)
        for size, at in zip((*leading[1:], queries, keys), index[1:], strict=True):
            place = place * jnp.uint32(size) + at
        return random.keep_at(key, layer.dropout, place) / jnp.float32(max(1 - layer.dropout, 1e-37))

    return factors


def _check_inputs(layer: Layer, sources: Mapping[str, Any]) -> None:
    for source in sources.values():
        arguments.check_axes(layer, source, "NTF")
        arguments.known(layer, source, -1)
    shapes = {name: tuple(source.shape) for name, source in sources.items()}
    told = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    if shapes["value"][1] != shapes["key"][1]:
        raise ShapeError(
            "attention-steps",
            f"{layer.name} needs one key a value",
            got=told,
            wanted="as many keys as values",
        )
