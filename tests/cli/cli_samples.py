"""The real program as a process, and data that people might bring."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from fourfold.study.efforts import EFFORTS

TINY = replace(EFFORTS["quick"], steps=8, learning_rates=(3e-3, 1e-2), extensions=0)


def fourfold(*arguments, cwd, **options):
    """The real program in a process of its own."""
    command = [Path(sys.executable).with_name("fourfold"), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=600, **options)


def told_in(encoding: str) -> dict[str, str]:
    """The environment of a program whose standard output has that encoding."""
    return os.environ | {"PYTHONIOENCODING": encoding}


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
