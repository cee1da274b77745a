"""The grid of messages: its columns, and its rows as markup.

The markup is made in Python: a page has 250 rows, and in a template each look-up costs as much as a whole cell here.
Whatever comes from a log goes through `escape`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from mailwake.operations.trace_models import TraceRow
from mailwake.trace.story_missing import as_sentence
from mailwake.web import words
from mailwake.web.kept import kept
from mailwake.web.spoken import spoken

_SPECIAL = re.compile(r"[&<>\"']").search
_PLAIN = re.compile(r"[\w.~/@-]*", re.ASCII).fullmatch
"""Most texts have nothing to escape, and to see that is quick."""


@dataclass(frozen=True)
class Column:
    """One that can be shown."""

    name: str
    title: str | Promise
    cell: Callable[[TraceRow, str], str]
    """The markup of a row's cell; also given the address of the message's page."""
    always: bool = False


def rows(found: Iterable[TraceRow], columns: Sequence[Column], place: str) -> SafeString:
    """The rows of a table. place: address that the pages of messages are below."""
    tick = _escaped(_("Tick"))
    pick = f'<td class="pick"><input type="checkbox" aria-label="{tick}"></td>'
    cells = [column.cell for column in columns]
    parts: list[str] = []
    for row in found:
        identity, message_id = row.message_trace_id, row.message_id
        address = f"{place}{_quoted(identity)}/?recipient={_quoted(row.recipient_address)}"
        known = f' data-message-id="{_escaped(message_id)}"' if message_id else ""
        parts.append(f'<tr data-id="{_escaped(identity)}"{known}>{pick}')
        parts += [cell(row, address) for cell in cells]
    return mark_safe("".join(parts))


def more(page: str, rows: str, columns: int, *, soon: bool) -> SafeString:
    """A row that leads to those after it: a link to a page of them, and where a script gets them as rows; soon: as soon
    as there is time, and not only when one comes to it."""
    key, holes = (columns, soon), {"page": page, "rows": rows}
    return kept("web/partials/trace_more.html", key, lambda: {"columns": columns, "soon": soon}, holes)


def _escaped(text: str) -> str:
    """As Django's `escape`, which also looks for texts that are made later."""
    return html.escape(text) if _SPECIAL(text) else text


def _quoted(text: str | None) -> str:
    if not text or _PLAIN(text):
        return text or ""
    return quote(text, safe="/@", errors="replace")


def _text(name: str, kind: str = "") -> Callable[[TraceRow, str], str]:
    """A cell that shows a property; of several values all."""
    start = f'<td class="{kind}">' if kind else "<td>"

    def cell(row: TraceRow, _address: str) -> str:
        value = getattr(row, name)
        shown = " ".join(map(str, value)) if isinstance(value, list | tuple) else value
        return f"{start}{_escaped(str(shown)) if shown else ''}</td>"

    return cell


def _received(row: TraceRow, address: str) -> str:
    safe = _escaped(address)
    link = f'<a class="open" href="{safe}">'
    if row.received is None:
        return f'<td class="nowrap" data-sort-value="">{link}-</a></td>'
    moment = row.received.astimezone(get_current_timezone())
    shown = f'<time datetime="{moment.isoformat()}">{moment.isoformat(" ", "seconds")[:19]}</time>'
    return f'<td class="nowrap" data-sort-value="{moment.timestamp():.6f}">{link}{shown}</a></td>'


def _status(row: TraceRow, _address: str) -> str:
    return _status_cell(row.status, row.status_detail or "", get_language())


@lru_cache(maxsize=1024)
def _status_cell(status: str, detail: str, _language: str | None) -> str:
    """Made once for each status and language: a page has 250 rows, and few kinds of them."""
    finer = "" if detail in ("", "Unknown", status) else words.DETAILS.get(detail, detail)
    more = f"<small>{escape(finer)}</small>" if finer else ""
    label = f'<span class="status tone-{words.tone(status)}">{escape(words.status(status))}</span>'
    return f'<td class="nowrap">{label}{more}</td>'


def _sender(row: TraceRow, _address: str) -> str:
    title = _titled("Sender", get_language())
    return f'<td class="address" data-label="{title}">{_escaped(row.sender_address or "")}</td>'


def _recipient(row: TraceRow, _address: str) -> str:
    original = row.original_recipient_address
    shown = original if row.recipient_address is None else row.recipient_address
    before = ""
    if original and original != row.recipient_address:
        before = f"<small>{escape(_('addressed to %(address)s') % {'address': original})}</small>"
    return (
        f'<td class="address" data-label="{_titled("Recipient", get_language())}">{_escaped(shown or "")}{before}</td>'
    )


@lru_cache(maxsize=64)
def _titled(word: str, _language: str | None) -> str:
    """A word of the catalogues that is there for every row."""
    return _escaped(_(word))


def _reason(row: TraceRow, _address: str) -> str:
    return f'<td class="long">{_escaped(_why(row))}</td>'


def _why(row: TraceRow) -> str:
    """In short why, or where it went."""
    if row.status == "Delivered":
        if row.folder:
            return _("in %(folder)s") % {"folder": row.folder}
        place = row.to_host or row.to_ip
        return _("to %(host)s") % {"host": place} if place else ""
    return row.reason or spoken(as_sentence(row.remark or ""))


def _direction(row: TraceRow, _address: str) -> str:
    return f"<td>{escape(words.DIRECTIONS.get(row.direction or '', row.direction or ''))}</td>"


def _size(row: TraceRow, _address: str) -> str:
    shown = escape(filesizeformat(row.size)) if row.size else ""
    return f'<td class="number nowrap" data-sort-value="{row.size or 0}">{shown}</td>'


COLUMNS = (
    Column("received", gettext_lazy("Date"), _received, always=True),
    Column("sender_address", gettext_lazy("Sender"), _sender),
    Column("recipient_address", gettext_lazy("Recipient"), _recipient),
    Column("subject", gettext_lazy("Subject"), _text("subject", "long")),
    Column("status", gettext_lazy("Status"), _status, always=True),
    Column("reason", gettext_lazy("Reason"), _reason),
    Column("direction", gettext_lazy("Direction"), _direction),
    Column("from_ip", gettext_lazy("From IP"), _text("from_ip")),
    Column("to_ip", gettext_lazy("To IP"), _text("to_ip")),
    Column("size", gettext_lazy("Size"), _size),
    Column("message_id", gettext_lazy("Message ID"), _text("message_id", "mono")),
    Column("queue_ids", gettext_lazy("Queue IDs"), _text("queue_ids", "mono")),
    Column("hosts", gettext_lazy("Hosts"), _text("hosts", "long")),
    Column("sasl_user", gettext_lazy("Signed in as"), _text("sasl_user")),
    Column("folder", gettext_lazy("Folder"), _text("folder")),
    Column("verdict", gettext_lazy("Filters"), _text("verdict", "long")),
)
USUAL = ("received", "sender_address", "recipient_address", "subject", "status", "reason")
"""Columns that are shown to who did not choose any."""
