"""One training: a step of `fit` beside the peers' step, on equal work, in turns.

    python -m benchmarks training --peers-python PATH [--models NAME ...] [--peers NAME ...] [--rounds 5]

For each model every framework trains a few epochs from the same weights on the same batches; a peer whose losses
differ from Fourfold's by more than `AGREEMENT` of the first epoch's loss is no peer in that row, and said. Then they
take turns (A B C A B C ...) at one epoch each. A ratio is the fastest peer's smallest time over Fourfold's smallest;
the noise of a row is the larger of the two spreads, (median - minimum) / minimum.
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.models import BY_NAME, Benchmarked, model_name, named
from benchmarks.workers import BY_NAME as PEERS
from benchmarks.workers import Worker, start

AGREEMENT = 5e-3
HOPELESS = 2.0
"""Who takes this many times as long as the fastest in the first round is not asked again."""
REST = 0.25  # seconds between turns, so that the threads of the one before have gone to sleep


@dataclass
class Timed:
    """Seconds a step of one framework in each round, and how its losses compare."""

    name: str
    losses: list[float]
    settings: str
    first: float
    seconds: list[float] = field(default_factory=list)

    @property
    def minimum(self) -> float:
        return min(self.seconds)

    @property
    def spread(self) -> float:
        return statistics.median(self.seconds) / self.minimum - 1

    def difference(self, other: Timed) -> float:
        """The largest difference of the losses, as a share of the first."""
        return max(abs(a - b) for a, b in zip(self.losses, other.losses)) / abs(other.losses[0])


@dataclass
class Compared:
    """A row of the table."""

    row: Benchmarked
    ours: Timed
    peers: list[Timed]
    notes: list[str]

    @property
    def fastest(self) -> Timed | None:
        return min(self.peers, key=lambda peer: peer.minimum, default=None)

    @property
    def ratio(self) -> float:
        return self.fastest.minimum / self.ours.minimum if self.fastest else math.nan

    @property
    def noise(self) -> float:
        return max(self.ours.spread, self.fastest.spread if self.fastest else 0.0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--peers-python", default=argparse.SUPPRESS, help="the interpreter that has the peers")
    parser.add_argument(
        "--models", nargs="+", type=model_name, default=list(BY_NAME), help="or KIND:SHAPE:SIZES:BATCH"
    )
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--rounds", type=int, default=5)


def compare(row: Benchmarked, workers: list[Worker], rounds: int) -> Compared:
    """One row: agreement first, then turns."""
    notes, ready = [], []
    with tempfile.TemporaryDirectory() as folder:
        weights = str(Path(folder) / "weights.npz")
        for worker in workers:
            answer = worker.ask("prepare", model=row.name, weights=weights)
            if "error" in answer:
                notes.append(f"{row.name}: {worker.name} failed: {answer['error']}")
                continue
            timed = Timed(worker.name, answer["losses"], answer["settings"], answer["first"])
            if ready and not (difference := timed.difference(ready[0][1])) < AGREEMENT:
                notes.append(f"{row.name}: {worker.name} is left out, its losses differ by {difference:.2%}")
                continue
            ready.append((worker, timed))
    for number in range(rounds):
        least = min(min(timed.seconds) for _, timed in ready) if number else math.inf
        for worker, timed in ready:
            if not number or min(timed.seconds) < HOPELESS * least or timed.name == "fourfold":
                time.sleep(REST)
                timed.seconds.append(worker.ask("train")["seconds"])
    (_, ours), *others = ready
    return Compared(row, ours, [timed for _, timed in others], notes)


def head(names: list[str]) -> str:
    """The first line of the table."""
    return (
        f"{'ms a step, min (spread)':24}"
        + "".join(f"{name:>19}" for name in names)
        + (f"{'fastest peer':>18}{'ratio':>7}{'noise':>7}")
    )


def line(compared: Compared, names: list[str]) -> str:
    """Milliseconds a step, smallest (spread), of each framework; the ratio of the fastest peer to Fourfold."""
    by_name = {timed.name: timed for timed in [compared.ours, *compared.peers]}
    cells = "".join(f"{_cell(by_name.get(name)):>19}" for name in names)
    fastest = compared.fastest
    verdict = (
        f"{fastest.name:>18}{compared.ratio:7.2f}{compared.noise:7.0%}" if fastest else f"{'missing':>18}"
    )
    return f"{compared.row.name:24}{cells}{verdict}"


def summary(rows: list[Compared]) -> str:
    """The geometric mean of the ratios, and the rows that lose."""
    ratios = [compared.ratio for compared in rows if compared.fastest]
    if not ratios:
        return "no row has a peer"
    lost = [c.row.name for c in rows if c.fastest and c.ratio * (1 + c.noise) < 1]
    mean = statistics.geometric_mean(ratios)
    return f"geometric mean of {len(ratios)} rows: {mean:.2f}; below 1 beyond the noise: {', '.join(lost) or 'none'}"


def settings(rows: list[Compared]) -> list[str]:
    """What each framework ran with, and what the first epochs took with compilation."""
    return [
        f"{compared.row.name} ({compared.row.title}): "
        + "; ".join(
            f"{t.name} {t.settings}, first run {t.first:.1f} s" for t in [compared.ours, *compared.peers]
        )
        for compared in rows
    ]


def run(options: argparse.Namespace) -> None:
    workers, missing = start(options.peers, options.peers_python)
    try:
        print(machine())
        for worker in workers:
            print(f"  {worker.name}: {_told(worker.ask('hello'))}")
        names = [worker.name for worker in workers]
        print(head(names), flush=True)
        rows = []
        for row in map(named, options.models):
            rows.append(compare(row, workers, options.rounds))
            print(line(rows[-1], names), flush=True)
        print(summary(rows), *settings(rows), sep="\n")
        print(*missing, *(note for compared in rows for note in compared.notes), sep="\n")
    finally:
        for worker in workers:
            worker.close()


def _cell(timed: Timed | None) -> str:
    return "-" if timed is None else f"{timed.minimum * 1e3:.3g} ({timed.spread:.0%})"


def _told(hello: dict[str, Any]) -> str:
    if "error" in hello:
        return hello["error"]
    versions = ", ".join(f"{name} {version}" for name, version in hello["versions"].items())
    return f"{versions}, {hello['threads']} threads"
