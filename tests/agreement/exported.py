"""A model in ONNX Runtime beside itself: the same inputs, the same outputs."""

import jax
import numpy as np
import onnxruntime

from fourfold.interop.onnx.model import model_of

TOLERANCE = 2e-6


def run(proto, arrays):
    """Outputs of an ONNX model, by name."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        proto.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    names = [one.name for one in session.get_inputs()]
    found = session.run(None, dict(zip(names, arrays, strict=True)))
    return dict(zip([one.name for one in session.get_outputs()], found))


def assert_exported(model, arrays, tolerance=TOLERANCE):
    """ONNX Runtime computes what the model predicts, as it is read: types and shapes as declared; gives its model."""
    proto = model_of(model.graph)
    wanted = jax.tree.leaves(model.predict(arrays if len(arrays) > 1 else arrays[0], verbose=0))
    got = list(run(proto, arrays).values())
    assert len(got) == len(wanted)
    for a, b in zip(got, wanted):
        assert a.dtype == b.dtype and a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * max(1.0, np.abs(b).max(initial=0)))
    return proto
