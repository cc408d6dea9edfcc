"""Files written whole or not at all, on a disk that is full."""

import subprocess
import sys
from pathlib import Path

import pytest

from fourfold.core.files import load_sealed, locked, remove_half_written, whole_file, write_whole
from fourfold.errors import MachineError


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "results.json"
    path.write_bytes(b"old")
    text = r"the disk is full: .*results.json can't be written \(No space left on device\): wanted space. Do this: make room"
    with pytest.raises(MachineError, match=text) as caught, whole_file(path):
        Path("/dev/full").write_bytes(b"new")
    assert caught.value.exit_code == 4
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_a_folder_that_may_not_be_written_to_is_another_matter(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(MachineError, match="can't be written .*wanted a folder with space and permission"),
        whole_file(tmp_path / "file" / "results.json"),
    ):
        pass


WRITERS = """
import os, sys, threading, time
from pathlib import Path
from fourfold.core.files import write_whole
from fourfold.core.scratch import remove_all
def write(place):
    for i in range(10**6):
        write_whole(Path(sys.argv[1], f"{place}-{i % 10}.npz"), bytes(2000))
for place in range(4):
    threading.Thread(target=write, args=[place], daemon=True).start()
time.sleep(0.3)
remove_all()
time.sleep(0.3)
os._exit(0)
"""


def test_a_process_that_ends_at_once_leaves_no_half_of_a_file_whoever_writes(tmp_path):
    subprocess.run([sys.executable, "-c", WRITERS, str(tmp_path)], check=True, stderr=subprocess.DEVNULL)
    names = [path.name for path in tmp_path.iterdir()]
    assert names and not [name for name in names if name.startswith(".")]


def test_what_a_killed_process_left_half_written_is_removed_and_nothing_else(tmp_path):
    halves = [".results.json.ab_cdef1", "blocks/.dense-M-1f.npz.abcdefgh", "blocks/.examined-dense-1f.seconds.json.k7t__z8w"]
    others = [".lock", ".gitignore", ".notes.json", "results.json", ".bashrc.abcdefgh", "blocks/dense-M-1f.npz"]
    others += ["mine/.notes.json.abcdefgh"]  # of a folder beside those of the study
    (tmp_path / "blocks").mkdir()
    (tmp_path / "mine").mkdir()
    for name in [*halves, *others]:
        (tmp_path / name).touch()
    remove_half_written(tmp_path, tmp_path / "blocks", tmp_path / "model")
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()) == sorted(others)


@pytest.mark.parametrize("again", [False, True], ids=["no folder", "another folder"])
def test_a_folder_that_is_moved_while_a_run_holds_it_is_said_and_not_made_again(tmp_path, again):
    folder = tmp_path / "out"
    with pytest.raises(MachineError, match="the folder was moved or deleted") as raised, locked(folder) as check:
        write_whole(folder / "blocks" / "one.npz", b"1", parents=False)
        check()
        folder.rename(tmp_path / "elsewhere")
        if again:
            folder.mkdir()
        else:
            write_whole(folder / "blocks" / "two.npz", b"2", parents=False)
    assert raised.value.exit_code == 4
    assert folder.exists() is again and (tmp_path / "elsewhere" / "blocks" / "one.npz").read_bytes() == b"1"


def test_a_folder_in_the_place_of_arrays_is_named(tmp_path):
    (tmp_path / "a.npz").mkdir()
    with pytest.raises(MachineError, match=r"a\.npz is no file: got a folder, .* it writes the file$"):
        load_sealed(tmp_path / "a.npz")
