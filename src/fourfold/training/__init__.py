"""Training as pure programs: from a graph, an objective and an optimizer to steps, epochs and replicas."""
