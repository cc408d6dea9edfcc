"""The numbers of a training as TensorBoard reads them."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from fourfold.callbacks.base import Callback, Logs, frequency
from fourfold.callbacks.events import Events, check_tensorboardx
from fourfold.errors import OptionError

TRAIN, VALIDATION = "train", "validation"


class TensorBoard(Callback):
    """Writes losses, metrics and the learning rate for TensorBoard, under Keras's names.

    Of each epoch ``epoch_loss`` and the like, to ``log_dir/train`` and ``log_dir/validation``, and
    ``epoch_learning_rate``; of each evaluation ``evaluation_loss_vs_iterations``.

    Args:
        log_dir: a folder for this training; what is there stays.
        histogram_freq: every how many epochs weights are written as histograms, ``dense/kernel/histogram``; 0: never.
        write_graph: whether the model's summary is written, as text.
        write_images: whether weights are written as images, too, where they have histograms.
        write_steps_per_second: ``epoch_steps_per_second``, and ``batch_steps_per_second`` where batches are written.
        update_freq: ``"epoch"``, or after how many batches ``batch_loss`` and the like are written, too; ``"batch"`` is
            1. Batches are looked at only then.
        profile_batch, embeddings_freq, embeddings_metadata: not here.

    Errors: `OptionError` for an argument that can't be, and where the package tensorboardx is missing.

    >>> import tempfile
    >>> from fourfold import Input, Sequential, layers
    >>> model = Sequential([Input(shape=(2,)), layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> folder = Path(tempfile.mkdtemp())
    >>> history = model.fit(np.ones((8, 2)), np.ones(8), verbose=0, callbacks=[TensorBoard(folder)])
    >>> [path.name for path in folder.iterdir()]
    ['train']
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        _refuse(profile_batch=profile_batch, embeddings_freq=embeddings_freq, embeddings_metadata=embeddings_metadata)
        self.log_dir, self.histogram_freq = Path(log_dir), histogram_freq
        self.update_freq = frequency("update_freq", 1 if update_freq == "batch" else update_freq)
        self.write_graph, self.write_images = write_graph, write_images
        self.write_steps_per_second = write_steps_per_second
        check_tensorboardx()
        self._files: dict[str, Events] = {}
        self._trains = False
        self._batches = 0

    def sees_batches(self, of: str = "train") -> bool:
        return of == "train" and self.update_freq != "epoch"

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._batches, self._trains = 0, True
        if self.write_graph:
            lines: list[str] = []
            self.model.summary(print_fn=lines.append)
            text = "\n".join(f"    {line}" for line in "\n".join(lines).splitlines())  # a block of code in Markdown
            self._to(TRAIN).text("model", text)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch_began, self._steps = time.perf_counter(), self._iterations()

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._batch_began = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._batches += 1
        if isinstance(self.update_freq, int) and self._batches % self.update_freq == 0:
            pace = self._pace(1, self._batch_began)
            self._write(TRAIN, "batch_{}", {**(logs or {}), **pace}, self._batches)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = logs or {}
        trained = {name: value for name, value in logs.items() if not name.startswith("val_")}
        trained |= {"learning_rate": self._learning_rate()}
        trained |= self._pace(self._iterations() - self._steps, self._epoch_began)
        self._write(TRAIN, "epoch_{}", trained, epoch)
        held_out = {name[len("val_") :]: value for name, value in logs.items() if name.startswith("val_")}
        self._write(VALIDATION, "epoch_{}", held_out, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)

    def on_test_end(self, logs: Logs | None = None) -> None:
        self._write(VALIDATION, "evaluation_{}_vs_iterations", logs or {}, self._iterations())
        if not self._trains:
            self._close()

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._trains = False
        self._close()

    def _close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _to(self, which: str) -> Events:
        """The file of the training, or of the validation, made when something is written."""
        if which not in self._files:
            self._files[which] = Events(self.log_dir / which)
        return self._files[which]

    def _write(self, which: str, name: str, numbers: Logs, step: int) -> None:
        """Numbers under their names; of a metric that has one for each class, each with the class's number."""
        for key, value in numbers.items():
            if np.ndim(value):
                self._write(which, f"{name.format(key)}_{{}}", dict(enumerate(np.ravel(value))), step)  # type: ignore[arg-type]
            else:
                self._to(which).number(name.format(key), float(value), step)
        if numbers:
            self._to(which).flush()

    def _write_weights(self, epoch: int) -> None:
        for weight in self.model.weights:
            array = np.asarray(weight.numpy())
            self._to(TRAIN).histogram(f"{weight.path}/histogram", array, epoch)
            if self.write_images and (image := _as_image(array)) is not None:
                self._to(TRAIN).image(f"{weight.path}/image", image, epoch)
        self._to(TRAIN).flush()

    def _iterations(self) -> int:
        return int(np.asarray(self.model.optimizer.iterations))

    def _learning_rate(self) -> float:
        rate = self.model.optimizer.learning_rate
        return float(np.asarray(rate(self._iterations()) if callable(rate) else rate))

    def _pace(self, steps: int, began: float) -> Logs:
        """Steps a second since then, where this is written."""
        seconds = max(time.perf_counter() - began, 1e-9)
        return {"steps_per_second": steps / seconds} if self.write_steps_per_second else {}


def _as_image(weight: np.ndarray) -> np.ndarray | None:
    """A weight of one or two axes as grey pixels (H, W) between 0 and 1, wider than high."""
    matrix = np.atleast_2d(np.squeeze(weight))
    if matrix.ndim > 2 or not matrix.size or not np.isfinite(matrix).all():
        return None
    matrix = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    return (matrix - matrix.min()) / max(float(np.ptp(matrix)), 1e-30)


def _refuse(**arguments: Any) -> None:
    """Arguments of Keras's that have no counterpart here."""
    for name, value in arguments.items():
        if value:
            raise OptionError(
                "tensorboard-argument",
                "TensorBoard writes numbers, and weights as histograms and images",
                got=f"{name}={value!r}",
                wanted=f"no {name}",
                do="jax.profiler.trace(FOLDER) around fit, for where time goes",
            )
