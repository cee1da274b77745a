"""What the process says of requests that it refuses: one line each, and few of them.

Anybody who reaches the port can have a request refused, with any text in its Host header: a traceback and a line for
each would let a stranger fill the disk. What was refused of what is pushed is counted by `mailwake status`.
"""

from __future__ import annotations

import logging
import time

_LOGGERS = ("django.request", "django.security.DisallowedHost", "django.security.SuspiciousOperation")
_MOST = 10
_PERIOD = 60.0
_LONGEST = 200


class Few(logging.Filter):
    """Lets ten records of a kind through in a minute; the first of the next minute says how many were left out.

    A kind: the logger, and the status of the answer.
    """

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[tuple[str, int], tuple[float, int]] = {}
        """When the minute of a kind began, and how many there were in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be told; shortens it. Errors of ours keep their traceback, and are always told."""
        status = int(getattr(record, "status_code", 400))
        if status >= 500:
            return True
        record.exc_info = record.exc_text = None
        kind, now = (record.name, status), time.monotonic()
        began, number = self._seen.get(kind, (now, 0))
        left_out = 0
        if now - began >= _PERIOD:
            began, number, left_out = now, 0, max(number - _MOST, 0)
        self._seen[kind] = began, number + 1
        if number >= _MOST:
            return False
        text = record.getMessage()
        text = text if len(text) <= _LONGEST else text[:_LONGEST] + "..."
        record.msg, record.args = (f"{text} ({left_out} more in the minute before)" if left_out else text), ()
        return True


def tell_few() -> None:
    """Have refused requests told so, in this process; done twice it is done once."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(one, Few) for one in logger.filters):
            logger.addFilter(_few)


_few = Few()
