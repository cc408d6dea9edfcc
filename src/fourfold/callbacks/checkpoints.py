"""Callbacks that write a model, or its weights, to files while it trains, and go on from them."""

from __future__ import annotations

import os
import re
import warnings
from os import PathLike
from pathlib import Path
from typing import Any

from fourfold import config
from fourfold.callbacks.base import Callback, Logs, frequency, monitored, sign
from fourfold.errors import FileError, OptionError, closest
from fourfold.interop.weights import HDF5_ENDINGS, weights_file


class _Saving(Callback):
    """What saves at the end of each epoch, or whenever ``save_freq`` batches have passed."""

    def __init__(self, save_freq: Any) -> None:
        self.save_freq = frequency("save_freq", save_freq)
        self._epoch = self._batches = 0

    def sees_batches(self, of: str = "train") -> bool:
        return of == "train" and self.save_freq != "epoch"

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._batches += 1
        if isinstance(self.save_freq, int) and self._batches % self.save_freq == 0:
            self._save(self._epoch, batch, logs or {})

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.save_freq == "epoch":
            self._save(epoch, None, logs or {})

    def _save(self, epoch: int, batch: int | None, logs: Logs) -> None:
        raise NotImplementedError


class ModelCheckpoint(_Saving):
    """Writes the model after each epoch, or only where a monitored number was best so far.

    Args:
        filepath: a name that ends in ``.keras``; of weights alone in ``.weights.h5`` or ``.npz``. It may hold
            ``{epoch}``, counted from 1, ``{batch}``, and numbers of the logs: ``"{epoch:02d}-{val_loss:.3f}.keras"``.
        monitor: the number that ``save_best_only`` looks at.
        verbose: 1 says what is written.
        save_best_only: keep what is there unless the monitored number is better than ever.
        save_weights_only: whether weights are written, in the place of whole models.
        mode: ``"min"`` or ``"max"``; ``"auto"`` by the name: accuracies and areas grow, all else shrinks.
        save_freq: ``"epoch"``, or after how many batches.
        initial_value_threshold: what the monitored number must be better than at first.

    Errors: `OptionError` for a name or an argument that can't be, or a name with a number that is not in the logs.

    >>> import tempfile, numpy as np
    >>> from fourfold import Input, Sequential, layers
    >>> model = Sequential([Input(shape=(2,)), layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> folder = Path(tempfile.mkdtemp())
    >>> keep = ModelCheckpoint(folder / "after-{epoch}.weights.npz", save_weights_only=True)
    >>> history = model.fit(np.ones((8, 2)), np.ones(8), epochs=2, verbose=0, callbacks=[keep])
    >>> model.load_weights(folder / "after-1.weights.npz")
    >>> sorted(path.name for path in folder.iterdir())
    ['after-1.weights.npz', 'after-2.weights.npz']
    """

    def __init__(
        self,
        filepath: str | PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(save_freq)
        name = os.fspath(filepath)
        if save_weights_only and not name.endswith(HDF5_ENDINGS[0]):
            weights_file(name)
        if not save_weights_only and not name.endswith(".keras"):
            raise OptionError(
                "checkpoint-of-models",
                "whole models are written to .keras files",
                got=repr(name),
                wanted="a name that ends in .keras",
                do=f"ModelCheckpoint({name.partition('.')[0] + '.keras'!r}); save_weights_only=True for weights alone",
            )
        self.filepath = name
        self.monitor, self.verbose, self.save_best_only = monitor, verbose, save_best_only
        self.save_weights_only = save_weights_only
        self.sign = sign(mode, monitor)
        self.best = initial_value_threshold

    def _save(self, epoch: int, batch: int | None, logs: Logs) -> None:
        path = self._path(epoch, batch, logs)
        if self.save_best_only and not self._better(epoch, logs):
            return
        self._say(epoch, f"saving {'weights' if self.save_weights_only else 'the model'} to {path}")
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)

    def _better(self, epoch: int, logs: Logs) -> bool:
        """Whether the weights are worth keeping: also where there is no number to tell."""
        current = monitored(logs, self.monitor, "ModelCheckpoint")
        if current is None:
            return True
        if self.best is not None and not self.sign * (current - self.best) > 0:
            self._say(epoch, f"{self.monitor} did not improve from {self.best:.5f}")
            return False
        before = "" if self.best is None else f" from {self.best:.5f}"
        self._say(epoch, f"{self.monitor} improved{before} to {current:.5f}")
        self.best = current
        return True

    def _path(self, epoch: int, batch: int | None, logs: Logs) -> str:
        known = {"epoch": epoch + 1, **({} if batch is None else {"batch": batch + 1}), **logs}
        try:
            return self.filepath.format(**known)
        except KeyError as error:
            name = error.args[0]
            raise OptionError(
                "checkpoint-name",
                "the name of a checkpoint holds a number that is not in the logs",
                got=f"{name!r}{closest(name, known)} in {self.filepath!r}",
                wanted=f"some of {', '.join(known)}",
            ) from None

    def _say(self, epoch: int, what: str) -> None:
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: {what}", file=config.lines())


