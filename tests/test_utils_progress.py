"""`utils.Progbar`, held against Keras's: which numbers its last line shows, and what moves on a terminal."""

import contextlib
import io
import re

import keras
import numpy as np
import pytest

import fourfold
from fourfold.errors import OptionError

STEPS = [(1, 4.0, 0.25), (1, 2.0, 0.5), (2, 1.5, 0.75)]


def last_line(package, **options):
    """What is printed for `STEPS`, without how long they took."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        bar, done = package.utils.Progbar(4, verbose=2, **options), 0
        for steps, loss, accuracy in STEPS:
            done += steps
            bar.update(done, [("loss", loss), ("accuracy", np.float32(accuracy))])
    return re.sub(r"- \d+s - .*?/(step|sample)", r"/\1", out.getvalue())


@pytest.mark.parametrize(
    "options",
    [{}, {"stateful_metrics": ["accuracy"]}, {"stateless_metrics": ["accuracy"]}, {"unit_name": "sample", "width": 5}],
)
def test_the_last_line_is_keras(options):
    ours = last_line(fourfold, **options)
    assert ours == last_line(keras, **options) and "4/4" in ours and "loss: 1.5000" in ours


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    "options, averages",
    [
        ({}, ("3.0000", "0.3750")),
        ({"stateful_metrics": ["accuracy"]}, ("3.0000", "0.5000")),
        ({"stateless_metrics": ["accuracy"]}, ("2.0000", "0.3750")),
    ],
)
def test_a_terminals_line_moves_and_shows_averages(options, averages):
    out = Terminal()
    with contextlib.redirect_stdout(out):
        bar = fourfold.utils.Progbar(4, interval=0, **options)
        for steps, loss, accuracy in STEPS:
            bar.add(steps, [("loss", loss), ("accuracy", accuracy)])
    first, second, last = out.getvalue().split("\r\x1b[K")[1:]
    assert first.startswith("1/4 ━━━━━─") and last.endswith("- loss: 1.5000 - accuracy: 0.7500\n")
    assert second.endswith("- loss: {} - accuracy: {}".format(*averages)) and second.count("━") == 10


def test_nothing_is_shown_in_between_elsewhere_nor_with_verbose_0(capsys):
    for verbose in (0, 1):
        bar = fourfold.utils.Progbar(3, verbose=verbose)
        bar.add(1)
        bar.add(1, [("loss", 1.0)])
        assert capsys.readouterr().out == ""
    bar.add(1, [("loss", 1.0)])
    assert capsys.readouterr().out.startswith("3/3 ━")


def test_metrics_are_stateful_or_stateless():
    with pytest.raises(OptionError, match="two ways to say one thing: got both, wanted one of them"):
        fourfold.utils.Progbar(3, stateful_metrics=["a"], stateless_metrics=["b"])
