"""Rows in order of time: what of them is taken as independent."""

from dataclasses import replace

import numpy as np

from fourfold.data import from_arrays
from fourfold.study import tested
from fourfold.study.efforts import EFFORTS
from fourfold.study.study import Study


def test_blocks_of_test_rows_are_neighbours_in_time_wherever_they_stand(tmp_path):
    random = np.random.default_rng(0)
    time = random.permutation(300)
    x = np.stack([time + random.normal(size=300), random.normal(size=300)], axis=1)
    data = replace(from_arrays(x, time % 2), time_ordered=True, order=np.argsort(time))
    study = Study(data, EFFORTS["tiny"], [0], 0, tmp_path, families=("dense",))
    rows = tested.tested(study.prepared)
    fold = np.array([next(s.fold for s in study.splits if row in s.test) for row in rows])
    groups = tested.examples(study, rows, fold)["groups"]
    assert groups is not None and 30 < len(set(groups)) < len(rows) / 4
    for group in set(groups):
        times = time[rows[groups == group]]
        assert np.ptp(times) == len(times) - 1 and len(set(fold[groups == group])) == 1
    alone = Study(replace(data, time_ordered=False, order=None), EFFORTS["tiny"], [0], 0, tmp_path, families=("dense",))
    assert tested.examples(alone, rows, fold)["groups"] is None
