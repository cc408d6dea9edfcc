"""Scratch folders: gone with what needed them, and with a later run where the process was killed."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from fourfold.core import scratch
from fourfold.core.scratch import PREFIX, SURELY_HELD, scratch_folder

pytest.importorskip("fcntl")

HOLDING = """
import sys
from pathlib import Path
from fourfold.core.scratch import scratch_folder
with scratch_folder() as name:
    Path(name, "rows").mkdir()
    print(name, flush=True)
    sys.stdin.read()
"""


def holding():
    """A process that needs a scratch folder, and the folder."""
    process = subprocess.Popen([sys.executable, "-c", HOLDING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def aged(path):
    os.utime(path, (0, path.stat().st_mtime - 2 * SURELY_HELD))


def test_what_a_killed_process_left_is_removed_by_a_later_one_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    scratch._remove_abandoned.cache_clear()
    killed, left = holding()
    lives, held = holding()
    killed.kill()
    killed.communicate()
    study, link = tmp_path / "fourfold-k3x_9a2b", tmp_path / f"{PREFIX}link"
    (study / "blocks").mkdir(parents=True)
    link.symlink_to(study)
    young = tmp_path / f"{PREFIX}young"
    young.mkdir()
    for path in (left, held, study):
        aged(path)
    with scratch_folder() as mine:
        assert set(tmp_path.iterdir()) == {held, study, link, young, Path(mine)}
        assert (held / "rows").is_dir() and (study / "blocks").is_dir()
    lives.communicate("")
    assert lives.returncode == 0 and set(tmp_path.iterdir()) == {study, link, young}

INTERRUPTED = """
import sys
from pathlib import Path
from fourfold.core import scratch

class Removed(scratch.TemporaryDirectory):
    def cleanup(self):
        scratch.remove_all()  # as who ends the process at a second Ctrl-C
        print(Path(self.name).exists())

scratch.TemporaryDirectory = Removed
with scratch.scratch_folder() as name:
    Path(name, "rows").mkdir()
"""


def test_a_folder_whose_removal_is_cut_short_is_removed_by_who_ends_the_process():
    ended = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=True)
    assert ended.stdout == "False\n"
