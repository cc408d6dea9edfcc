"""Connectionist temporal classification: labels in order, of which it is not known at which steps they are."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import optax
from jax import Array

from fourfold.errors import ShapeError
from fourfold.losses.base import PlainLoss

BLANK = 0
"""The class that tells nothing; in targets the end of the labels."""


def ctc(y_true: Any, y_pred: Any) -> Array:
    """``-log sum_a prod_t softmax(ŷ_t)[a_t]`` over all alignments a of the labels with the steps: (N,).

    Targets (N, L), whole numbers from 1 on, filled up with 0; predictions (N, T, K), logits of K classes, of which 0
    is the blank. An alignment gives each step a label or the blank, in the labels' order, each at one or several steps
    that follow each other, and a blank between two equal labels. Errors: `ShapeError` for other shapes.

    >>> import numpy as np
    >>> print(ctc([[1]], np.zeros((1, 2, 3))).round(4))  # (1, 1), (0, 1) and (1, 0) are three of nine
    [1.0986]

    Source: Graves, Fernandez, Gomez and Schmidhuber (ICML 2006); computed by optax. Good after recurrent layers, for
    speech and handwriting.
    """
    labels, logits = jnp.asarray(y_true).astype(jnp.int32), jnp.asarray(y_pred)
    if labels.ndim != 2 or logits.ndim != 3 or len(labels) != len(logits):
        raise ShapeError(
            "ctc-shapes",
            "CTC compares labels with the classes of steps",
            got=f"targets {labels.shape}, predictions {logits.shape}",
            wanted="targets (N, L) and predictions (N, T, K)",
        )
    count = jnp.sum(labels != BLANK, axis=-1, keepdims=True)
    beyond = (jnp.arange(labels.shape[1]) >= count).astype(logits.dtype)
    return optax.ctc_loss(logits, jnp.zeros(logits.shape[:2], logits.dtype), labels, beyond, blank_id=BLANK)


class CTC(PlainLoss):
    """``-log p(labels)`` of logits (N, T, K), summed over the alignments of the labels (N, L); see ``ctc``."""

    function = staticmethod(ctc)
