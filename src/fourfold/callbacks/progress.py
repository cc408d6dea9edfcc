"""The progress of a training on one line: the bar of `fit`, and one for loops of one's own."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from typing import Any, TextIO

import numpy as np

from fourfold import config
from fourfold.callbacks.base import Callback, Logs
from fourfold.errors import OptionError

_ANEW = "\r\x1b[K"
"""Moves to the start of a terminal's line, and clears it."""


class ProgressBar(Callback):
    """One line an epoch, or a pass of `evaluate` or `predict`; on a terminal that of an epoch moves while it runs,
    unless ``verbose`` is 2.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or config.lines()

    @classmethod
    def of(cls, verbose: Any) -> ProgressBar | None:
        """One, unless nothing is to be shown."""
        if verbose in (0, "0"):
            return None
        bar = cls()
        bar.set_params({"verbose": verbose, "epochs": 1, "steps": None})
        return bar

    def start(self) -> None:
        self.started = time.perf_counter()

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        if self.params["epochs"] > 1:
            print(f"Epoch {epoch + 1}/{self.params['epochs']}", file=self.stream)
        self.start()

    def progress(self, done: int, logs: Logs) -> None:
        """Told after each chunk of steps; not a batch hook, so that it costs no steps."""
        if self._moves():
            print(_ANEW + self._line(done, self.params["steps"], logs), end="", file=self.stream, flush=True)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.finish(self.params["steps"], logs or {})

    def finish(self, steps: int, logs: Logs) -> None:
        """The line that stays."""
        print((_ANEW if self._moves() else "") + self._line(steps, steps, logs), file=self.stream, flush=True)

    def _moves(self) -> bool:
        return self.stream.isatty() and self.params["verbose"] != 2

    def _line(self, done: int, steps: int | None, logs: Logs) -> str:
        return line(done, steps, time.perf_counter() - self.started, logs, drawn=self.params["verbose"] != 2)


class Progbar:
    """A line that says how far a loop of one's own is, as ``keras.utils.Progbar``.

    Numbers are averaged over the steps so far but for those of ``stateful_metrics`` (or all but ``stateless_metrics``);
    the last line shows the numbers of the last step. On a terminal the line moves, every ``interval`` seconds at most;
    elsewhere, and with ``verbose`` 2, only the last one is printed; 0 prints nothing.

    >>> bar = Progbar(3, verbose=2)
    >>> for loss in (4.0, 2.0, 1.5):
    ...     bar.add(1, [("loss", loss)])
    3/3 - 0s - ...s/step - loss: 1.5000
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            raise OptionError(
                "progress-metrics",
                "stateful_metrics and stateless_metrics are two ways to say one thing",
                got="both",
                wanted="one of them",
            )
        self.target, self.width, self.verbose, self.interval = target, width, verbose, interval
        self.unit_name = unit_name
        self._shown = set(stateful_metrics or ())
        self._averaged = None if stateless_metrics is None else set(stateless_metrics)
        self._done, self._sums = 0, {}
        self._started, self._last = time.perf_counter(), -math.inf

    def add(self, n: int, values: Iterable[tuple[str, Any]] | None = None) -> None:
        """``n`` more steps are done."""
        self.update(self._done + n, values)

    def update(
        self, current: int, values: Iterable[tuple[str, Any]] | None = None, finalize: bool | None = None
    ) -> None:
        """``current`` steps are done; ``finalize`` None: the line is the last one if these are all."""
        last = self.target is not None and current >= self.target if finalize is None else finalize
        steps = max(current - self._done, 1)
        for name, value in values or ():
            averages = name not in self._shown if self._averaged is None else name in self._averaged
            total, weight = self._sums.get(name, (0.0, 0)) if averages and not last else (0.0, 0)
            self._sums[name] = (total + float(np.mean(value)) * steps, weight + steps)
        self._done = current
        now = time.perf_counter()
        stream = config.lines()
        moves = self.verbose == 1 and stream.isatty()
        if self.verbose and (last or (moves and now - self._last >= self.interval)):
            logs = {name: total / weight for name, (total, weight) in self._sums.items()}
            drawn = line(current, self.target, now - self._started, logs, self.verbose != 2, self.width, self.unit_name)
            print((_ANEW if moves else "") + drawn, end="\n" if last else "", file=stream, flush=True)
            self._last = now


def line(
    done: int, steps: int | None, seconds: float, logs: Logs, drawn: bool = True, width: int = 20, unit: str = "step"
) -> str:
    """How many steps are done, ``drawn`` as a bar too, the time that they took, and numbers."""
    filled = width * done // max(steps or done, 1)
    pace = _pace(seconds / max(done, 1), unit)
    numbers = "".join(f" - {name}: {_short(value)}" for name, value in logs.items())
    count = f"{done:{len(str(steps))}}/{steps}" if steps else f"{done}/?"
    if not drawn:
        return f"{count} - {seconds:.0f}s - {pace}{numbers}"
    return f"{count} {'━' * filled}{'─' * (width - filled)} {seconds:.0f}s {pace}{numbers}"


def _pace(seconds: float, unit: str = "step") -> str:
    """The time of a step.

    >>> _pace(16.9), _pace(0.0123), _pace(4e-5)
    ('17s/step', '12ms/step', '40us/step')
    """
    second, size = next((each for each in (("s", 1.0), ("ms", 1e-3)) if seconds >= each[1]), ("us", 1e-6))
    return f"{seconds / size:.0f}{second}/{unit}"


def _short(value: float | np.ndarray) -> str:
    """A number; the numbers of a metric that has one for each class.

    >>> _short(0.25), _short(0.00012)
    ('0.2500', '1.2000e-04')
    """
    if np.ndim(value):
        return np.array2string(np.asarray(value), precision=4)
    return f"{value:.4e}" if abs(value) <= 1e-3 else f"{value:.4f}"
