"""The command line in an empty folder, and one small finished study that tests may read."""

import json
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from fourfold import cli, comparison
from fourfold.study.efforts import EFFORTS
from fourfold.study.workers import Inline

TINY = replace(EFFORTS["quick"], steps=8, learning_rates=(3e-3, 1e-2), extensions=0)


def fourfold(*arguments, cwd, **options):
    """The real program in a process of its own."""
    command = [Path(sys.executable).with_name("fourfold"), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=600, **options)


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


def messy(path: Path, rows: int = 90) -> Path:
    """A csv with numbers, categories, missing values, a counter and names that csv and HTML must escape."""
    rng = np.random.default_rng(0)
    lines = ['id,size,"a, b",<b>color</b>,=kind']
    for i in range(rows):
        size = "" if rng.random() < 0.2 else f"{rng.normal():.3f}"
        color = rng.choice(["red", "green", ""])
        kind = "=1+1" if (color == "red") != (rng.random() < 0.1) else "😀"
        lines.append(f"{i},{size},{rng.normal():.3f},{color},{kind}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


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


def results(folder: Path, without: tuple[str, ...] = ()) -> dict:
    """results.json without what names the folder."""
    content = json.loads((folder / "results.json").read_text())
    for name in without:
        content.pop(name)
    return content
