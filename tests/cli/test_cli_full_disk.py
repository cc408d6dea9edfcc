"""A disk that fills up in the middle of a comparison: a file system of a few kilobytes that later grows."""

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

PROGRAM = Path(sys.executable).with_name("fourfold")
COMPARE = [str(PROGRAM), "compare", "iris", "--effort", "tiny", "--out", "out"]
NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]


def shell(lines, cwd):
    return subprocess.run(
        [*NAMESPACE, "sh", "-c", "\n".join(lines)], cwd=cwd, capture_output=True, text=True, timeout=900
    )


@pytest.fixture(scope="module")
def mounts(tmp_path_factory):
    """File systems can be mounted here, which takes user namespaces."""
    folder = tmp_path_factory.mktemp("probe")
    (folder / "out").mkdir()
    if shutil.which("unshare") is None or shell(["mount -t tmpfs -o size=60k tmpfs out"], folder).returncode:
        pytest.skip("no file system of a few kilobytes can be mounted here (unshare --user --mount)")


@pytest.mark.parametrize("workers", [(), ("--workers", "2")], ids=["one worker", "a cluster"])
def test_a_study_ends_and_goes_on_when_there_is_room(mounts, tmp_path, workers):
    command = shlex.join([*COMPARE, *workers])
    for name in ("out", "undisturbed"):
        (tmp_path / name).mkdir()
    ran = shell(
        [
            "set -e",
            "mount -t tmpfs -o size=60k tmpfs out",
            f"{command} || echo ended with $?",
            "cp -a out before",
            "mount -o remount,size=50m out",
            command,
            "cp -a out after",
        ],
        tmp_path,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("ended with") == 1 and "ended with 4\n" in ran.stdout
    said = [line for line in ran.stderr.splitlines() if line.startswith("fourfold: ")]
    assert len(said) == 1 and "Traceback" not in ran.stderr
    assert said[0].startswith(f"fourfold: the disk is full: {tmp_path}/out/blocks/") and said[0].endswith(
        "can't be written (No space left on device): wanted space. "
        "Do this: make room, and run the same command: a comparison goes on from what is written"
    )
    before, after = written(tmp_path / "before"), written(tmp_path / "after")
    assert 0 < len(before) < len(after) and before.items() <= after.items()
    again = subprocess.run([*COMPARE, *workers], cwd=tmp_path / "undisturbed", capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    undisturbed = written(tmp_path / "undisturbed" / "out")
    assert {name: content for name, (content, _) in after.items()} == {
        name: content for name, (content, _) in undisturbed.items()
    }
    results = [
        (folder / "results.json").read_bytes()
        for folder in (tmp_path / "after", tmp_path / "undisturbed/out")
    ]
    assert results[0] == results[1]


def written(folder):
    """The blocks of a study by name: their bytes, and when they were written. Nothing else lies beside them."""
    assert not [path for path in (folder / "blocks").iterdir() if path.name.startswith(".")]
    return {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in (folder / "blocks").glob("*.npz")
    }


def in_small(command, size, cwd):
    """A command beside the file system small, which is full before it ends, with code 4, and leaves nothing there."""
    (cwd / "small").mkdir()
    lines = [f"mount -t tmpfs -o size={size} tmpfs small", f"{command} || echo ended with $?", "ls -A small"]
    ran = shell(lines, cwd)
    assert ran.stdout == "ended with 4\n"
    return ran


TEMPORARY = {
    "what comes through a pipe": "inspect - < data.csv",
    "a packed table": "inspect data.csv.bz2",
    "a table in a zip file": "inspect data.zip",
    "a text that is written anew": "inspect blanks.txt",
    "text in another encoding": "inspect wide.csv",
    "a list of objects": "inspect data.json",
}


@pytest.mark.parametrize("name", TEMPORARY)
def test_a_disk_of_temporary_files_that_is_full_is_told_from_data_that_are_damaged(mounts, tmp_path, name):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(6000, 4)), columns=["a", "b", "c", "y"])
    frame.to_csv(tmp_path / "data.csv", index=False)
    frame.to_csv(tmp_path / "data.csv.bz2", index=False)
    frame.to_csv(tmp_path / "data.zip", index=False, compression={"method": "zip", "archive_name": "data.csv"})
    frame.to_csv(tmp_path / "wide.csv", index=False, encoding="utf-16")
    frame.to_json(tmp_path / "data.json", orient="split")
    (tmp_path / "blanks.txt").write_text(frame.to_string(index=False))
    ran = in_small(f"TMPDIR=$PWD/small {shlex.quote(str(PROGRAM))} {TEMPORARY[name]}", "64k", tmp_path)
    assert ran.stderr.count("\n") == 1
    assert ran.stderr.startswith("fourfold: the disk is full where temporary files are kept: got ")
    assert "/small (No space left on device), wanted space. Do this: make room, or TMPDIR=FOLDER" in ran.stderr


@pytest.mark.parametrize("out", ["p.csv", "p.parquet"])
def test_a_disk_that_fills_with_predictions_is_said_and_keeps_none_of_them(mounts, tmp_path, out):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(40_000, 4)), columns=["a", "b", "c", "y"])
    frame.to_csv(tmp_path / "data.csv", index=False)
    made = subprocess.run(
        [*COMPARE[:2], "data.csv", "--effort", "tiny", "--rows", "300", "--families", "dense", "--out", "model"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    ran = in_small(f"{shlex.quote(str(PROGRAM))} predict model data.csv --out small/{out}", "300k", tmp_path)
    assert f"fourfold: the disk is full: small/{out} can't be written (No space left on device)" in ran.stderr
