"""Callbacks: what is told at the moments of a training at which somebody may look.

Names, arguments and order follow Keras 3. The weights are in the model's handles whenever a hook runs. A
callback that looks at no batches costs one step of Python an epoch.
"""

from typing import Any

from fourfold.callbacks.averages import SwapEMAWeights
from fourfold.callbacks.base import NOBODY, Callback, CallbackList, LambdaCallback
from fourfold.callbacks.checkpoints import BackupAndRestore, ModelCheckpoint
from fourfold.callbacks.progress import ProgressBar
from fourfold.callbacks.recording import CSVLogger, History
from fourfold.callbacks.tensorboard import TensorBoard
from fourfold.callbacks.watching import (
    EarlyStopping,
    LearningRateScheduler,
    ReduceLROnPlateau,
    TerminateOnNaN,
)
from fourfold.errors import no_such_name

__all__ = [
    "NOBODY",
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgressBar",
    "ReduceLROnPlateau",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
]

_INSTEAD = {"RemoteMonitor": "send the logs in a Callback"}


def __getattr__(name: str) -> Any:
    raise no_such_name("callbacks", name, globals(), _INSTEAD)
