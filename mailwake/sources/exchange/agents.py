"""`custom-data`: what transport agents say of a message, `S:SFA=SUM|SFV=NSPM|SCL=1;S:TRA=ETR|ruleId=...|action=...`.

SFA is the content filter (verdict SFV, level SCL, what it did DI), AMA the malware filter, TRA a mail flow rule.
Source: learn.microsoft.com, message trace in the modern Exchange admin center, section custom_data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailwake.events.fact import Fields

_ENTRY = re.compile(r"(?:\A|;)\s*S:(\w+)=(.*?)(?=;\s*S:\w+=|\Z)", re.DOTALL)
_SPAM = {
    "NSPM": "not spam",
    "SPM": "spam",
    "BLK": "blocked sender",
    "SKS": "spam before it was filtered",
    "SKN": "not spam before it was filtered",
    "SKI": "internal, not filtered",
    "SKB": "blocked sender list",
    "SFE": "sender allowed by the recipient",
}
_DONE = {
    "SB": "sender blocked",
    "SQ": "quarantined",
    "SD": "deleted",
    "SJ": "to Junk",
    "SN": "sent from the high-risk pool",
    "SO": "sent from the normal pool",
}
_MALWARE = {
    "r": "attachment replaced",
    "d": "deferred",
    "s": "deleted",
    "b": "blocked",
    "ni": "rejected",
    "ne": "rejected",
    "p": "let pass",
    "st": "let pass",
    "sy": "let pass",
}


def findings(data: str) -> Fields:
    """The `verdict` fields of custom data; empty when no filter or rule speaks in it."""
    words: list[str] = []
    fields: Fields = {}
    for agent, said in _entries(data):
        if agent == "SFA":
            words.extend(_spam(said, fields))
        elif agent == "AMA":
            words.extend(_malware(said, fields))
        elif agent == "TRA" and said.get("action"):
            words.append(f"rule: {said['action']}")
            fields.setdefault("symbols", []).append(said.get("ruleId", ""))
    if words:
        fields.update(filter="exchange", action=", ".join(dict.fromkeys(words)))
    return fields


def _entries(data: str) -> Iterator[tuple[str, dict[str, str]]]:
    for match in _ENTRY.finditer(data):
        said: dict[str, str] = {}
        for part in match[2].split("|"):
            name, _, value = part.partition("=")
            said.setdefault(name.strip(), value.strip())
        yield match[1], said


def _spam(said: dict[str, str], fields: Fields) -> list[str]:
    verdict, done = said.get("SFV", ""), said.get("DI", "")
    level = said.get("SCL", "")
    if re.fullmatch(r"-?\d", level):
        fields["score"] = float(level)
    if verdict:
        fields["spam"] = verdict in ("SPM", "BLK", "SKS", "SKB")
    return [word for word in (_SPAM.get(verdict, verdict), _DONE.get(done, done)) if word]


def _malware(said: dict[str, str], fields: Fields) -> list[str]:
    name = said.get("name") or said.get("Name") or ""
    action = (said.get("action") or said.get("Action") or "").strip("*")
    if not name and not action:
        return []
    if name:
        fields["virus"] = name
    return [f"malware: {_MALWARE.get(action, action)}" if action else "malware"]
