"""The base of what operations take and give: Python names inside, Exchange's property names outside.

An attribute `audit_log_age_limit` is `AuditLogAgeLimit` in JSON, CSV, tables and the shell. Where Exchange's spelling
is not that of the rule (`FromIP`, `MailboxOwnerUPN`) the field names it with an alias of its own. Both spellings are
accepted as input.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator
from pydantic.alias_generators import to_pascal

from mailwake.events.told import tell

MOST = 2**53 - 1
"""What JSON's readers keep exactly (RFC 8259 section 6)."""
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Ends of time: what the store's columns hold, with room for windows around a time."""


class Input(BaseModel):
    """What an operation takes. Unknown names are an error: a misspelt criterion must not widen a search."""

    model_config = ConfigDict(alias_generator=to_pascal, populate_by_name=True, extra="forbid", frozen=True)

    @field_validator("*")
    @classmethod
    def _within_reach(cls, value: Any) -> Any:
        """Numbers that no list is long enough for are refused; times beyond all records become the ends of time."""
        if isinstance(value, int) and abs(value) > MOST:
            raise ValueError(tell("a whole number between -{most} and {most} is expected", most=MOST))
        if isinstance(value, datetime):
            return min(max(value, EARLIEST), LATEST)
        return value


class Output(BaseModel):
    """One item of an answer; values that are not known are None."""

    model_config = ConfigDict(alias_generator=to_pascal, populate_by_name=True, frozen=True)
    table_columns: ClassVar[tuple[str, ...]] = ()
    """Fields that a table for people shows, by their names in Python; empty: all."""

    def record(self) -> dict[str, Any]:
        """The item by its outside names, values as JSON has them."""
        return self.model_dump(mode="json", by_alias=True)


class Piece(Output):
    """A piece of a document, which faces give as text or as the bytes that are kept."""

    text: str = Field(description="Its text, or the next part of it.")
    _raw: bytes | None = PrivateAttr(None)

    @classmethod
    def of(cls, text: str, raw: bytes) -> Piece:
        """A piece whose bytes are not the UTF-8 of its text, or may not be."""
        made = cls(text=text)
        made._raw = raw
        return made

    @property
    def raw(self) -> bytes:
        """Its bytes."""
        return self.text.encode("utf-8", "surrogateescape") if self._raw is None else self._raw


@dataclass
class Answer:
    """Items of an answer that has more to say than the items. Handlers that page or warn give one of these."""

    items: Iterable[BaseModel]
    next_cursor: str | None = None
    """Word that continues the list where it ends; known when the items have been taken. None: there are no more."""
    warnings: list[str] = field(default_factory=list)
    """Sentences for people, such as what a gap in the logs hides."""

    def __iter__(self) -> Iterator[BaseModel]:
        return iter(self.items)
