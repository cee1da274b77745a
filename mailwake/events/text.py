"""Text of records that was no UTF-8: read with surrogate escapes, which no database, terminal or document takes."""

from __future__ import annotations


def decoded(text: str) -> str:
    r"""Without surrogates: a byte that was no UTF-8 becomes `\xe9`."""
    if text.isascii():
        return text
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # a lone surrogate out of a JSON log stands for no byte
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
