"""Attention layers over queries, keys and values that others projected: Attention, AdditiveAttention."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import jax.numpy as jnp
from jax import Array, lax

from fourfold import initializers
from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import OptionError, ShapeError
from fourfold.layers import arguments
from fourfold.layers.base import Layer
from fourfold.ops import attention, random
from fourfold.ops import rows as batch_rows

Weights = Mapping[str, Array]


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

    supports_masking = True

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
        query_mask, value_mask = self._masks(mask)
        steps = query.shape[1], value.shape[1]
        allowed = partial(attention.merge_masks, keys=steps[1], value_mask=value_mask, causal=use_causal_mask)
        dropout = dropout_factors(self, (query.shape[0], *steps), training, key)
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

    def _masks(self, mask: Any) -> tuple[Array | None, Array | None]:
        """Those of the query and of the value."""
        if mask is None or (isinstance(mask, (list, tuple)) and len(mask) in (2, 3)):
            return (None, None) if mask is None else (mask[0], mask[1])
        raise ShapeError(
            "attention-masks",
            f"{self.name} takes its masks as one list",
            got=f"{len(mask)} masks" if isinstance(mask, (list, tuple)) else "one mask",
            wanted="[query_mask, value_mask], either of which may be None",
        )

    @property
    def _is_product(self) -> bool:
        return type(self) is Attention and self.score_mode == "dot"

    def _scores(self, weights: Weights, query: Array, keys: Array) -> Array:
        scale = weights.get("scale")
        if self.score_mode == "dot":
            return jnp.einsum("ntd,nsd->nts", query, keys) * (1.0 if scale is None else scale)
        return attention.additive_scores(query, keys, scale) * weights["concat_score_weight"]

    def compute_mask(self, inputs: Any, mask: Any = None) -> Array | None:
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
        check_inputs(self, sources)
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


def dropout_factors(
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


def check_inputs(layer: Layer, sources: Mapping[str, Any]) -> None:
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
