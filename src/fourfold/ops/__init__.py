"""Pure array functions: the mathematics of each family, in its fast formulation."""

from fourfold.ops.devices import cores_as_devices

cores_as_devices()
