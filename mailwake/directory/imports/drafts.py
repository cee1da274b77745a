"""From a row to what it says of a mailbox: Exchange's property names, in the forms that its exports write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from mailwake.audit.model import LogonType, MailboxType
from mailwake.audit.policy.actions import spelled
from mailwake.audit.policy.matrix import MATRICES, default_set
from mailwake.directory import keys
from mailwake.directory.imports.reading import LOGIN
from mailwake.directory.records import PREMIUM, STANDARD, MailboxDraft
from mailwake.events.told import tell
from mailwake.events.written_times import iso

_PRIMARY = ("primarysmtpaddress", "emailaddress", "address", "mail", "email", "windowsemailaddress")
_LOGINS = (LOGIN, "loginnames", "login", "samaccountname", "username")
_DNS = ("distinguishedname", "legacyexchangedn")
_LOST = re.compile(r"^(?:System\.|Microsoft\.)[\w.`]+(?:\[.*)?$")
"""What Export-Csv writes for a list: the name of its type."""
_CUT = re.compile(r"\{.*(?:\.\.\.|…)\}", re.DOTALL)
"""What Format-List prints of a list that is longer than $FormatEnumerationLimit."""
_SPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})(?:\.\d+)?")
_BYTES = re.compile(r"\(([\d,]+) bytes\)")
_SIZE = re.compile(r"([\d.]+) ?(kb|mb|gb|tb)", re.IGNORECASE)
_FACTORS = {"kb": 10, "mb": 20, "gb": 30, "tb": 40}
_TYPES = {kind.value.lower(): kind for kind in MailboxType} | {
    "user": MailboxType.USER,
    "shared": MailboxType.SHARED,
    "group": MailboxType.GROUP,
    "room": MailboxType.ROOM,
    "equipment": MailboxType.EQUIPMENT,
    "linkedmailbox": MailboxType.USER,
    "linkedroommailbox": MailboxType.ROOM,
    "legacymailbox": MailboxType.USER,
    "remoteusermailbox": MailboxType.USER,
    "remotesharedmailbox": MailboxType.SHARED,
    "remoteroommailbox": MailboxType.ROOM,
    "remoteequipmentmailbox": MailboxType.EQUIPMENT,
    "schedulingmailbox": MailboxType.ROOM,
    "1": MailboxType.USER,
    "2": MailboxType.USER,
    "4": MailboxType.SHARED,
    "16": MailboxType.ROOM,
    "32": MailboxType.EQUIPMENT,
}
"""RecipientTypeDetails by name and by number (ConvertTo-Json writes enumerations as numbers)."""
_SAYING = ("ProxyAddressString", "Address", "SmtpAddress", "Name", "Value", "value", "Guid")
"""Members of an object that ConvertTo-Json has taken apart, the first of which says what it is."""
_SETS = ("auditadmin", "auditdelegate", "auditowner", "DefaultAuditSet")
_PREMIUM = {"premium", "e5", "a5", "g5"}


class RowError(Exception):
    """Why a row cannot be taken."""

    def __init__(self, message: str) -> None:
        """message: made with `tell`."""
        super().__init__(message)
        self.message = message


def draft_of(values: Mapping[str, Any], notes: list[str]) -> MailboxDraft:
    """What a row says of a mailbox; notes: what of it was left out, and why. Raises RowError."""
    addresses = _addresses(values, notes)
    primary = keys.key(_first(values, _PRIMARY)) or (addresses[0] if addresses else "")
    if primary and not keys.is_address(primary):
        raise RowError(tell("{text!r} is no address", text=primary))
    logins = [keys.key(part) for column in _LOGINS for part in _parts(values.get(column), notes, column)]
    name = _text(values.get("name"))
    if not (name or primary or logins):
        raise RowError(tell("it names no mailbox: there is no Name, PrimarySmtpAddress or login"))
    managed, custom = _sets(values, notes)
    return MailboxDraft(
        name=name,
        alias=_text(values.get("alias")),
        display_name=_text(values.get("displayname")),
        primary_address=primary,
        addresses=tuple(dict.fromkeys(address for address in [primary, *addresses] if address)),
        all_addresses=bool(addresses),
        upn=_text(values.get("userprincipalname")),
        logins=tuple(dict.fromkeys(logins)),
        dns=tuple(text for column in _DNS if (text := _text(values.get(column)))),
        guid=keys.guid(_text(values.get("guid") or values.get("exchangeguid"))),
        type=_type(values),
        licence=_licence(values),
        geo=_optional(values, "geolocation", "mailboxregion"),
        litigation_hold=_boolean(values, "litigationholdenabled"),
        retention_policy=_optional(values, "retentionpolicy"),
        quota=_size(values, "recoverableitemsquota"),
        warning_quota=_size(values, "recoverableitemswarningquota"),
        audit_enabled=_boolean(values, "auditenabled"),
        age_limit=_span(values.get("auditlogagelimit")),
        managed=managed,
        custom=custom,
        created=_time(values),
        permissions=tuple(
            (trustee, "SendOnBehalf")
            for trustee in _parts(values.get("grantsendonbehalfto"), notes, "GrantSendOnBehalfTo")
        ),
    )


def _sets(
    values: Mapping[str, Any], notes: list[str]
) -> tuple[frozenset[LogonType] | None, dict[LogonType, frozenset[str]]]:
    """Managed and own sets. Without DefaultAuditSet a list that is a default one counts as the vendor's."""
    lists: dict[LogonType, frozenset[str]] = {}
    for kind in LogonType:
        column = f"audit{kind.value.lower()}"
        if _says(values.get(column), notes, column):
            parts = _parts(values[column], notes, column)
            found = frozenset(_actions(parts, notes))
            if found or all(part.lower() == "none" for part in parts):
                lists[kind] = found
            else:  # nothing of it is understood: that is no set without actions
                notes.append(
                    tell(
                        "{column}: none of its actions is known; export it with -EnumsAsStrings, or as CSV",
                        column=column,
                    )
                )
    if _says(values.get("defaultauditset"), notes, "DefaultAuditSet"):
        named = {part.lower() for part in _parts(values["defaultauditset"], notes, "DefaultAuditSet")}
        own = [kind for kind in LogonType if kind.value.lower() not in named]
        notes += [
            tell("the set of {kind} is customized, but its list is not there", kind=kind.value)
            for kind in own
            if kind not in lists
        ]
        managed = frozenset(kind for kind in LogonType if kind not in own or kind not in lists)
    elif lists:
        managed = frozenset(kind for kind in LogonType if kind not in lists or _is_default(kind, lists[kind]))
    else:
        return None, {}
    return managed, {kind: actions for kind, actions in lists.items() if kind not in managed}


