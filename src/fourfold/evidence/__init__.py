"""What a study found: evidence, its statistics, and the verdict. NumPy and SciPy only."""