class BackupAndRestore(_Saving):
    """Goes on where a training was interrupted: the same `fit`, called again, begins with the epoch that was not done.

    Weights and what the optimizer remembers are written after each epoch to a file in ``backup_dir``, whole or not at
    all, and removed when the training ends.

    Args:
        backup_dir: a folder for this training alone.
        save_freq: ``"epoch"``, or after how many batches; the epoch that was going on then begins anew.
        double_checkpoint: keep the file before the last, too, which is taken if the last is damaged.
        delete_checkpoint: whether the end of the training removes the files.

    Errors: `OptionError` for a wrong ``save_freq``; `FileError` if no file can be read, or they are another model's.

    >>> import tempfile, numpy as np
    >>> from fourfold import Input, Sequential, layers
    >>> from fourfold.callbacks import LambdaCallback
    >>> def fit(*callbacks):
    ...     model = Sequential([Input(shape=(2,)), layers.Dense(1)])
    ...     model.compile("adam", "mse")
    ...     callbacks = [BackupAndRestore(folder), *callbacks]
    ...     return model.fit(np.ones((8, 2)), np.ones(8), epochs=5, verbose=0, callbacks=callbacks)
    >>> def interrupt(epoch, logs):
    ...     if epoch == 3:
    ...         raise KeyboardInterrupt
    >>> folder = tempfile.mkdtemp()
    >>> try:
    ...     fit(LambdaCallback(on_epoch_begin=interrupt))
    ... except KeyboardInterrupt:
    ...     fit().epoch
    [3, 4]
    """

    def __init__(
        self,
        backup_dir: str | PathLike[str],
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__(save_freq)
        self.backup_dir = Path(backup_dir)
        self.double_checkpoint, self.delete_checkpoint = double_checkpoint, delete_checkpoint

    def on_train_begin(self, logs: Logs | None = None) -> None:
        files = self._files()
        for number, (epochs, path) in enumerate(files):
            try:
                self.model.load_weights(path)
            except FileError as error:
                if error.slug != "damaged-weights" or number == len(files) - 1:
                    raise
                warnings.warn(f"{error}; the file before it is taken", stacklevel=2)
                continue
            self.model.initial_epoch = epochs
            return

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.delete_checkpoint:
            self._remove(self._files())
            if self.backup_dir.is_dir() and not os.listdir(self.backup_dir):
                self.backup_dir.rmdir()

    def _save(self, epoch: int, batch: int | None, logs: Logs) -> None:
        done = epoch if batch is not None else epoch + 1
        self.model.save_weights(self.backup_dir / f"after-{done}-epochs.weights.npz")
        self._remove(self._files()[2 if self.double_checkpoint else 1 :])

    def _files(self) -> list[tuple[int, Path]]:
        """The files with the epochs that were done, the last first."""
        found = [
            (int(match[1]), path)
            for path in (self.backup_dir.iterdir() if self.backup_dir.is_dir() else ())
            if (match := re.fullmatch(r"after-(\d+)-epochs\.weights\.npz", path.name))
        ]
        return sorted(found, reverse=True)

    @staticmethod
    def _remove(files: list[tuple[int, Path]]) -> None:
        for _, path in files:
            path.unlink(missing_ok=True)
