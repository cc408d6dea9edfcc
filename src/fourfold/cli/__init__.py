"""The command line: arguments -> one call -> exit code."""

from .commands import app, main