def _is_default(kind: LogonType, actions: frozenset[str]) -> bool:
    return any(
        actions == default_set(matrix, kind, MailboxType.USER, premium, True)
        for matrix in MATRICES
        for premium in (True, False)
    )


def _actions(parts: Iterable[str], notes: list[str]) -> Iterable[str]:
    for part in parts:
        if part.lower() == "none":
            continue
        action = spelled(part)
        if action is None:
            notes.append(tell("the action {action!r} is not known and was left out", action=part))
        else:
            yield action


def _addresses(values: Mapping[str, Any], notes: list[str]) -> list[str]:
    """Mail addresses of EmailAddresses, the primary one (SMTP: in capitals) first."""
    found: list[str] = []
    for part in _parts(values.get("emailaddresses"), notes, "EmailAddresses"):
        prefix, colon, rest = part.partition(":")
        address = keys.key(rest if colon else part)
        if colon and prefix.lower() != "smtp":
            continue
        if not keys.is_address(address):
            notes.append(tell("{text!r} is no address and was left out", text=part))
        elif prefix == "SMTP":
            found.insert(0, address)
        else:
            found.append(address)
    return found


def _parts(value: Any, notes: list[str], column: str) -> list[str]:
    """The values of a list, in whatever form."""
    if value is None or (column not in _SETS and not _says(value, notes, column)):
        return []
    if isinstance(value, Mapping) and isinstance(value.get("value"), list):  # ConvertTo-Json of Windows PowerShell
        value = value["value"]
    if isinstance(value, list | tuple):
        return [text for part in value if (text := _text(part))]
    text = _text(value).strip("{}")
    separator = r"[;,\s]+" if column != "GrantSendOnBehalfTo" else r"[;,]+"
    return [part.strip() for part in re.split(separator, text) if part.strip()]


