"""JSON of whatever came out of some other JSON, XML or table: one line, members in their order."""

from __future__ import annotations

import json

import orjson


def dumps(value: object) -> str:
    """A value as one line of JSON, also where the fast library gives up: numbers beyond 64 bits, halves of surrogate
    pairs (written as escapes), members within members of more than 254 levels.

    Raises ValueError for what nests so deeply that nobody can read it again.
    """
    try:
        return orjson.dumps(value, default=str).decode()
    except TypeError:
        try:
            return json.dumps(value, ensure_ascii=True, separators=(",", ":"), default=str)
        except RecursionError as error:
            raise ValueError("it is nested too deeply") from error
