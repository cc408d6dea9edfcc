"""A running study on the terminal: families, replicas, step share, time left, a score as each family ends.

Three displays take the same four events: ``Live`` redraws a small table, ``Lines`` prints a line now and then
(for logs and pipes), ``Silent`` prints nothing. ``open_progress`` picks one. ``rows_predicted`` tells of predictions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from rich.console import Console, Group
from rich.live import Live as RichLive
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from fourfold.report import format as fmt
from fourfold.report.design import plural
from fourfold.report.escape import terminal as escape

QUIET_SECONDS = 30


@dataclass
class Tally:
    """What has been heard so far, and what follows from it.

    >>> tally = Tally({"dense": 60, "convolution": 60})
    >>> tally.hear("dense", 30, 60, 3.0)
    >>> tally.share("dense"), tally.left()
    (0.5, 9.0)
    """

    totals: dict[str, int]
    done: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    scores: dict[str, str] = field(default_factory=dict)

    def hear(self, family: str, done: float, total: int, seconds: float, kept: int = 0) -> None:
        self.totals[family], self.done[family], self.seconds[family] = total, done, seconds
        self.kept[family] = kept

    def share(self, family: str) -> float:
        total = self.totals[family]
        return min(self.done.get(family, 0) / total, 1.0) if total else 1.0

    def left(self) -> float | None:
        """Seconds left: each family at its own pace so far, one that has not started at the mean pace.

        Runs that were kept from before took no time now, and say nothing of the pace.
        """
        trained = {f: done - self.kept[f] for f, done in self.done.items()}
        paces = {f: self.seconds[f] / runs for f, runs in trained.items() if runs > 0}
        if not paces:
            return None
        mean = sum(paces.values()) / len(paces)
        waiting = {f: max(total - self.done.get(f, 0), 0) for f, total in self.totals.items()}
        return sum(paces.get(family, mean) * runs for family, runs in waiting.items())


class Silent:
    """Hears everything, prints nothing."""

    def start(
        self, families: Sequence[str], totals: Sequence[int] | Mapping[str, int], refits: int = 0
    ) -> None:
        """``families`` will be trained, each with its number of replicas, of which so many in all are ``refits``."""

    def update(self, family: str, done: float, total: int, seconds: float, kept: int = 0) -> None:
        """``done`` replicas of ``total`` (a fraction counts steps) took ``seconds``; ``kept`` of them an earlier run
        left in the folder."""

    def row(self, family: str, score: str) -> None:
        """A family has ended; ``score`` is its provisional row in words."""

    def finish(self) -> None:
        """The study has ended or was stopped; may be called twice."""

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.finish()


class Lines(Silent):
    """A line at the start, at each quarter of a family, when long nothing was said, and as each family ends."""

    def __init__(self, console: Console) -> None:
        self.console, self.tally, self.quarters = console, Tally({}), {}
        self.last = time.monotonic()

    def start(
        self, families: Sequence[str], totals: Sequence[int] | Mapping[str, int], refits: int = 0
    ) -> None:
        self.tally = Tally(_totals(families, totals))
        runs = plural(sum(self.tally.totals.values()) - refits, "training run")
        again = f" and {plural(refits, 'refit')}" if refits else ""
        self._print(f"{plural(len(families), 'family', 'families')}, {runs}{again}")

    def update(self, family: str, done: float, total: int, seconds: float, kept: int = 0) -> None:
        self.tally.hear(family, done, total, seconds, kept)
        quarter, now = int(4 * self.tally.share(family)), time.monotonic()
        if quarter > self.quarters.get(family, 0) or now - self.last > QUIET_SECONDS:
            self.quarters[family], self.last = quarter, now
            known = f" ({kept} kept from before)" if 0 < kept < done else ""
            took = "kept from before" if 0 < kept == done else fmt.seconds(seconds)
            left = self.tally.left()
            rest = f"; {fmt.seconds(left)} left in all" if left else ""
            self._print(f"{family}: {int(done)} of {total} runs{known}, {took}{rest}")

    def row(self, family: str, score: str) -> None:
        self._print(f"{family}: {score}")

    def _print(self, line: str) -> None:
        self.console.print(Text(escape(line)), soft_wrap=True)


class Live(Silent):
    """A table that is redrawn in place and gives way to the result."""

    def __init__(self, console: Console) -> None:
        self.console, self.tally = console, Tally({})
        self.live: RichLive | None = None

    def start(
        self, families: Sequence[str], totals: Sequence[int] | Mapping[str, int], refits: int = 0
    ) -> None:
        self.finish()
        self.tally = Tally(_totals(families, totals))
        self.live = RichLive(
            get_renderable=self.table, console=self.console, refresh_per_second=4, transient=True
        )
        self.live.start()

    def update(self, family: str, done: float, total: int, seconds: float, kept: int = 0) -> None:
        self.tally.hear(family, done, total, seconds, kept)

    def row(self, family: str, score: str) -> None:
        self.tally.scores[family] = score

    def finish(self) -> None:
        if self.live is not None:
            self.live.stop()
            self.live = None

    def table(self) -> Group:
        tally, grid = self.tally, Table.grid(padding=(0, 2, 0, 0))
        for justify in ("left", "left", "right", "right", "left"):
            grid.add_column(justify=justify, no_wrap=True)
        for family, total in list(tally.totals.items()):
            share, spent = tally.share(family), tally.seconds.get(family)
            grid.add_row(
                Text(escape(family)),
                ProgressBar(total=1.0, completed=share, width=16),
                Text(f"{int(tally.done.get(family, 0))}/{total} runs"),
                Text(f"{100 * share:.0f} %" if spent is not None else ""),
                Text(escape(tally.scores.get(family, self._spent(family)))),
            )
        left = tally.left()
        words = "measuring the pace" if left is None else f"about {fmt.seconds(left)} left"
        return Group(grid, Text(f"{words}; Ctrl-C stops, the same command goes on from there", style="dim"))

    def _spent(self, family: str) -> str:
        spent, kept = self.tally.seconds.get(family), self.tally.kept.get(family)
        return fmt.seconds(spent) if spent else "kept from before" if kept else "waiting"


@contextmanager
def rows_predicted(*, quiet: bool = False, console: Console | None = None) -> Iterator[Callable[[int, int], None]]:
    """On stderr how many rows were predicted, of how many, and the time left: in a line of a terminal that gives way to
    the result, else in a line now and then; nothing if ``quiet``."""
    console = console or Console(stderr=True, quiet=quiet)
    started, done = time.monotonic(), 0
    first, said = 0, started

    def hear(rows: int, among: int) -> None:
        nonlocal done, first, said, started
        done, now = done + rows, time.monotonic()
        if not first:  # before it the columns of the file were looked at
            first, started = done, now
        words = f"{done:,} of {among:,} rows predicted" if among else f"{done:,} rows predicted"
        if among > done > first:
            words += f"; {fmt.seconds((now - started) * (among - done) / (done - first))} left"
        if live:
            live.update(words)
        elif now - said > QUIET_SECONDS:
            console.print(words, soft_wrap=True, highlight=False)
            said = now

    drawn = console.is_terminal and not console.is_dumb_terminal
    with console.status("reading the rows") if drawn else nullcontext() as live:
        yield hear


def open_progress(*, quiet: bool = False, console: Console | None = None) -> Silent:
    """The display for a run, on stderr: ``Silent`` if ``quiet``, ``Live`` on a terminal, else ``Lines``."""
    if quiet:
        return Silent()
    console = console or Console(stderr=True)
    return Live(console) if console.is_terminal and not console.is_dumb_terminal else Lines(console)


def _totals(families: Sequence[str], totals: Sequence[int] | Mapping[str, int]) -> dict[str, int]:
    if isinstance(totals, Mapping):
        return {family: totals[family] for family in families}
    return dict(zip(families, totals, strict=True))
