"""The header lines that the reject log shows below a rejection (Exim specification, chapter 52, reject log).

Each begins with a type letter and a space (`F From: ...`, `I Message-ID: ...`, two spaces for other headers), folded
ones go on with white space; the envelope stands before them.
"""

from __future__ import annotations

from mailwake.events.fact import Fields


def put_headers(fields: Fields, headers: str) -> None:
    """Take sender, recipients, subject and Message-ID; what the line itself said is kept."""
    if not headers:
        return
    for name, value in _unfolded(headers):
        if name == "envelope-from":
            fields.setdefault("sender", value.strip("<>"))
        elif name == "envelope-to":
            fields["recipients"] = [part.strip("<>") for part in value.split() if part != "..."]
        elif name == "subject":
            fields.setdefault("subject", value)
        elif name == "message-id":
            fields.setdefault("message_id", value)


def _unfolded(headers: str) -> list[tuple[str, str]]:
    found: list[list[str]] = []
    for line in headers.split("\n"):
        body = line if line.startswith("Envelope-") else line[2:]
        name, colon, value = body.partition(":")
        # `    <second@recipient>` and a folded header begin with white space behind the type letter's place
        if colon and name and not name[0].isspace() and " " not in name and line[:1] != "\t":
            found.append([name.lower(), value.strip()])
        elif found and line.strip("- "):
            found[-1].append(line.strip())
    return [(name, " ".join(parts)) for name, *parts in found]
