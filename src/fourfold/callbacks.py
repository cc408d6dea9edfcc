"""Callbacks: what is told at the moments of a training at which somebody may look.

Names, arguments and order follow Keras 3. The weights are in the model's handles whenever a hook runs. A
callback that overrides no batch hook costs one step of Python an epoch.
"""

from __future__ import annotations

import csv
import math
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

from fourfold.errors import OptionError, closest, no_such_name

if TYPE_CHECKING:
    from fourfold.models.model import Model

Logs = dict[str, float]


class Callback:
    """The base: every hook does nothing. ``self.model`` and ``self.params`` are set when training starts."""

    model: Model
    params: dict[str, Any]

    def set_model(self, model: Model) -> None:
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params

    def on_train_begin(self, logs: Logs | None = None) -> None: ...
    def on_train_end(self, logs: Logs | None = None) -> None: ...
    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None: ...
    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None: ...
    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None: ...
    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None: ...
    def on_test_begin(self, logs: Logs | None = None) -> None: ...
    def on_test_end(self, logs: Logs | None = None) -> None: ...
    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None: ...
    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None: ...
    def on_predict_begin(self, logs: Logs | None = None) -> None: ...
    def on_predict_end(self, logs: Logs | None = None) -> None: ...
    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None: ...
    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None: ...

    def sees_batches(self, of: str = "train") -> bool:
        """Whether a batch hook is overridden (``of`` train, test or predict), so that each batch must be looked at."""
        hooks = (f"on_{of}_batch_begin", f"on_{of}_batch_end")
        return any(
            hook in vars(self) or getattr(type(self), hook) is not getattr(Callback, hook) for hook in hooks
        )


class CallbackList(Callback):
    """Callbacks told one after the other."""

    def __init__(self, callbacks: Iterable[Callback], model: Model, params: dict[str, Any]) -> None:
        self.callbacks = list(callbacks)
        for callback in self.callbacks:
            if not isinstance(callback, Callback):
                raise OptionError(
                    "callback",
                    "a callback is not one",
                    got=repr(callback),
                    wanted="an instance of fourfold.callbacks.Callback",
                )
            callback.set_model(model)
            callback.set_params(params)

    def sees_batches(self, of: str = "train") -> bool:
        return any(callback.sees_batches(of) for callback in self.callbacks)


def _tell_all(hook: str) -> Callable[..., None]:
    def told(self: CallbackList, *args: Any) -> None:
        for callback in self.callbacks:
            getattr(callback, hook)(*args)

    return told


for _hook in [name for name in vars(Callback) if name.startswith("on_")]:
    setattr(CallbackList, _hook, _tell_all(_hook))


NOBODY = CallbackList([], None, {})  # type: ignore[arg-type]


class History(Callback):
    """Collects the logs of every epoch: ``history`` (dict of lists), ``epoch``, ``params``. `fit` returns it."""

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.epoch: list[int] = []
        self.history = {}

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class LambdaCallback(Callback):
    """A callback made of functions, one a hook; any hook of `Callback` by its name."""

    def __init__(
        self,
        on_epoch_begin: Callable | None = None,
        on_epoch_end: Callable | None = None,
        on_train_begin: Callable | None = None,
        on_train_end: Callable | None = None,
        on_train_batch_begin: Callable | None = None,
        on_train_batch_end: Callable | None = None,
        **kwargs: Callable,
    ) -> None:
        given = {name: value for name, value in locals().items() if name.startswith("on_")} | kwargs
        known = [name for name in vars(Callback) if name.startswith("on_")]
        for name, function in given.items():
            if name not in known:
                raise OptionError(
                    "callback-hook",
                    "a callback has no such hook",
                    got=f"{name!r}{closest(name, known)}",
                    wanted=f"some of {', '.join(known)}",
                )
            if function is not None:
                setattr(self, name, function)


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
        self.sign = _sign(mode, monitor)
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
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                print(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
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
        self.sign = _sign(mode, monitor)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.best, self.wait, self.cooldown_counter = -math.inf, 0, 0

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
                        f"Epoch {epoch + 1}: learning rate reduced to {self.model.optimizer.learning_rate}."
                    )


