"""Workers that the system kills for their memory: real processes, killed by themselves as the system would."""

import os
import signal
import sys
from dataclasses import dataclass, replace

import cloudpickle
import pytest

from fourfold.errors import OutOfMemoryError
from fourfold.study.runner import ATTEMPTS, run_blocks
from fourfold.study.workers import Inline, local_worker

cloudpickle.register_pickle_by_value(sys.modules[__name__])


@dataclass(frozen=True)
class Hungry:
    """A block whose worker is killed when it trains more runs at a time than fit; it notes how many it trained."""

    family: str
    capacity: int
    fits: int
    data: str = ""

    def path(self, folder):
        return folder / self.family

    def smaller(self, last):
        return replace(self, capacity=1 if last else self.capacity // 2)

    def run(self, folder):
        if self.capacity > self.fits:
            os.kill(os.getpid(), signal.SIGKILL)
        self.path(folder).write_text(f"{self.capacity} {os.getpid()}")

    def load(self, folder):
        return self.path(folder).read_text().split() if self.path(folder).exists() else None


@pytest.mark.timeout(300)
def test_a_block_whose_worker_is_killed_runs_again_with_fewer_at_a_time(tmp_path, caplog):
    """And those that wait behind it lose nothing by that, however often it happens."""
    others = [Hungry(f"calm {i}", 10, 10) for i in range(3)]
    tasks = [Hungry("half", 10, 5), others[0], Hungry("one", 10, 1), *others[1:], Hungry("none", 10, 0)]
    ended = run_blocks(tasks, tmp_path)
    failures = {done.block.family: done.failure for done in ended if done.failure}
    assert (
        list(failures) == ["none"] and f"lost {ATTEMPTS} times, as when memory runs out" in failures["none"]
    )
    found = {task.family: int(task.load(tmp_path)[0]) for task in tasks if task.family != "none"}
    assert found == {"half": 5, "one": 1} | {other.family: 10 for other in others}
    assert os.getpid() not in {int(task.load(tmp_path)[1]) for task in tasks[:-1]}
    said = [record.getMessage() for record in caplog.records]
    lost = "a worker was lost, as when memory runs out; "
    assert said.count(lost + "half runs again, 5 training runs at a time") == 1
    assert said.count(lost + "one runs again, 1 training runs at a time") == 1
    assert sorted(line for line in said if "none" in line) == [
        lost + f"none runs again, {capacity} training runs at a time" for capacity in (1, 5)
    ]
    assert not [line for line in said if "calm" in line]
    assert local_worker().submit(os.getpid).result() != os.getpid()  # a worker is there again


def test_a_block_that_does_not_fit_is_its_own_failure(tmp_path):
    class Large(Hungry):
        def run(self, folder):
            raise OutOfMemoryError(
                "memory", "a training run needs more memory than there is", do="fewer rows"
            )

    calm = Hungry("calm", 1, 1)
    ended = run_blocks([Large("large", 1, 0), calm], tmp_path, Inline())
    assert [(done.block.family, done.failure) for done in ended] == [
        ("large", "a training run needs more memory than there is. Do this: fewer rows"),
        ("calm", ""),
    ]
