"""Parameters of queries: texts that were no UTF-8 are bound as the bytes that the engine has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def bindable(parameters: Mapping[str, object]) -> dict[str, Any]:
    """Parameters as the driver takes them: what has surrogate escapes becomes bytes, in arrays, too."""
    return {name: _bindable(value) for name, value in parameters.items()}


def _bindable(value: object) -> object:
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return _bytes_of(value)
    if isinstance(value, list):
        return list(map(_bindable, value))
    return value


def _bytes_of(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a lone surrogate out of a JSON log stands for no byte
        return text.encode("utf-8", "surrogatepass")