def _says(value: Any, notes: list[str], column: str) -> bool:
    """Whether a list is given: an empty cell says nothing, `[]`, `{}` and `None` say that it is empty."""
    if _is_lost(value):
        notes.append(tell("{column}: Export-Csv lost the list; export it as JSON (ConvertTo-Json)", column=column))
        return False
    if isinstance(value, str) and _CUT.fullmatch(value.strip()):
        notes.append(
            tell("{column}: Format-List cut the list ($FormatEnumerationLimit); export it as JSON", column=column)
        )
        return False
    return value is not None and (not isinstance(value, str) or bool(value.strip()))


def _is_lost(value: Any) -> bool:
    return isinstance(value, str) and _LOST.match(value.strip()) is not None


def _text(value: Any) -> str:
    if isinstance(value, Mapping):  # an object of ConvertTo-Json: what it is called, or what it holds
        value = next((value[name] for name in _SAYING if name in value), "")
    return "" if value is None or isinstance(value, list | Mapping) else " ".join(str(value).split())


def _first(values: Mapping[str, Any], columns: Iterable[str]) -> str:
    return next((text for column in columns if (text := _text(values.get(column)))), "")


def _optional(values: Mapping[str, Any], *columns: str) -> str | None:
    return next((_text(values[column]) for column in columns if column in values), None)


def _boolean(values: Mapping[str, Any], column: str) -> bool | None:
    text = _text(values.get(column)).lower()
    if not text:
        return None
    if text in ("true", "1", "yes", "$true"):
        return True
    if text in ("false", "0", "no", "$false"):
        return False
    raise RowError(tell("{column}: {text!r} is neither True nor False", column=column, text=text))


def _type(values: Mapping[str, Any]) -> MailboxType | None:
    text = _first(values, ("recipienttypedetails", "type"))
    if not text:
        return None
    found = _TYPES.get(text.lower().replace(" ", ""))
    if found is None:
        raise RowError(tell("{text!r} is no type of mailbox", text=text))
    return found


def _licence(values: Mapping[str, Any]) -> str | None:
    text = _first(values, ("licence", "license")).lower()
    return None if not text else PREMIUM if text in _PREMIUM else STANDARD


def _time(values: Mapping[str, Any]) -> int | None:
    """When the mailbox was made, in microseconds UTC. A time that names no zone is taken for UTC."""
    for name in ("whenmailboxcreated", "whencreatedutc", "whencreated"):
        value = values.get(name)
        if isinstance(value, Mapping):
            value = value.get("value") or value.get("DateTime")
        text = iso(_text(value), zone="Z")
        if text:
            return round(datetime.fromisoformat(text).timestamp() * 1_000_000)
    return None


def _span(value: Any) -> timedelta | None:
    if isinstance(value, Mapping):
        ticks = value.get("Ticks", value.get("ticks"))
        return timedelta(microseconds=int(ticks) // 10) if ticks is not None else None
    text = _text(value)
    if not text:
        return None
    if text.isdigit():
        return timedelta(days=int(text))
    found = _SPAN.fullmatch(text)
    if found is None:
        raise RowError(tell("AuditLogAgeLimit: cannot read {text!r}; it is days or dd.hh:mm:ss", text=text))
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _size(values: Mapping[str, Any], column: str) -> int | None:
    text = _text(values.get(column))
    if not text or text.lower() == "unlimited":
        return None
    if text.isdigit():
        return int(text)
    exact = _BYTES.search(text)
    if exact is not None:
        return int(exact[1].replace(",", ""))
    found = _SIZE.fullmatch(text)
    if found is None:
        raise RowError(tell("{column}: cannot read {text!r} as a size", column=column, text=text))
    return int(float(found[1]) * (1 << _FACTORS[found[2].lower()]))
