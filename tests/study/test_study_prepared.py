"""The prepared data of a study on disk."""

import numpy as np

from fourfold.data import from_arrays, plan
from fourfold.study.prepared import Prepared, prepare


def test_prepared_data_that_were_cut_off_are_written_anew(tmp_path):
    rng = np.random.default_rng(0)
    data = from_arrays(rng.normal(size=(40, 3)), np.arange(40) % 2)
    prepared, _ = prepare(data, plan(data, seed=0))
    prepared.save(tmp_path)
    (path,) = (tmp_path / "blocks").glob("data-*.npz")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    prepared.save(tmp_path)
    np.testing.assert_array_equal(Prepared.load(tmp_path, prepared.key).inputs, prepared.inputs)
    written = path.stat().st_mtime_ns
    prepared.save(tmp_path)
    assert path.stat().st_mtime_ns == written
