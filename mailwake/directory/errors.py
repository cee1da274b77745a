"""What can go wrong in the directory, in words for the one who asked."""

from __future__ import annotations

from mailwake.events.told import tell


class DirectoryError(Exception):
    """`message` says what and where, `advice` what to do; `code` is a stable word, `status` an HTTP status."""

    def __init__(self, code: str, message: str, advice: str = "", *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.advice = advice
        self.status = status


def of_database(error: BaseException) -> DirectoryError | None:
    """What the database said, if that is what the error is."""
    from django.db import DataError, Error, IntegrityError

    if not isinstance(error, Error):
        return None
    text = (str(error).strip().splitlines() or ["no reason given"])[0]
    if isinstance(error, IntegrityError):
        return DirectoryError(
            "conflict",
            tell("somebody else was faster, or a name is taken: {text}", text=text),
            tell("look and try again"),
            status=409,
        )
    if isinstance(error, DataError):
        return DirectoryError(
            "value-too-long", tell("a value does not fit: {text}", text=text), tell("make it shorter")
        )
    return DirectoryError(
        "database",
        tell("the directory's database failed: {text}", text=text),
        tell("is it running, and is its disk not full?"),
        status=503,
    )


def query_not_found(guid: str) -> DirectoryError:
    """There is none, or none that the one who asks may see: both read the same."""
    return DirectoryError(
        "query-not-found",
        tell("there is no saved query {guid!r}", guid=guid),
        tell("list the saved queries"),
        status=404,
    )
