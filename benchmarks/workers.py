"""Fourfold and its peers as processes that take turns: one worker each, which waits while another is timed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

PEERS_PYTHON = os.environ.get("FOURFOLD_PEERS", "")
"""The interpreter that has the peers installed."""


@dataclass(frozen=True)
class Peer:
    """A framework and how its worker is started; ``needs`` are the modules its interpreter must have."""

    name: str
    program: tuple[str, ...]
    needs: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()


def _keras(backend: str) -> Peer:
    environment = (("KERAS_BACKEND", backend),)
    return Peer(f"keras-{backend}", ("keras_api", "keras"), ("keras", backend), environment)


FOURFOLD = Peer("fourfold", ("keras_api", "fourfold"), ())
PEERS = (
    Peer("torch", ("torch_api", "eager"), ("torch",)),
    Peer("torch.compile", ("torch_api", "compiled"), ("torch",)),
    _keras("jax"),
    _keras("tensorflow"),
    _keras("torch"),
)
BY_NAME = {peer.name: peer for peer in PEERS}


class Worker:
    """A process that answers one command at a time; on one core alone if that is given."""

    def __init__(
        self, peer: Peer, python: str, environment: dict[str, str] | None = None, core: int | None = None
    ) -> None:
        self.name = peer.name
        pinned = [] if core is None else ["taskset", "--cpu-list", str(core)]
        self.process = subprocess.Popen(
            [*pinned, python, "-m", f"benchmarks.peers.{peer.program[0]}", *peer.program[1:]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**clean_environment(), **dict(peer.environment), **(environment or {})},
        )

    def ask(self, do: str, **command: Any) -> dict[str, Any]:
        """The answer; ``{"error": ...}`` if there is none."""
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            print(json.dumps({"do": do, **command}), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        return json.loads(line) if line else {"error": "the worker ended"}

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


def clean_environment() -> dict[str, str]:
    """The environment without what narrows the linear algebra of a machine down."""
    dropped = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "XLA_FLAGS", "JAX_PLATFORMS")
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    return {name: value for name, value in os.environ.items() if name not in dropped} | quiet


def start(names: Iterable[str], python: str) -> tuple[list[Worker], list[str]]:
    """Fourfold's worker, then those of the peers that ``python`` has; and what is said of the others."""
    workers, missing = [Worker(FOURFOLD, sys.executable)], []
    for name in names:
        peer = BY_NAME[name]
        if lacking := [module for module in peer.needs if not has(python, module)]:
            missing.append(f"{name}: missing, {python or 'no interpreter given'} lacks {', '.join(lacking)}")
        else:
            workers.append(Worker(peer, python))
    return workers, missing


def has(python: str, module: str) -> bool:
    """Whether an interpreter finds a module."""
    if not python:
        return False
    command = [python, "-c", f"import importlib.util as u, sys; sys.exit(u.find_spec({module!r}) is None)"]
    return subprocess.run(command, capture_output=True).returncode == 0
