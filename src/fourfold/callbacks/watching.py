"""Callbacks that look at the logs and act on the training: stop it, or set its learning rate."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from fourfold import config
from fourfold.callbacks.base import Callback, Logs, monitored, sign
from fourfold.errors import OptionError


class EarlyStopping(Callback):
    """Stops when a monitored number has not improved for ``patience`` epochs.

    ``mode`` "auto" is inferred from the name: accuracies and areas grow, all else shrinks.
    ``restore_best_weights`` puts the weights of the best epoch back; False by default, as in Keras.

    Source: Prechelt, "Early stopping - but when?", 1998.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        self.monitor, self.patience, self.verbose, self.baseline = monitor, patience, verbose, baseline
        self.restore_best_weights, self.start_from_epoch = restore_best_weights, start_from_epoch
        self.sign = sign(mode, monitor)
        self.min_delta = abs(min_delta)
        self.stopped_epoch = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.wait, self.stopped_epoch, self.best_epoch = 0, 0, 0
        self.best: float | None = None
        self.best_weights: list[np.ndarray] | None = None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        current = monitored(logs, self.monitor, "EarlyStopping")
        if current is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self.best_weights, self.best_epoch = self.model.get_weights(), epoch
        self.wait += 1
        if self._better(current, self.best):
            self.best, self.best_epoch = current, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self._better(current, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.stopped_epoch > 0 and self.verbose > 0:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping", file=config.lines())
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                print(
                    f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.",
                    file=config.lines(),
                )
            self.model.set_weights(self.best_weights)

    def _better(self, value: float, reference: float | None) -> bool:
        return reference is None or self.sign * (value - reference) > self.min_delta


class ReduceLROnPlateau(Callback):
    """Multiplies the learning rate by ``factor`` when a monitored number stops improving."""

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        if factor >= 1.0:
            raise OptionError(
                "plateau-factor", "factor must shrink the rate", got=str(factor), wanted="below 1"
            )
        self.monitor, self.factor, self.patience, self.verbose = monitor, factor, patience, verbose
        self.min_delta, self.cooldown, self.min_lr = min_delta, cooldown, min_lr
        self.sign = sign(mode, monitor)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.best, self.wait, self.cooldown_counter = -math.inf, 0, 0
        if self.model.optimizer.schedule:
            float(self.model.optimizer.schedule)  # says, before the first epoch, that a schedule can't be reduced

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)
        current = monitored(logs, self.monitor, "ReduceLROnPlateau")
        if current is None:
            return
        if self.cooldown_counter > 0:
            self.cooldown_counter, self.wait = self.cooldown_counter - 1, 0
        if self.sign * current > self.best + self.min_delta:
            self.best, self.wait = self.sign * current, 0
        elif self.cooldown_counter <= 0:
            self.wait += 1
            rate = float(self.model.optimizer.learning_rate)
            if self.wait >= self.patience and rate > self.min_lr:
                self.model.optimizer.learning_rate = max(rate * self.factor, self.min_lr)
                self.cooldown_counter, self.wait = self.cooldown, 0
                if self.verbose > 0:
                    print(
                        f"Epoch {epoch + 1}: learning rate reduced to {self.model.optimizer.learning_rate}.",
                        file=config.lines(),
                    )


class LearningRateScheduler(Callback):
    """Sets the learning rate at the start of each epoch to ``schedule(epoch, rate)``; 1 for ``verbose`` says so."""

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        before = float(self.model.optimizer.learning_rate)
        try:
            rate = self.schedule(epoch, before)
        except TypeError:
            rate = self.schedule(epoch)
        try:
            rate = float(rate)
        except (TypeError, ValueError):
            raise OptionError(
                "scheduled-rate",
                "the schedule of LearningRateScheduler gives no number",
                got=repr(rate),
                wanted="a learning rate",
                do="return rate, say, at the end of the schedule",
            ) from None
        self.model.optimizer.learning_rate = rate
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: the learning rate is set to {rate}.", file=config.lines())

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


class TerminateOnNaN(Callback):
    """Stops at the first batch whose loss is not a finite number, as in Keras; a training that has none is as fast.

    With ``raise_error`` by an `OptionError`, so that no callback is told that the training has ended.

    >>> import numpy as np
    >>> from fourfold import Input, Sequential, layers, optimizers
    >>> model = Sequential([Input(shape=(1,)), layers.Dense(1, kernel_initializer="ones")])
    >>> model.compile(optimizers.SGD(1e20), "mse")
    >>> fitted = model.fit(np.ones((80, 1)), np.zeros(80), epochs=5, verbose=0, callbacks=[TerminateOnNaN()])
    Batch 1: Invalid loss, terminating training
    """

    def __init__(self, raise_error: bool = False) -> None:
        self.raise_error = raise_error

    def on_invalid_loss(self, batch: int, logs: Logs | None = None) -> None:
        if self.raise_error:
            raise OptionError(
                "loss-not-finite",
                f"the loss is not finite any more at batch {batch}",
                got=f"loss {(logs or {}).get('loss')}",
                wanted="a finite number",
                do="a smaller learning rate, or clipnorm=1.0 in the optimizer",
            )
        print(f"Batch {batch}: Invalid loss, terminating training", file=config.lines())
        self.model.stop_training = True