class LearningRateScheduler(Callback):
    """Sets the learning rate at the start of each epoch to ``schedule(epoch, rate)``."""

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        rate = float(self.model.optimizer.learning_rate)
        try:
            rate = self.schedule(epoch, rate)
        except TypeError:
            rate = self.schedule(epoch)
        self.model.optimizer.learning_rate = float(rate)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


class TerminateOnNaN(Callback):
    """Stops when the loss is not a number any more."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs and not math.isfinite(logs.get("loss", 0.0)):
            print(f"Epoch {epoch + 1}: the loss is {logs['loss']}, terminating training")
            self.model.stop_training = True


class CSVLogger(Callback):
    """Writes the logs of each epoch as a row of a csv file; with ``append`` behind what is there."""

    def __init__(self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False) -> None:
        self.filename, self.separator, self.append = filename, separator, append

    def on_train_begin(self, logs: Logs | None = None) -> None:
        there = self.append and os.path.exists(self.filename) and os.path.getsize(self.filename) > 0
        self.names: list[str] | None = None
        self.headed = there
        if not self.append:
            open(self.filename, "w").close()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = logs or {}
        if self.names is None:
            self.names = sorted(logs)
            if not any(name.startswith("val_") for name in self.names):  # a later epoch may have them
                self.names += [f"val_{name}" for name in self.names]
        with open(self.filename, "a", newline="") as file:
            writer = csv.writer(file, delimiter=self.separator)
            if not self.headed:
                writer.writerow(["epoch", *self.names])
                self.headed = True
            writer.writerow([epoch, *(logs.get(name, "NA") for name in self.names)])


class ProgressBar(Callback):
    """One line an epoch; on a terminal the line moves while the epoch runs."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        print(f"Epoch {epoch + 1}/{self.params['epochs']}", file=self.stream)
        self.started = time.perf_counter()

    def progress(self, done: int, logs: Logs) -> None:
        """Told after each chunk of steps; not a batch hook, so that it costs no steps."""
        if self.stream.isatty():
            print("\r" + self._line(done, logs), end="", file=self.stream, flush=True)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        start = "\r" if self.stream.isatty() else ""
        print(start + self._line(self.params["steps"], logs or {}), file=self.stream, flush=True)

    def _line(self, done: int, logs: Logs) -> str:
        total = self.params["steps"] or done
        seconds = time.perf_counter() - self.started
        filled = 20 * done // max(total, 1)
        step = seconds / max(done, 1)
        pace = f"{step * 1e3:.0f}ms/step" if step >= 1e-3 else f"{step * 1e6:.0f}us/step"
        numbers = "".join(f" - {name}: {value:.4f}" for name, value in logs.items())
        of = self.params["steps"] or "?"
        return f"{done}/{of} {'━' * filled}{'─' * (20 - filled)} {seconds:.0f}s {pace}{numbers}"


def monitored(logs: Logs | None, name: str, who: str) -> float | None:
    """The number to look at; a warning with the available names where there is none."""
    value = (logs or {}).get(name)
    if value is None:
        warnings.warn(
            f"{who} looks at {name!r}, which is not in the logs: {', '.join(logs or {})}", stacklevel=3
        )
    return value


def _sign(mode: str, monitor: str) -> int:
    """+1 where more is better."""
    if mode not in ("auto", "min", "max"):
        raise OptionError("callback-mode", "unknown mode", got=repr(mode), wanted="'auto', 'min' or 'max'")
    grows = any(part in monitor for part in ("acc", "auc", "precision", "recall", "f1"))
    return 1 if mode == "max" or (mode == "auto" and grows) else -1


_INSTEAD = {
    "ModelCheckpoint": "EarlyStopping(restore_best_weights=True), or save model.get_weights() in a Callback",
    "BackupAndRestore": "save model.get_weights() in a Callback",
    "TensorBoard": "CSVLogger, or write the logs in a Callback",
}


def __getattr__(name: str) -> Any:
    raise no_such_name("callbacks", name, globals(), _INSTEAD)
