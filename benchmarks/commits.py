"""Two commits of Fourfold side by side: a training step of each, in turns. Fails on a loss of more than 15 %.

    uv run python -m benchmarks.commits OLD NEW [--models NAME ...] [--rounds 5]

Each commit is checked out into a folder of its own and runs with the packages of this environment; models, data and
clocks are those of the checkout that runs this. A ratio is the old commit's smallest time over the new one's.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.models import BY_NAME, model_name, named
from benchmarks.training import compare
from benchmarks.workers import Peer, Worker

LOST = 0.85
"""A smaller ratio is a failure."""


@contextmanager
def checked_out(commit: str) -> Iterator[Worker]:
    """A worker that trains with the sources of a commit."""
    with tempfile.TemporaryDirectory() as folder:
        tree = str(Path(folder) / "tree")
        subprocess.run(["git", "worktree", "add", "--detach", "--quiet", tree, commit], check=True)
        worker = Worker(
            Peer(commit, ("keras_api", "fourfold"), ()), sys.executable, {"PYTHONPATH": f"{tree}/src"}
        )
        try:
            yield worker
        finally:
            worker.close()
            subprocess.run(["git", "worktree", "remove", "--force", tree], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="benchmarks.commits", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument(
        "--models", nargs="+", type=model_name, default=list(BY_NAME), help="or KIND:SHAPE:SIZES:BATCH"
    )
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    lost = []
    print(machine())
    print(f"{'ms a step, min (spread)':24}{options.old:>20}{options.new:>20}{'ratio':>8}")
    with checked_out(options.old) as old, checked_out(options.new) as new:
        for row in map(named, options.models):
            compared = compare(row, [old, new], options.rounds)
            print(*compared.notes, sep="\n", end="\n" * bool(compared.notes))
            if len(compared.peers) != 1:
                lost.append(row.name)
                continue
            before, after = compared.ours, compared.peers[0]
            ratio = before.minimum / after.minimum
            cells = [f"{t.minimum * 1e3:.3g} ({t.spread:.0%})" for t in (before, after)]
            print(f"{row.name:24}{cells[0]:>20}{cells[1]:>20}{ratio:8.2f}", flush=True)
            if ratio < LOST:
                lost.append(row.name)
    if lost:
        sys.exit(f"slower by more than {1 - LOST:.0%}, or without equal losses: {', '.join(lost)}")


if __name__ == "__main__":
    main()
