"""The moving averages of a model's weights in their place, while somebody looks at the model."""

from __future__ import annotations

from typing import Any

from fourfold.callbacks.base import Callback, Logs
from fourfold.errors import OptionError


class SwapEMAWeights(Callback):
    """Evaluates and predicts with the moving averages that the optimizer keeps of the weights, and trains on without.

    With ``use_ema=True`` an optimizer keeps a = m a + (1 - m) w of each weight w, where m is its ``ema_momentum``
    (averaging after Polyak and Juditsky, 1992). They take the weights' place when an evaluation or a prediction begins,
    and the weights come back when it ends.

    Args:
        swap_on_epoch: whether the averages are in place from the end of an epoch to the beginning of the next, too,
            for callbacks that follow, such as a `ModelCheckpoint`.

    Errors: `OptionError` where the optimizer keeps no averages, or has made no step.

    A training leaves the averages in the model, as `fit` always does with ``use_ema``; here also one that a callback
    ends before its last epoch, after which Keras's has the weights themselves if ``swap_on_epoch``.

    >>> import numpy as np
    >>> from fourfold import Input, Sequential, layers, optimizers
    >>> model = Sequential([Input(shape=(2,)), layers.Dense(1, kernel_initializer="zeros")])
    >>> model.compile(optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5), "mse")
    >>> x, y = np.ones((4, 2)), np.ones(4)
    >>> fit = model.fit(x, y, epochs=4, verbose=0, validation_data=(x, y), callbacks=[SwapEMAWeights()])
    >>> [round(loss, 3) for loss in fit.history["val_loss"]]
    [0.16, 0.078, 0.03, 0.01]
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        self.swap_on_epoch = swap_on_epoch
        self._replaced: list[tuple[Any, Any]] = []

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._replaced = []

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        if self.swap_on_epoch:
            self._bring_back()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.swap_on_epoch:
            self._put()

    def on_test_begin(self, logs: Logs | None = None) -> None:
        self._put()

    def on_test_end(self, logs: Logs | None = None) -> None:
        self._bring_back()

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        self._put()

    def on_predict_end(self, logs: Logs | None = None) -> None:
        self._bring_back()

    def _put(self) -> None:
        """The averages are in the place of the weights."""
        if self._replaced:
            return
        optimizer = self.model.optimizer
        averages = [] if optimizer is None else optimizer.averages()
        if not averages:
            kept = getattr(optimizer, "use_ema", False)
            raise OptionError(
                "swap-ema-weights",
                "SwapEMAWeights needs moving averages of the weights",
                got="an optimizer that has made no step" if kept else f"use_ema=False of {optimizer!r}",
                wanted="use_ema=True, and a step made",
                do="fit the model before" if kept else "compile with an optimizer such as Adam(use_ema=True)",
            )
        self._replaced = [(weight, weight.value) for weight, _ in averages]
        for weight, average in averages:
            weight.assign(average)

    def _bring_back(self) -> None:
        for weight, value in self._replaced:
            weight.assign(value)
        self._replaced = []
