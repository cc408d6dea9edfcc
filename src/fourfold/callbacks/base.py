"""What every callback is, and callbacks made of functions; a number to look at in the logs."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from fourfold.errors import OptionError, closest

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
    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None: ...
    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None: ...

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Calls `on_batch_begin`, its older name."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self.on_batch_end(batch, logs)

    def on_test_begin(self, logs: Logs | None = None) -> None: ...
    def on_test_end(self, logs: Logs | None = None) -> None: ...
    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None: ...
    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None: ...
    def on_predict_begin(self, logs: Logs | None = None) -> None: ...
    def on_predict_end(self, logs: Logs | None = None) -> None: ...
    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None: ...
    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None: ...

    def on_invalid_loss(self, batch: int, logs: Logs | None = None) -> None:
        """The loss is no finite number from this batch of the epoch on. Training without such a batch is as fast."""

    def sees_invalid_losses(self) -> bool:
        """Whether `on_invalid_loss` is overridden, so that the loss is looked at when a part of an epoch is done."""
        own = vars(self).get("on_invalid_loss") or type(self).on_invalid_loss
        return own is not Callback.on_invalid_loss

    def sees_batches(self, of: str = "train") -> bool:
        """Whether a batch hook is overridden (``of`` train, test or predict), so that each batch must be looked at."""
        hooks = [f"on_{of}_batch_begin", f"on_{of}_batch_end"]
        hooks += ["on_batch_begin", "on_batch_end"] if of == "train" else []
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

    def sees_invalid_losses(self) -> bool:
        return any(callback.sees_invalid_losses() for callback in self.callbacks)


def _tell_all(hook: str) -> Callable[..., None]:
    def told(self: CallbackList, *args: Any) -> None:
        for callback in self.callbacks:
            getattr(callback, hook)(*args)

    return told


for _hook in [name for name in vars(Callback) if name.startswith("on_")]:
    setattr(CallbackList, _hook, _tell_all(_hook))


NOBODY = CallbackList([], None, {})  # type: ignore[arg-type]


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


def monitored(logs: Logs | None, name: str, who: str) -> float | None:
    """The number to look at; a warning with the available names where there is none."""
    value = (logs or {}).get(name)
    if value is None:
        warnings.warn(
            f"{who} looks at {name!r}, which is not in the logs: {', '.join(logs or {})}", stacklevel=3
        )
    return value


def frequency(name: str, given: Any) -> str | int:
    """When a callback acts: ``"epoch"``, or after how many batches."""
    if given != "epoch" and not (type(given) is int and given > 0):
        raise OptionError(
            "callback-frequency",
            f"{name} says when a callback acts",
            got=repr(given),
            wanted="'epoch', or after how many batches",
        )
    return given


def sign(mode: str, monitor: str) -> int:
    """+1 where more is better."""
    if mode not in ("auto", "min", "max"):
        raise OptionError("callback-mode", "unknown mode", got=repr(mode), wanted="'auto', 'min' or 'max'")
    grows = any(part in monitor for part in ("acc", "auc", "precision", "recall", "f1"))
    return 1 if mode == "max" or (mode == "auto" and grows) else -1
