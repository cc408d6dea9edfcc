"""Studies on real local Dask clusters: the same results, whatever the number of workers and whoever dies."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from dataclasses import replace

import distributed as dask
import numpy as np
import pytest

from fourfold.data import from_arrays
from fourfold.errors import MachineError
from fourfold.study.cluster import Cluster
from fourfold.study.efforts import EFFORTS
from fourfold.study.runner import run_blocks
from fourfold.study.study import Study

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3))
Y = np.where(X[:, 0] + X[:, 1] > 0, "yes", "no")
EFFORT = replace(EFFORTS["quick"], steps=10, sizes=("S",), learning_rates=(3e-3, 1e-2), extensions=0)
SLEEP = 3.0


def study(folder, seeds=(0, 1, 2)):
    return Study(from_arrays(X, Y), EFFORT, list(seeds), 0, folder, families=("dense",))


def files(folder):
    return {path.name: path.read_bytes() for path in (folder / "blocks").iterdir() if path.suffix == ".npz"}


@pytest.fixture(scope="module")
def cluster():
    with Cluster(workers=2) as found:
        yield found


@pytest.fixture(scope="module")
def finished(cluster, tmp_path_factory):
    folder = tmp_path_factory.mktemp("two-workers")
    study(folder).run(cluster)
    return folder


class Slow:
    """A task that takes a while, and writes the process that ran it."""

    data = "slow"

    def __init__(self, number, seconds=SLEEP):
        self.number, self.seconds = number, seconds

    def path(self, folder):
        return folder / "blocks" / f"slow-{self.number}.npz"

    def run(self, folder):
        time.sleep(self.seconds)
        self.path(folder).write_text(str(os.getpid()))

    def load(self, folder):
        path = self.path(folder)
        return path.read_text() if path.exists() else None


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "blocks").mkdir()
    (tmp_path / "blocks" / "data-slow.npz").write_bytes(b"data")
    return tmp_path


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_results_do_not_depend_on_the_number_of_workers(finished, tmp_path):
    with Cluster(workers=1) as one:
        study(tmp_path).run(one)
    assert files(tmp_path) == files(finished)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_what_a_study_has_is_not_run_again(cluster, finished, tmp_path):
    shutil.copytree(finished, tmp_path / "copy")
    lost = next((tmp_path / "copy" / "blocks").glob("dense-*"))
    lost.unlink()
    told = []
    study(tmp_path / "copy").run(cluster, told.append)
    assert [done.seconds is not None for done in told].count(True) == 1
    assert files(tmp_path / "copy") == files(finished)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_killed_worker_costs_its_task_which_runs_again(cluster, folder):
    ended = []
    tasks = [Slow(i) for i in range(4)]
    thread = threading.Thread(target=lambda: ended.extend(run_blocks(tasks, folder, cluster)))
    thread.start()
    time.sleep(SLEEP / 2)
    victim = next(iter(cluster.client.run(os.getpid).values()))
    os.kill(victim, signal.SIGKILL)
    thread.join(180)
    assert not thread.is_alive() and sorted(done.failure for done in ended) == [""] * 4
    assert str(victim) not in {task.load(folder) for task in tasks}


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("found_by", ["the study", "the scheduler"])
def test_a_stopped_worker_is_given_up(folder, monkeypatch, found_by):
    if found_by == "the scheduler":
        monkeypatch.setattr("fourfold.study.cluster.SILENT", "60s")  # a busy machine is silent for 30
    with Cluster(workers=2) as cluster:
        run_blocks([Slow("first", 0.1)], folder, cluster)
        stopped = next(iter(cluster.client.run(os.getpid).values()))
        os.kill(stopped, signal.SIGSTOP)
        try:
            tasks = [Slow(i, 0.1) for i in range(4)]
            ended = run_blocks(tasks, folder, cluster, patience=15 if found_by == "the study" else 1500)
        finally:
            with contextlib.suppress(ProcessLookupError):  # its nanny may have ended it
                os.kill(stopped, signal.SIGCONT)
        assert sorted(done.failure for done in ended) == [""] * 4


@pytest.mark.slow
def test_data_that_do_not_reach_a_stopped_worker_end_the_run(folder, monkeypatch):
    monkeypatch.setattr("fourfold.study.cluster.SENDING_SECONDS", 5)
    with Cluster(workers=2) as cluster:
        stopped = next(iter(cluster.client.run(os.getpid).values()))
        os.kill(stopped, signal.SIGSTOP)
        try:
            with pytest.raises(MachineError, match="did not reach all workers.*within 5 seconds"):
                run_blocks([Slow(0, 0.1)], folder, cluster)
        finally:
            os.kill(stopped, signal.SIGCONT)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_scheduler_that_goes_away_ends_the_run_and_a_new_one_goes_on(folder):
    first = Cluster(workers=1)

    def close(done):
        threading.Thread(target=first._local.close, daemon=True).start()

    with pytest.raises(MachineError, match="went away"):
        run_blocks([Slow(i) for i in range(4)], folder, first, tell=close)
    with Cluster(workers=1) as second:
        ended = run_blocks([Slow(i, 0.1) for i in range(4)], folder, second)
    assert [done.failure for done in ended] == [""] * 4 and sum(d.seconds is None for d in ended) >= 1


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_scheduler_that_is_stopped_ends_the_run(folder, monkeypatch, tmp_path):
    monkeypatch.setattr("fourfold.study.cluster.ANSWER_SECONDS", 3)
    address = tmp_path / "scheduler.json"
    program = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard"]
    scheduler = subprocess.Popen([*program, "--scheduler-file", str(address)], stderr=subprocess.DEVNULL)
    try:
        while not address.exists() or not address.read_text():
            time.sleep(0.1)
        with (
            Cluster(json.loads(address.read_text())["address"]) as cluster,
            pytest.raises(MachineError, match="went away: got no answer for 3 seconds"),
        ):
            scheduler.send_signal(signal.SIGSTOP)
            run_blocks([Slow(0, 0.1)], folder, cluster)
    finally:
        scheduler.kill()
        scheduler.wait()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_workers_are_waited_for(folder, monkeypatch, caplog):
    with dask.LocalCluster(n_workers=0, dashboard_address=None, threads_per_worker=2) as local:
        with Cluster(local.scheduler_address) as cluster:
            monkeypatch.setattr("fourfold.study.cluster.EMPTY_SECONDS", 1)
            with pytest.raises(MachineError, match="cluster has no workers: got none within 1 seconds"):
                run_blocks([Slow(0, 0.1)], folder, cluster)
        monkeypatch.setattr("fourfold.study.cluster.EMPTY_SECONDS", 120)
        with Cluster(local.scheduler_address) as cluster:
            threading.Timer(3, local.scale, [1]).start()
            tasks = [Slow(i, 0.1) for i in range(8)]
            ended = run_blocks(tasks, folder, cluster)  # two at a time in one process
    assert [done.failure for done in ended] == [""] * 8 and all(task.load(folder) for task in tasks)
    assert "the cluster has no workers; waits 2 minutes for one" in caplog.text


@pytest.mark.slow
def test_workers_that_do_not_start_are_started_again(folder, monkeypatch, tmp_path):
    starts = []

    def failing(*arguments, **options):
        starts.append(options)
        if len(starts) in broken:
            raise RuntimeError("Nanny failed to start.")
        return found(*arguments, **options)

    found = dask.LocalCluster
    monkeypatch.setattr(dask, "LocalCluster", failing)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    broken = {1, 2}
    with warnings.catch_warnings(action="error"), Cluster(workers=1) as cluster, Cluster(workers=1):
        assert run_blocks([Slow(0, 0.1)], folder, cluster)[0].failure == ""
    assert not list((tmp_path / "temporary").iterdir())
    broken = {5, 6, 7}
    with pytest.raises(MachineError, match="do not start: got Nanny failed to start. .3 times.") as raised:
        Cluster(workers=1)
    assert raised.value.exit_code == 4 and not list((tmp_path / "temporary").iterdir())
    assert 'in a script of your own if __name__ == "__main__":' in raised.value.do


def test_nobody_at_the_address_is_said():
    with pytest.raises(MachineError, match="no scheduler answers.*tcp://127.0.0.1:1"):
        Cluster("tcp://127.0.0.1:1")
