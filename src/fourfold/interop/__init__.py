"""Graphs and weights to the outside world."""
