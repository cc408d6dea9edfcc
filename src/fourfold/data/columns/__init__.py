"""What the columns of a table are: inputs, the target, and those with another part to play."""
