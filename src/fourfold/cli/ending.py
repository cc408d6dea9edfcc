"""How the process of a command ends: exit codes, signals, and what is said of them."""

from __future__ import annotations

import errno
import io
import multiprocessing
import os
import re
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import typer

from fourfold.core.machine import lacks_memory
from fourfold.core.permission import closed_above, may_not_be_read
from fourfold.core.scratch import remove_all
from fourfold.errors import FourfoldError, MachineError, OptionError
from fourfold.report.escape import visible

INTERRUPTED, TERMINATED, BUG, MACHINE = 130, 143, 1, 4
running: list[Path] = []
"""The folder of the comparison that runs."""


def run(app: typer.Typer) -> NoReturn:
    """Runs a command line and ends the process with the exit code of what happened."""
    _open_streams()
    signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGINT, _interrupt)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup has it
        signal.signal(signal.SIGHUP, _terminate)
    recode(sys.stdout, errors="backslashreplace")  # letters that its encoding lacks, as on standard error
    os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker")  # said when a worker is ended at once
    try:
        ended = app(standalone_mode=False)  # a number where typer itself met an interrupt
        code = ended if isinstance(ended, int) else 0
    except FourfoldError as error:
        code = _fail(str(error), error.exit_code)
    except typer.Exit as end:
        code = end.exit_code
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except SystemExit as end:
        closed = type(sys.stdout).__name__ == "PacifyFlushWrapper"  # who reads has seen enough, as typer noticed
        code = 0 if closed else end.code if isinstance(end.code, int) else 1
    except Exception as error:
        code = _of_memory(error) or _usage_or_bug(error)
    if code == INTERRUPTED:
        _stop("interrupted", INTERRUPTED)
    _end_worker()
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # who reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


class _Unread(io.FileIO):
    """A file whose reader may go away, as a terminal does and ``head``: what is said then is lost, and no error."""

    def write(self, content: Any) -> int | None:
        try:
            return super().write(content)
        except OSError as error:
            if error.errno not in (errno.EPIPE, errno.EIO):
                raise
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            return len(content)


def _open_streams() -> None:
    """Standard streams that are closed lead nowhere, so that no other file takes their place; standard error may lose
    its reader: what is said beside a result must not end it."""
    for number, (name, mode) in enumerate({"stdin": "r", "stdout": "w", "stderr": "w"}.items()):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
            os.set_inheritable(handle, handle == number)
            setattr(sys, name, os.fdopen(handle, mode, encoding="utf-8", closefd=False))
    if sys.stderr is sys.__stderr__ and isinstance(sys.stderr, io.TextIOWrapper):
        said = io.BufferedWriter(_Unread(sys.stderr.fileno(), "wb", closefd=False))
        sys.stderr = io.TextIOWrapper(said, sys.stderr.encoding, "backslashreplace", line_buffering=True)


def recode(stream: Any, *, encoding: str | None = None, errors: str | None = None) -> None:
    """Changes the encoding of a stream, or what becomes of letters that it lacks, where it has one."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding=encoding, errors=errors)


def _of_memory(error: Exception) -> int:
    """The exit code of an error that says that memory ran out; 0 of others."""
    if not lacks_memory(error):
        return 0
    detail = f": got {str(error).splitlines()[0][:120]}" if str(error) else ""
    return _fail(
        f"the machine has too little memory{detail}. Do this: wider limits; or, to compare, --rows N or --effort quick",
        MACHINE,
    )


def _usage_or_bug(error: Exception) -> int:
    usage = getattr(error, "format_message", None)  # what typer raises for wrong options has it
    if type(error).__name__ == "NoArgsIsHelpError" and usage is not None:
        print(usage())
        return 0
    if usage is not None:
        if "unexpected extra argument" in (said := usage()) and any(map(os.path.exists, re.findall(r"[^\s()]+", said))):
            do = "several files are one table by a pattern in quotes, such as 'data/*.csv', or by their folder"
            if getattr(getattr(error, "ctx", None), "info_name", "") == "explain":
                do = "fourfold explain FAMILY --study FOLDER"
            return _fail(f"{said}. Do this: {do}", OptionError.exit_code)
        said = _of_another_command(error) or f"{usage()} (fourfold COMMAND --help lists the options)"
        return _fail(said, OptionError.exit_code)
    if isinstance(error, BrokenPipeError):
        return 0
    if isinstance(error, PermissionError) and isinstance(error.filename, str) and closed_above(Path(error.filename)):
        return _fail(str(may_not_be_read(error.filename, error)), MachineError.exit_code)
    if isinstance(error, FileNotFoundError) and error.filename is None:  # os.getcwd()
        said = "the folder in which this was started is gone: wanted one that exists"
        return _fail(f"{said}. Do this: cd to another, and start again", MachineError.exit_code)
    if isinstance(error, OSError) and error.errno is not None:
        return _fail(f"the machine refused: {error}", MachineError.exit_code)
    if os.environ.get("FOURFOLD_DEBUG"):
        raise error
    return _fail(
        f"a bug in Fourfold: {type(error).__name__}: {error}. "
        "Do this: run it again with FOURFOLD_DEBUG=1 and report what it prints",
        BUG,
    )


def _of_another_command(error: Any) -> str:
    """What to say of an option that another command than the one that was called has; "" of other errors."""
    option, context = getattr(error, "option_name", None), getattr(error, "ctx", None)
    if type(error).__name__ != "NoSuchOption" or context is None or context.parent is None:
        return ""
    others = [
        name
        for name, command in context.parent.command.commands.items()
        if any(option in parameter.opts for parameter in command.params)
    ]
    having = " and ".join(f"fourfold {name}" for name in others)
    return f"fourfold {context.info_name} has no option {option}, which belongs to {having}" if others else ""


def _fail(message: str, code: int) -> int:
    print(f"fourfold: {visible(message)}", file=sys.stderr)
    return code


def _interrupt(*_: Any) -> None:
    """Lets a comparison clean up behind itself, for a second; a second Ctrl-C does not wait."""
    if not running:
        _stop("interrupted", INTERRUPTED)
    signal.signal(signal.SIGINT, lambda *_: _stop("interrupted", INTERRUPTED))
    patience = threading.Timer(1.0, _stop, ("interrupted", INTERRUPTED))
    patience.daemon = True
    patience.start()
    raise KeyboardInterrupt


def _terminate(*_: Any) -> None:
    _stop("terminated", TERMINATED)


def _stop(how: str, code: int) -> None:
    """Ends this process and its workers at once, saying what is kept and where."""
    _end_worker()
    others = multiprocessing.active_children()
    _send("SIGSTOP", others)  # Dask starts anew a worker that ends, and one that works leaves files
    remove_all()
    folder = (
        f"; what is finished is kept in {running[-1]}, the same command goes on from there" if running else ""
    )
    with suppress(OSError, ValueError):  # nobody reads any more, as when a terminal is closed
        _fail(how + folder, code)
        sys.stderr.flush()
    _send("SIGKILL", others)
    os._exit(code)


def _send(name: str, processes: list[Any]) -> None:
    """Sends a signal, where the system has it, to processes that may be gone."""
    if hasattr(signal, name):
        for process in processes:
            with suppress(OSError):
                os.kill(process.pid, getattr(signal, name))


def _end_worker() -> None:
    workers = sys.modules.get("fourfold.study.workers")
    if workers is not None:
        workers.kill_worker()
