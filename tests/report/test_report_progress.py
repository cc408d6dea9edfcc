"""Progress: the same events, on a terminal, in a log, or in silence."""

import io

import pytest
from rich.console import Console

from fourfold.report import progress
from fourfold.report.progress import Lines, Live, Silent, Tally, open_progress, rows_predicted


def play(display):
    with display:
        display.start(["dense", "attention\x1b[2J"], [60, 40])
        display.update("dense", 15, 60, 3.0)
        display.update("dense", 60, 60, 12.0)
        display.row("dense", "97.9 % (97.2–98.6)")
        display.update("attention\x1b[2J", 0.5, 40, 0.4)


def test_time_left_uses_each_familys_own_pace():
    tally = Tally({"a": 10, "b": 20})
    assert tally.left() is None
    tally.hear("a", 5, 10, 10.0)  # 2 s a run: 5 runs left, and 20 of b at the same pace
    assert tally.left() == pytest.approx(50.0)
    tally.hear("b", 10, 20, 5.0)  # 0.5 s a run
    assert tally.left() == pytest.approx(15.0)
    tally.hear("b", 10, 40, 5.0)  # the grid grew
    assert tally.left() == pytest.approx(25.0) and tally.share("b") == 0.25


def test_what_is_kept_from_before_says_nothing_of_the_pace():
    tally = Tally({"a": 10, "b": 20})
    tally.hear("a", 5, 10, 0.0, kept=5)
    assert tally.left() is None
    tally.hear("a", 7, 10, 4.0, kept=5)  # 2 s a run: 3 runs left, and 20 of b
    assert tally.left() == pytest.approx(46.0)


def test_what_is_kept_from_before_is_said():
    stream = io.StringIO()
    live = Live(Console(file=io.StringIO(), force_terminal=True))
    for display in (Lines(Console(file=stream, width=80)), live):
        display.start(["dense", "attention"], [8, 8])
        display.update("dense", 4, 8, 0.0, 4)
        display.update("dense", 8, 8, 12.0, 4)
        display.update("attention", 8, 8, 0.0, 8)
    assert stream.getvalue().splitlines()[1:] == [
        "dense: 4 of 8 runs, kept from before",
        "dense: 8 of 8 runs (4 kept from before), 12 s; 24 s left in all",
        "attention: 8 of 8 runs, kept from before",
    ]
    table = io.StringIO()
    Console(file=table, width=80).print(live.table())
    live.finish()
    assert "12 s" in table.getvalue() and "kept from before" in table.getvalue()


def test_lines_for_logs():
    stream = io.StringIO()
    play(Lines(Console(file=stream, width=40)))
    lines = stream.getvalue().splitlines()
    assert lines[0] == "2 families, 100 training runs"
    assert lines[1].startswith("dense: 15 of 60 runs, 3.0 s; ") and lines[2].startswith(
        "dense: 60 of 60 runs"
    )
    assert lines[3] == "dense: 97.9 % (97.2–98.6)" and len(lines) == 4
    Lines(Console(file=stream, width=40)).start(["dense"], [25])
    assert stream.getvalue().endswith("\n1 family, 25 training runs\n")


def test_refits_are_counted_apart():
    stream = io.StringIO()
    Lines(Console(file=stream, width=80)).start(["dense", "attention"], [30, 30], 10)
    assert stream.getvalue() == "2 families, 50 training runs and 10 refits\n"


def test_live_table_shows_rows_and_leaves_nothing_behind():
    stream = io.StringIO()
    display = Live(Console(file=stream, width=80, force_terminal=True, color_system=None))
    display.start(["dense", "attention\x1b[2J"], {"dense": 60, "attention\x1b[2J": 40})
    display.update("dense", 30, 60, 6.0)
    display.row("dense", "97.9 %")
    shown = Console(file=io.StringIO(), width=80)
    shown.print(display.table())
    text = shown.file.getvalue()
    assert "30/60 runs" in text and "50 %" in text and "97.9 %" in text and "about 14 s left" in text
    assert "attention\\x1b[2J" in text and "\x1b[2J" not in text
    display.finish()
    display.finish()
    assert display.live is None and stream.getvalue().endswith("\x1b[2K")


def test_the_right_display_is_opened(capsys):
    log, screen = Console(file=io.StringIO()), Console(file=io.StringIO(), force_terminal=True)
    assert type(open_progress(console=log)) is Lines
    assert type(open_progress(console=screen)) is Live
    assert type(open_progress(quiet=True, console=screen)) is Silent
    play(open_progress(quiet=True))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("terminal", [True, False])
def test_rows_that_are_predicted_are_counted(terminal, monkeypatch):
    """A log gets a line when long nothing was said; the time of the first part says nothing of the pace."""
    clock = iter([0.0, 20.0, 30.0, 41.0, 50.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    stream = io.StringIO()
    shown = []
    console = Console(file=stream, width=80, force_terminal=terminal, _environ={"TERM": "xterm"})
    monkeypatch.setattr(console, "status", lambda words: _Shown(shown, words))
    with rows_predicted(console=console) as hear:
        for rows, among in [(1000, 5000), (1000, 5000), (1000, 0), (2000, 5000)]:
            hear(rows, among)
    words = ["1,000 of 5,000 rows predicted", "2,000 of 5,000 rows predicted; 30 s left", "3,000 rows predicted"]
    assert shown == (["reading the rows", *words, "5,000 of 5,000 rows predicted"] if terminal else [])
    assert stream.getvalue().splitlines() == ([] if terminal else words[2:])


class _Shown:
    """What a terminal shows in one line."""

    def __init__(self, shown, words):
        self.update = shown.append
        shown.append(words)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass
