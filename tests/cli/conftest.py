"""The command line in an empty folder, and one small finished study that tests may read."""

import signal
import sys
from dataclasses import dataclass

import pytest
from cli_samples import TINY, messy

from fourfold import cli, comparison
from fourfold.study.efforts import EFFORTS
from fourfold.study.workers import Inline


@dataclass
class Ended:
    code: int
    out: str
    err: str


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs a command line in this process and an empty folder; gives exit code and output."""
    monkeypatch.chdir(tmp_path)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def running(*arguments):
        monkeypatch.setattr(sys, "argv", ["fourfold", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        printed = capsys.readouterr()
        return Ended(int(end.value.code or 0), printed.out, printed.err)

    yield running
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    """The folder of a comparison of few steps on `messy`, the rows beside it."""
    place = tmp_path_factory.mktemp("study")
    data = messy(place / "messy.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(EFFORTS, "quick", TINY)
        options = comparison.Options(effort="quick")
        dataset = comparison.load_data(str(data), None, options)
        comparison.run(dataset, options, place / "out", source="messy.csv", executor=Inline())
    return place / "out"
