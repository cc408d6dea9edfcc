"""Measures: each asks the trials one question and yields evidence. One file each."""
