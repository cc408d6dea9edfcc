"""Delimited text: its encoding, its header, its separator, and what it is when it has none."""
