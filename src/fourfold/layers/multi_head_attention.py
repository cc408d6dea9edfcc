"""Attention layers with projections: MultiHeadAttention; GroupQueryAttention, whose heads share keys and values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from fourfold import regularizers
from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import OptionError, ShapeError
from fourfold.layers import arguments
from fourfold.layers.attention import check_inputs, dropout_factors
from fourfold.layers.base import Layer
from fourfold.ops import attention

Weights = Mapping[str, Array]


class ProjectedAttention(Layer):
    """What the layers with projections share; each says how many heads the queries and the keys have, and their sizes.

    Weights, H heads of queries, G of keys and values, of size K and V: query/kernel (D, H, K), key/kernel (D'', G, K),
    value/kernel (D', G, V), with ``use_gate`` gate/kernel (D, H, V), attention_output/kernel (H, V, D); and the biases.
    """

    supports_masking = True

    num_heads: int
    key_heads: int
    key_dim: int
    value_dim: int
    output_shape: tuple[int, ...] | None = None

    def __init__(self, **kwargs: Any) -> None:
        given = self._arguments
        super().__init__(**kwargs)
        self.part_regularizer = regularizers.get(given["activity_regularizer"])
        self.dropout = arguments.rate("dropout", given["dropout"])
        self.use_bias, self.use_gate = bool(given["use_bias"]), bool(given["use_gate"])
        window = given["sliding_window"]
        self.sliding_window = None if window is None else arguments.whole("sliding_window", window)
        self.flash_attention, self.seed = given["flash_attention"], given["seed"]
        arguments.take_terms(self, "kernel", "bias")

    def __call__(self, query: Any, value: Any = None, key: Any = None, **kwargs: Any) -> Any:
        if value is None:
            raise ShapeError(
                "attention-value",
                f"{type(self).__name__} '{self.name}' is called on queries and values",
                got="one input",
                wanted="two",
                do=f"{type(self).__name__}(...)(x, x), where a sequence reads itself",
            )
        inputs = (query, value) if key is None else (query, value, key)
        return super().__call__(*inputs, **kwargs)

    def weight_specs(self, query: TensorSpec, value: TensorSpec, *key: TensorSpec, **_: Any):
        sources = {"query": query, "value": value, "key": key[0] if key else value}
        check_inputs(self, sources)
        heads, own, output = self.num_heads, self.key_heads, self.output_shape or (query.shape[-1],)
        specs = self._projection("query", (query.shape[-1],), (heads, self.key_dim))
        specs |= self._projection("key", (sources["key"].shape[-1],), (own, self.key_dim))
        if self.use_gate:
            specs |= self._projection("gate", (query.shape[-1],), (heads, self.value_dim))
        specs |= self._projection("value", (value.shape[-1],), (own, self.value_dim))
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
        parts = [*_heads(sources, weights), jax.tree.leaves(applied.outputs)[0]]
        if self.use_gate:
            parts.append(self._gate(weights, inputs[0]))
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
        check_inputs(self, sources)
        q, k, v = _heads(sources, weights)
        if (shared := self.num_heads // self.key_heads) > 1:
            k, v = jnp.repeat(k, shared, axis=1), jnp.repeat(v, shared, axis=1)
        allowed = partial(
            attention.merge_masks,
            keys=value.shape[1],
            query_mask=query_mask,
            value_mask=value_mask,
            key_mask=key_mask,
            attention_mask=attention_mask,
            causal=use_causal_mask,
            window=self.sliding_window,
        )

        def mask(queries):
            merged = allowed(queries)
            return merged[:, None] if merged is not None and merged.ndim == 3 else merged

        dropout = dropout_factors(self, (*q.shape[:-1], k.shape[2]), training, key)
        zero_empty = return_attention_scores or self.dropout > 0
        if return_attention_scores:
            rows = jnp.arange(query.shape[1])
            factors = None if dropout is None else dropout(rows)
            y, scores = attention.attend_reference(
                q, k, v, mask=mask(rows), dropout=factors, zero_empty=zero_empty
            )
        else:
            y, scores = attention.attend(q, k, v, mask=mask, dropout=dropout, zero_empty=zero_empty), None
        if self.use_gate:
            y = y * self._gate(weights, query)
        output = attention.join_heads(
            y, weights["attention_output/kernel"], weights.get("attention_output/bias")
        )
        return (output, scores) if return_attention_scores else output

    def _gate(self, weights: Weights, query: Array) -> Array:
        return jax.nn.sigmoid(attention.split_heads(query, weights["gate/kernel"], weights.get("gate/bias")))


class MultiHeadAttention(ProjectedAttention):
    """Heads that each read the values by their own queries and keys, then join.

        Q_h = x_q W^Q_h + b^Q_h,   K_h = x_k W^K_h + b^K_h,   V_h = x_v W^V_h + b^V_h
        y = sum_h softmax(Q_h K_h^T / sqrt(key_dim)) V_h W^O_h + b^O

    Call: ``layer(query, value, key=None)`` with query (N, T, D), value (N, S, D'), key (N, S, D''), by default the
    value; ``layer(x, x)`` is self-attention. Output (N, T, D), or (N, T, *output_shape); with
    ``return_attention_scores`` also the softmax, (N, H, T, S). What a query may read is what all masks allow: the
    masks that travel with query, value and key, ``attention_mask`` (N, T, S), ``use_causal_mask``, and
    ``sliding_window`` w, by which query t reads the keys s with |t - s| < w. A query that may read nothing gets the
    mean of the values, or 0 when scores are returned or the layer has dropout: Keras's numbers. Dropout acts on the
    softmax. ``use_gate`` multiplies what each head read by sigmoid(x_q W^G_h + b^G_h). ``activity_regularizer`` is
    on what each of the projections gives.

    Weights, H heads of size K = key_dim or V = value_dim: query/kernel (D, H, K), query/bias (H, K), key/kernel
    (D'', H, K), key/bias (H, K), value/kernel (D', H, V), value/bias (H, V), attention_output/kernel (H, V, D),
    attention_output/bias (D,); with ``use_gate`` gate/kernel (D, H, V), gate/bias (H, V); kernels ``glorot_uniform``,
    biases ``zeros``. Errors: `ShapeError` for inputs that are not (batch, steps, features) or don't fit each other;
    `OptionError` for ``attention_axes``.

    >>> import numpy as np
    >>> x = np.ones((2, 5, 8), "float32")
    >>> y, scores = MultiHeadAttention(num_heads=2, key_dim=4)(x, x, return_attention_scores=True)
    >>> y.shape, scores.shape
    ((2, 5, 8), (2, 2, 5, 5))

    Source: Vaswani et al., "Attention is all you need" (NIPS 2017). Good where any step may matter to any
    other; it sees no order without positions, and its cost grows with T S.
    """

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
        if attention_axes not in (None, (1,), [1]):
            raise OptionError(
                "attention-axes",
                "MultiHeadAttention attends over the steps of (batch, steps, features)",
                got=f"attention_axes={attention_axes!r}",
                wanted="None",
                do="put the axes to attend over at place 1 with Permute and Reshape",
            )
        self.num_heads = self.key_heads = arguments.whole("num_heads", num_heads)
        self.key_dim = arguments.whole("key_dim", key_dim)
        self.value_dim = self.key_dim if value_dim is None else arguments.whole("value_dim", value_dim)
        sizes = (output_shape,) if isinstance(output_shape, int) else output_shape
        self.output_shape = (
            None if not sizes else tuple(arguments.whole("output_shape", size) for size in sizes)
        )


class GroupQueryAttention(ProjectedAttention):
    """Multi-head attention whose heads share keys and values: heads h and h + 1 of a group read the same ones.

    Args: ``head_dim``, K; ``num_query_heads``, H; ``num_key_value_heads``, G, which divides H. Call, masks, shapes and
    the other arguments are those of `MultiHeadAttention`; G = H is that layer, G = 1 multi-query attention. Weights:
    query/kernel (D, H, K), key/kernel (D, G, K), value/kernel (D, G, K), attention_output/kernel (H, K, D), and their
    biases. Errors: `OptionError` if G does not divide H; `ShapeError` for inputs that don't fit each other.

    >>> import numpy as np
    >>> GroupQueryAttention(4, num_query_heads=6, num_key_value_heads=2)(*[np.ones((2, 5, 8), "float32")] * 2).shape
    (2, 5, 8)

    Source: Ainslie et al., "GQA: training generalized multi-query transformer models from multi-head checkpoints"
    (EMNLP 2023). Good where keys and values of many steps are kept; fewer weights than `MultiHeadAttention`.
    """

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
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
        self.head_dim = self.key_dim = self.value_dim = arguments.whole("head_dim", head_dim)
        self.num_query_heads = self.num_heads = arguments.whole("num_query_heads", num_query_heads)
        self.num_key_value_heads = self.key_heads = arguments.whole(
            "num_key_value_heads", num_key_value_heads
        )
        if self.num_heads % self.key_heads:
            raise OptionError(
                "attention-groups",
                "the heads of the queries don't share those of the keys alike",
                got=f"num_query_heads={num_query_heads}, num_key_value_heads={num_key_value_heads}",
                wanted="a number of key and value heads that divides that of the queries",
            )

    @property
    def usual_name(self) -> str:
        return "grouped_query_attention"  # Keras's class has another name than it is known by


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
