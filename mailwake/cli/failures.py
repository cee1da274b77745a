"""From exceptions to one line, a hint, and the exit code."""

from __future__ import annotations

import errno
import os
import re
import sys
import traceback

import click

from mailwake.cli.printable import plain

FOUND, NOTHING, USAGE, FAILED, INTERRUPTED = 0, 1, 2, 3, 130


def report(error: BaseException) -> int:
    """Tell the person at the terminal what went wrong; the exit code for it."""
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else FAILED
    if isinstance(error, BrokenPipeError):
        return _reader_left()
    if isinstance(error, KeyboardInterrupt | click.Abort | EOFError):
        return _say(INTERRUPTED, "interrupted; nothing is lost", "run the same command again to go on")
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return USAGE
    if isinstance(error, click.NoSuchOption) and error.option_name == "--data-dir":
        # click would suggest --detail
        return _say(USAGE, "--data-dir stands before the command", "mailwake --data-dir DIR trace ...")
    if isinstance(error, click.UsageError):
        return _say(USAGE, error.format_message(), _usage_hint(error))
    if isinstance(error, click.ClickException):
        return _say(FAILED, error.format_message())
    if isinstance(error, MemoryError):
        return _say(FAILED, "out of memory", "import the logs into a store instead of reading them with --in")
    return _failed(error)


def _failed(error: BaseException) -> int:
    from mailwake.directory.errors import DirectoryError
    from mailwake.ingest.files import InputError
    from mailwake.operations.contract import OperationError
    from mailwake.operations.criteria import CriteriaError
    from mailwake.store.errors import StoreError

    if isinstance(error, OperationError | DirectoryError):
        return _say(_BY_STATUS.get(error.status, FAILED), error.message, error.advice)
    if isinstance(error, CriteriaError):
        return _say(USAGE, error.what, error.hint)
    if isinstance(error, InputError):
        return _say(FAILED, f"{error.where}: {error.what}", error.hint)
    if isinstance(error, StoreError):
        return _say(FAILED, str(error), error.hint)
    if isinstance(error, OSError):
        return _say(FAILED, _operating_system(error), _OS_HINTS.get(error.errno or 0, ""))
    if _is_of_engine(error):
        return _engine(str(error))
    if os.environ.get("MAILWAKE_DEBUG"):
        traceback.print_exception(error)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return _say(FAILED, f"internal error: {what}", "this is a bug; MAILWAKE_DEBUG=1 shows where, please report it")


_BY_STATUS = {400: USAGE, 404: NOTHING}
"""Exit codes of what operations raise, by its HTTP status."""

_OS_HINTS = {
    errno.ENOSPC: "free some space, then run the same command again; what was written before is kept",
    errno.EDQUOT: "free some space, then run the same command again; what was written before is kept",
    errno.EACCES: "run it as a user who may read and write there",
    errno.EROFS: "choose another place with --data-dir",
}


_ENGINE_HINTS = {
    "159": "it took too long; ask for less: a shorter time with --since and --until, or fewer rows",
    "241": "not enough memory; ask for a shorter time with --since and --until, or stop other programs",
    "243": "the disk is full: make room and run it again; what was written before is kept",
}


def _is_of_engine(error: BaseException) -> bool:
    """Whether the store's engine says so; its driver is slow to import, so only where it is already."""
    driver = sys.modules.get("clickhouse_connect.driver.exceptions")
    return driver is not None and isinstance(error, driver.ClickHouseError)


def _engine(text: str) -> int:
    first, *_ = text.strip().splitlines() or ["no reason given"]
    code = re.search(r"\bCode: *(\d+)", text)
    return _say(FAILED, f"the store failed: {first}", _ENGINE_HINTS.get(code[1], "") if code else "")


def _operating_system(error: OSError) -> str:
    text = error.strerror or str(error)
    return f"{error.filename}: {text}" if error.filename else text


def _usage_hint(error: click.UsageError) -> str:
    path = error.ctx.command_path if error.ctx else "mailwake"
    return f"see {path} --help"


def _say(code: int, what: str, hint: str = "") -> int:
    """One line for what is wrong and one for what to do."""
    click.echo(f"mailwake: {plain(what).rstrip('.')}", err=True)
    if hint:
        click.echo(f"hint: {plain(hint)}", err=True)
    return code


def _reader_left() -> int:
    """The program that we write to has seen enough (`| head`): no failure, and nothing to say."""
    try:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, sys.stdout.fileno())
    except (OSError, ValueError):
        pass
    return FOUND
