"""The main job through the real program: its folder, what stops it and how it goes on, the wheel."""

import contextlib
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from cli_samples import fourfold, messy

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

FILES = ("results.json", "table.csv", "report.html", "timings.json", "study.json")
IRIS = ("compare", "iris", "--effort", "quick", "--out", "out")


def compared(folder, *arguments):
    """Runs a comparison in a folder; its results, after what every finished folder must hold."""
    ended = fourfold("compare", *arguments, "--effort", "quick", "--out", "out", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    assert all((folder / "out" / name).stat().st_size for name in FILES)
    for name in ("model.json", "preparation.json", "weights.npz", "model.py"):
        assert (folder / "out" / "model" / name).stat().st_size
    results = json.loads((folder / "out" / "results.json").read_text())
    assert results["verdict"]["sentence"].split(":")[0].split(".")[0] in " ".join(ended.stdout.split())
    assert {row["status"] for row in results["families"]} == {"trained"}
    return results


def predicted(folder, data):
    ended = fourfold("predict", "out", data, cwd=folder)
    assert ended.returncode == 0, ended.stderr
    return list(csv.DictReader(ended.stdout.splitlines()))


def test_digits(tmp_path):
    results = compared(tmp_path, "digits")
    scores = {row["family"]: row["score"]["value"] for row in results["families"]}
    assert min(scores.values()) > 0.9 and results["verdict"]["family"] in scores
    assert results["data"]["rows"] == 1797


def test_a_table_with_missing_values_and_categories(tmp_path):
    messy(tmp_path / "messy.csv", rows=200)
    results = compared(tmp_path, "messy.csv")
    assert results["data"]["task"]["classes"] == ["=1+1", "😀"]
    rows = predicted(tmp_path, "messy.csv")
    right = sum(row["prediction"] == row["'=kind"] for row in rows)
    assert len(rows) == 200 and right > 150  # one label in ten is turned around


def test_sequences(tmp_path):
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=240)
    waves = np.sin(np.arange(40) * np.where(y, 0.3, 0.6)[:, None] + rng.uniform(0, 6, (240, 1)))
    x = np.stack([waves + 0.3 * rng.normal(size=waves.shape), rng.normal(size=waves.shape)], -1)
    np.savez(tmp_path / "waves.npz", x=x.astype("float32"), y=y)
    np.savez(tmp_path / "new.npz", x=x[:20].astype("float32"))
    results = compared(tmp_path, "waves.npz")
    assert results["data"]["layout"] == "sequence" and results["data"]["shape"] == [40, 2]
    assert next(row["score"]["value"] for row in results["families"] if row["family"] == "convolution") > 0.9
    right = [int(row["prediction"]) == label for row, label in zip(predicted(tmp_path, "new.npz"), y)]
    assert len(right) == 20 and sum(right) >= 17


def test_a_regression(tmp_path):
    results = compared(tmp_path, "diabetes")
    baselines = {row["name"]: row["score"]["value"] for row in results["baselines"]}
    assert all(row["score"]["value"] < baselines["mean"] for row in results["families"])
    assert results["data"]["task"]["output"] == "softplus"


# ---- the same command gives the same bytes, whatever happens on the way ------------------------------------


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    compared(folder, "iris")
    return folder


def same_bytes(one, other):
    for name in ("results.json", "table.csv", "model/weights.npz", "model/model.py", "model/model.json"):
        assert (one / "out" / name).read_bytes() == (other / "out" / name).read_bytes(), name
    assert blocks(one) == blocks(other)


def blocks(folder):
    return {path.name: path.read_bytes() for path in (folder / "out" / "blocks").glob("*.npz")}


def started(folder, more_blocks=1, options=()):
    """The program, stopped at a moment when some blocks are on disk and more are being trained. It minds a hang-up, also
    where the tests run with nohup."""
    process = subprocess.Popen(
        [Path(sys.executable).with_name("fourfold"), *IRIS, *options],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    )  # fmt: skip
    place = folder / "out" / "blocks"
    wanted = len(list(place.glob("*-M-*.npz"))) + more_blocks
    while len(list(place.glob("*-M-*.npz"))) < wanted:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    return process


