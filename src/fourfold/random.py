"""Random numbers: ``set_seed`` starts the sequence behind the initial weights (``tf.random.set_seed``)."""

from __future__ import annotations

from fourfold.core.streams import set_seed

__all__ = ["set_seed"]
