"""Header and body checks: `QID: ACTION: header VALUE from ORIGIN; envelope: text`.

Sources: Postfix src/cleanup/cleanup_message.c cleanup_act_log() and cleanup_mime_error_callback(),
src/cleanup/cleanup_milter.c cleanup_milter_hbc_log(); header_checks(5) for the actions.
"""

from __future__ import annotations

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.postfix.envelope import split_envelope
from mailwake.sources.postfix.rejects import reply
from mailwake.sources.postfix.text import client

CLASSES = ("header ", "body ", "content ", "mime-error ")
"""What stands after the action when a content rule spoke; elsewhere an SMTP stage stands there."""

_WITH_TARGET = frozenset({"redirect", "filter", "bcc", "replace", "prepend"})


def by_content(key: str, action: str, rest: str) -> Parsed | None:
    """Read what follows `QID: ACTION: `."""
    context, _, content = rest.partition(" ")
    before, envelope, text = split_envelope(content)
    if not envelope:
        before, _, text = before.partition(";: ")
    value, found, origin = before.rpartition(" from ")
    if not found:
        # The content may be empty: `body  from local;`
        value, origin = ("", before[5:]) if before.startswith("from ") else (before, "")
    who: Fields = client(origin) if "[" in origin else {}
    envelope.pop("sasl_username", None)
    if action in ("info", "warning"):
        return "header", key, {**_shown(context, value), **({"text": text} if text else {}), **who, **envelope}
    fields: Fields = {"context": context, "value": value, **who, **envelope}
    if action == "reject":
        fields["stage"] = "END-OF-MESSAGE"
        fields["by"] = "cleanup"
        fields["temporary"] = False
        if context == "mime-error":
            text, _, fields["value"] = value.partition(": ")
        reply(fields, text)
        return "reject", key, fields
    fields["action"] = action
    fields["by"] = "milter" if action.startswith("milter-") else "cleanup"
    if text:
        fields["text"] = text
        if action.removeprefix("milter-header-").removeprefix("milter-body-") in _WITH_TARGET:
            fields["target"] = text
    return "check", key, fields


def _shown(context: str, value: str) -> Fields:
    """A header as name and value; a body line or another content as it is."""
    if context != "header":
        return {"context": context, "value": value}
    name, _, content = value.partition(":")
    return {"header": name.lower(), "value": content.strip()}
