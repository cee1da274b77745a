"""What can go wrong in the directory, in words for the one who asked."""

from __future__ import annotations


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
            "conflict", f"somebody else was faster, or a name is taken: {text}", "look and try again", status=409
        )
    if isinstance(error, DataError):
        return DirectoryError("value-too-long", f"a value does not fit: {text}", "make it shorter")
    return DirectoryError(
        "database", f"the directory's database failed: {text}", "is it running, and is its disk not full?", status=503
    )


def query_not_found(guid: str) -> DirectoryError:
    """There is none, or none that the one who asks may see: both read the same."""
    return DirectoryError("query-not-found", f"there is no saved query {guid!r}", "list the saved queries", status=404)
