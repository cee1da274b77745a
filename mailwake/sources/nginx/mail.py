"""Lines of the mail proxy: src/mail/ngx_mail_handler.c (`ngx_mail_log_error`) and ngx_mail_auth_http_module.c."""

from __future__ import annotations

import re
from typing import Any

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, first_match, noise, present, trimmed, whole

_LEAD = re.compile(r"\[\w+\] \d+#\d+: (?:\*(?P<session>\d+) )?(?P<text>.*)", re.DOTALL)
_ENDPOINT = r"(?:\[(?P<{0}6>[0-9A-Fa-f:.]+)\]|(?P<{0}4>[0-9.]+)):(?P<{0}port>\d+)"
_ACCESS = re.compile(r'" \d{3} \d+')
_TAIL = re.compile(r', (client|server|login|upstream): (?:"([^"]*)"|([^,"]*))')


def _tail(text: str) -> dict[str, str]:
    """`, client: IP[ using starttls], server: 0.0.0.0:587, login: "u", upstream: IP:143` that ends every line."""
    return {name: quoted or plain for name, quoted, plain in _TAIL.findall(text)}


def _client(match: re.Match[str]) -> dict[str, Any]:
    said = _tail(match["tail"])
    client = said.get("client", "").removesuffix(" using starttls")
    return {"client_ip": client or None, "login": said.get("login") or None}


def _connected(match: re.Match[str]) -> Parsed:
    """`client 192.0.2.1:53044 connected to 0.0.0.0:25`."""
    return (
        "connect",
        "",
        present(
            client_ip=match["client6"] or match["client4"],
            client_port=whole(match["clientport"]),
            local_ip=match["local6"] or match["local4"],
            local_port=whole(match["localport"]),
        ),
    )


def _logged_in(match: re.Match[str]) -> Parsed:
    """`client logged in, client: …, server: …, login: "u", upstream: …`; without a login it was mail from outside."""
    said = _client(match)
    if said["login"] is None:
        return noise()
    return "login", "", present(user=said["login"], client_ip=said["client_ip"], success=True)


def _failed(match: re.Match[str]) -> Parsed:
    """`client login failed: "REASON" while in http auth state, client: …, server: …, login: "u"`."""
    said = _client(match)
    return (
        "auth_failed",
        "",
        present(username=said["login"], client_ip=said["client_ip"], reason=match["why"]),
    )


def _rejected(match: re.Match[str]) -> Parsed:
    """`client was rejected: "MAIL FROM:<s>" while in auth state, client: …`: who does not log in is not relayed."""
    said = _client(match)
    sender = re.search(r"<([^<>]*)>", match["command"])
    return (
        "reject",
        "",
        present(
            stage="MAIL",
            code="530",
            dsn="5.7.1",
            text="Authentication required",  # smtp_auth_required in ngx_mail_smtp_handler.c
            temporary=False,
            by="proxy",
            sender=sender[1] if sender else None,
            client_ip=said["client_ip"],
        ),
    )


def _upstream(match: re.Match[str]) -> Parsed:
    """`upstream sent invalid response: "535 …" while reading response from upstream, client: …, login: "u", …`."""
    said = _client(match)
    if said["login"] is None:
        return noise()
    return (
        "auth_failed",
        "",
        present(username=said["login"], client_ip=said["client_ip"], reason=match["why"]),
    )


def _done(match: re.Match[str]) -> Parsed:
    """`proxied session done, client: …, server: …, login: "u", upstream: …`."""
    said = _client(match)
    return "disconnect", "", present(client_ip=said["client_ip"], user=said["login"])


_RULES: tuple[Rule, ...] = (
    (re.compile(f"client {_ENDPOINT.format('client')} connected to {_ENDPOINT.format('local')}"), _connected),
    (re.compile(r"client logged in(?P<tail>,.*)"), _logged_in),
    (re.compile(r'client login failed: "(?P<why>.*?)" while (?P<tail>.*)'), _failed),
    (re.compile(r'client was rejected: "(?P<command>.*?)"(?: while [^,"]*)?(?P<tail>, client: .*)'), _rejected),
    (re.compile(r'upstream sent invalid response: "(?P<why>.*?)" while [^,"]*(?P<tail>, client: .*)'), _upstream),
    (re.compile(r"proxied session done(?P<tail>,.*)"), _done),
    (re.compile(r"(?!.*, request: )"), noise),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of nginx's error log; what its web server says (access log included) is foreign."""
    text = trimmed(message)
    lead = _LEAD.match(text)
    if lead is None:
        return ("foreign", "", {}) if _ACCESS.search(text) else None
    parsed = first_match(_RULES, lead["text"]) or ("foreign", "", {})
    if lead["session"] and parsed[2] and parsed[0] != "reject":  # a refusal is told by its client and envelope
        parsed[2]["session"] = lead["session"]
    return parsed
