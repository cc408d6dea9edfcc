"""A worker: commands come as lines of JSON on standard input, answers go back as lines of JSON.

    {"do": "ready"}                          -> nothing: the imports are done
    {"do": "hello"}                          -> versions, threads
    {"do": "prepare", "model", "weights"}    -> losses of the agreement run; the model is then ready to be timed
    {"do": "train"}                          -> seconds a step of one epoch
    {"do": "study", "model", "runs", "epochs"} -> seconds of a loop over trainings, each a (seed, learning rate)
    {"do": "predict"}                        -> rows a second at batch 256, and seconds for one sample

The trainer behind it has the methods hello, prepare, train and predict. An error is an answer too.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.models import STUDY_EPOCH_STEPS

AGREEMENT_EPOCHS = 3
AGREEMENT_BATCHES = 8
PREDICTED_ROWS = 2048


def serve(trainer: Any) -> None:
    """Answers until standard input ends. What libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    for line in sys.stdin:
        command = json.loads(line)
        try:
            do = command.pop("do")
            answer = {} if do == "ready" else getattr(trainer, do)(**command)
        except Exception as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(answer), file=answers)


def agreement_rows(row: Any) -> int:
    """How many rows the losses are compared on: a few batches, the last of them as full as the row's own."""
    return min(row.rows, AGREEMENT_BATCHES * row.batch + row.rows % row.batch)


def study_order(row: Any, seed: int, epochs: int) -> np.ndarray:
    """The rows of each step of a study's training, shuffled each epoch: (steps, batch)."""
    generator = np.random.default_rng(seed)
    orders = [generator.permutation(STUDY_EPOCH_STEPS * row.batch) for _ in range(epochs)]
    return np.concatenate(orders).reshape(epochs * STUDY_EPOCH_STEPS, row.batch).astype(np.int32)


def best(times: int, call: Callable[[], Any]) -> float:
    """The smallest wall time of several calls, seconds."""
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    return min(seconds)