def workers(process):
    """The processes that train for a process."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == process.pid and b"LokyProcess" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except (OSError, IndexError, ValueError):
            continue
    return found


def gone(pid):
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_two_folders(undisturbed, tmp_path):
    compared(tmp_path, "iris")
    same_bytes(tmp_path, undisturbed)


def test_a_killed_worker_is_replaced(undisturbed, tmp_path):
    process = started(tmp_path)
    (worker,) = workers(process)
    os.kill(worker, signal.SIGKILL)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 0 and "Traceback" not in errors
    same_bytes(tmp_path, undisturbed)


def test_a_killed_program_goes_on_from_its_blocks(undisturbed, tmp_path):
    process = started(tmp_path)
    (worker,) = workers(process)
    process.kill()
    process.communicate(timeout=60)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "blocks").glob("*-M-*.npz")}
    deadline = time.monotonic() + 5
    while not gone(worker):
        assert time.monotonic() < deadline, "the worker outlives its program"
        time.sleep(0.1)
    compared(tmp_path, "iris")
    assert all(path.stat().st_mtime_ns == then for path, then in before.items())
    same_bytes(tmp_path, undisturbed)


def test_signals_end_it_at_once_and_it_goes_on(undisturbed, tmp_path):
    for number, code, word in ((signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")):
        process = started(tmp_path)
        (worker,) = workers(process)
        asked = time.monotonic()
        os.killpg(process.pid, number)  # as a terminal does: the worker gets it too
        _, errors = process.communicate(timeout=60)
        assert time.monotonic() - asked < 2 and process.returncode == code
        message = errors.splitlines()[-1]
        assert (
            message
            == f"fourfold: {word}; what is finished is kept in out, the same command goes on from there"
        )
        assert "Traceback" not in errors and gone(worker)
        assert not (tmp_path / "out" / "results.json").exists()
    compared(tmp_path, "iris")
    same_bytes(tmp_path, undisturbed)


@pytest.mark.parametrize(
    "number, send, times, code",
    [
        (signal.SIGINT, os.killpg, 2, 130),  # as a terminal does: the workers get it too
        (signal.SIGTERM, os.killpg, 1, 143),
        (signal.SIGHUP, os.kill, 1, 143),
    ],
    ids=["interrupts", "termination", "hang-up"],
)
def test_workers_of_this_machine_end_with_their_program(tmp_path, monkeypatch, number, send, times, code):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    process = started(tmp_path, options=("--workers", "2"))
    for _ in range(times):
        send(process.pid, number)
        time.sleep(0.2)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code and "Traceback" not in errors
    assert errors.splitlines()[-1].endswith("; what is finished is kept in out, the same command goes on from there")
    deadline = time.monotonic() + 5
    while any(str(tmp_path).encode() in environment for environment in environments()):
        assert time.monotonic() < deadline, "a worker outlives its program"
        time.sleep(0.1)
    assert not list((tmp_path / "temporary").iterdir())


@pytest.mark.parametrize("closed", ["<&- >&- 2>&-", "<&- >&-", "2>&1 | head -1"])
def test_streams_that_are_closed_or_lose_their_reader_end_nothing(tmp_path, closed):
    program = str(Path(sys.executable).with_name("fourfold"))
    command = f"'{program}' compare iris --effort tiny --families dense --out out {closed}"
    subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "out" / "results.json").exists()


def environments():
    """The environments of all processes, as far as they may be read."""
    for place in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            yield place.read_bytes()


def test_a_folder_that_is_moved_ends_the_run_and_goes_on_where_it_lies(undisturbed, tmp_path):
    process = started(tmp_path)
    (tmp_path / "out").rename(tmp_path / "elsewhere")
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 4 and "the folder was moved or deleted" in errors.splitlines()[-1]
    assert not (tmp_path / "out").exists()
    (tmp_path / "elsewhere").rename(tmp_path / "out")
    compared(tmp_path, "iris")
    same_bytes(tmp_path, undisturbed)


def test_one_run_at_a_time(tmp_path):
    process = started(tmp_path)
    process.send_signal(signal.SIGSTOP)  # it holds the folder, and is not done before the second one looks
    second = fourfold(*IRIS, cwd=tmp_path)
    process.kill()
    process.communicate(timeout=60)
    assert second.returncode == 4 and "another run holds this folder: got out" in second.stderr


def test_more_seeds_add_blocks(undisturbed, tmp_path):
    shutil.copytree(undisturbed / "out", tmp_path / "out")
    before = blocks(tmp_path)
    results = compared(tmp_path, "iris", "--seeds", "2")
    after = blocks(tmp_path)
    assert results["design"]["seeds"] == [0, 1]
    assert all(after[name] == content for name, content in before.items()) and len(after) > len(before)


# ---- the wheel ---------------------------------------------------------------------------------------------


def test_the_wheel_runs_elsewhere(tmp_path):
    root, uv = Path(__file__).parents[2], shutil.which("uv") or "uv"
    quiet = {"cwd": tmp_path, "check": True, "capture_output": True, "text": True}
    subprocess.run([uv, "build", "--wheel", "--out-dir", tmp_path / "dist", root], **quiet)
    (wheel,) = (tmp_path / "dist").glob("fourfold-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "fourfold/py.typed" in names
    assert any(name.endswith(".j2") or "/templates/" in name for name in names)
    assert any("/assets/" in name for name in names)
    assert not [name for name in names if name.startswith(("tests", "docs", "benchmarks"))]
    subprocess.run([uv, "venv", "--python", sys.executable, "venv"], **quiet)
    subprocess.run([uv, "pip", "install", "--python", "venv/bin/python", wheel], **quiet)
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")
    }
    program = tmp_path / "venv" / "bin" / "fourfold"
    place = tmp_path / "empty"
    place.mkdir()
    ended = subprocess.run(
        [program, *IRIS], cwd=place, env=environment, capture_output=True, text=True, timeout=900
    )
    assert ended.returncode == 0, ended.stderr
    assert all((place / "out" / name).stat().st_size for name in FILES)
    where = [tmp_path / "venv/bin/python", "-c", "import fourfold; print(fourfold.__file__)"]
    assert str(tmp_path) in subprocess.run(where, env=environment, **quiet).stdout
