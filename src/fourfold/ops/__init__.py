"""Pure array functions: the mathematics of each family in its fast formulation."""
