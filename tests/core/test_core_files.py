"""Files written whole or not at all, on a disk that is full."""

from pathlib import Path

import pytest

from fourfold.core.files import whole_file
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
