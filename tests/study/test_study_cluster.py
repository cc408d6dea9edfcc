"""Studies on real local Dask clusters: the same results, whatever the number of workers and whoever dies."""

import contextlib
import os
import shutil
import signal
import threading
import time
from dataclasses import replace

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
        monkeypatch.setattr("fourfold.study.cluster.SILENT", "20s")
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


def test_nobody_at_the_address_is_said():
    with pytest.raises(MachineError, match="no scheduler answers.*tcp://127.0.0.1:1"):
        Cluster("tcp://127.0.0.1:1")
