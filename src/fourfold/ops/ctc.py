"""Labels without places in a sequence: connectionist temporal classification, as ``keras.ops`` has it."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import optax
from jax import Array

from fourfold.errors import OptionError


def ctc_loss(
    target: Any, output: Any, target_length: Any, output_length: Any, mask_index: int = 0
) -> Array:
    """-log p(labels) of logits (N, T, K), summed over the alignments of the first labels of (N, L); ``mask_index`` is
    the class of no label.

    >>> print(ctc_loss([[1]], jnp.zeros((1, 2, 3)), [1], [2]).round(4))  # three of nine alignments
    [1.0986]

    Source: Graves et al., "Connectionist temporal classification", 2006.
    """
    labels, logits = jnp.asarray(target), jnp.asarray(output)
    beyond = [
        (jnp.arange(length) >= jnp.asarray(own)[:, None]).astype(logits.dtype)
        for length, own in ((logits.shape[1], output_length), (labels.shape[1], target_length))
    ]
    return optax.ctc_loss(logits, beyond[0], labels, beyond[1], blank_id=mask_index)


def ctc_decode(
    inputs: Any,
    sequence_lengths: Any,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int = 0,
) -> tuple[Array, Array]:
    """The labels (1, N, T), -1 behind the last, likeliest step by step in (N, T, K), and - the sum of their numbers.

    Equal neighbours are one label with ``merge_repeated``; ``mask_index`` is none. Errors: `OptionError` for another
    strategy than "greedy".

    >>> steps = jnp.array([[[0.1, 0.9, 0.0], [0.2, 0.8, 0.0], [1.0, 0.0, 0.0], [0.0, 0.3, 0.7]]])
    >>> ctc_decode(steps, [4])[0].tolist()
    [[[1, 2, -1, -1]]]
    """
    if strategy != "greedy":
        raise OptionError(
            "ctc-strategy",
            "labels are decoded step by step alone",
            got=f"strategy={strategy!r}",
            wanted="'greedy'",
            do="strategy='greedy', or Keras's own ops.ctc_decode on NumPy arrays",
        )
    scores = jnp.asarray(inputs)
    inside = jnp.arange(scores.shape[1]) < jnp.asarray(sequence_lengths)[:, None]
    labels = jnp.where(inside, jnp.argmax(scores, axis=-1), mask_index)
    told = labels != mask_index
    if merge_repeated:
        told = told & (labels != jnp.pad(labels[:, :-1], ((0, 0), (1, 0)), constant_values=-1))
    order = jnp.argsort((~told).astype(jnp.int32), axis=-1, stable=True)
    labels = jnp.take_along_axis(jnp.where(told, labels, -1), order, axis=-1)
    return labels[None], -jnp.sum(jnp.where(inside, scores.max(axis=-1), 0.0), axis=1)[:, None]


OF_CTC = (ctc_loss, ctc_decode)
