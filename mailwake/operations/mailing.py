"""Sending mail: the SMTP server that the environment names, by the library of the language.

    MAILWAKE_SMTP_URL   smtp://host:25, smtp://user:password@host:587 (STARTTLS is used when offered; ?starttls=required
                        insists, ?starttls=no does without), smtps://user:password@host:465
    MAILWAKE_MAIL_FROM  sender of the mails; mailwake@ and the name of this host otherwise

Without MAILWAKE_SMTP_URL no mail is sent. A password is never sent without TLS, except to this machine.
"""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import parse_qs, unquote, urlsplit

from mailwake.events.told import tell

URL, SENDER = "MAILWAKE_SMTP_URL", "MAILWAKE_MAIL_FROM"
_PATIENCE = 30
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class MailError(Exception):
    """No mail went out; the text says why, and what to do."""


@dataclass(frozen=True)
class Server:
    """An SMTP server."""

    host: str
    port: int
    tls: str
    """implicit, required, offered or no."""
    user: str = ""
    password: str = ""

    @property
    def name(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"


def server() -> Server | None:
    """The server that the environment names; None when it names none. Raises MailError for what is no such URL."""
    text = os.environ.get(URL, "").strip()
    if not text:
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise MailError(
            tell(
                "{variable} names no SMTP server; give it as smtp://host:25 or smtps://user:password@host:465",
                variable=URL,
            )
        )
    chosen = parse_qs(parts.query).get("starttls", ["offered"])[0]
    tls = "implicit" if parts.scheme == "smtps" else chosen
    if tls not in ("implicit", "required", "offered", "no"):
        raise MailError(
            tell(
                "{variable}: starttls is {chosen!r}; give required or no, or leave it out", variable=URL, chosen=chosen
            )
        )
    default = 465 if tls == "implicit" else 25
    return Server(parts.hostname, port or default, tls, unquote(parts.username or ""), unquote(parts.password or ""))


def message(to: Iterable[str], subject: str, text: str, attachment: bytes, file_name: str) -> EmailMessage:
    """A mail with an XML file."""
    found = EmailMessage()
    found["From"] = os.environ.get(SENDER, "").strip() or f"mailwake@{socket.getfqdn() or 'localhost'}"
    found["To"] = ", ".join(to)
    found["Subject"] = " ".join(subject.split())
    found["Date"] = formatdate(usegmt=True)
    found["Message-ID"] = make_msgid(domain=socket.getfqdn() or "localhost")
    found["Auto-Submitted"] = "auto-generated"  # RFC 3834 5: nobody's vacation program is to answer
    found.set_content(text)
    found.add_attachment(attachment, maintype="application", subtype="xml", filename=file_name)
    return found


def send(mail: EmailMessage, where: Server) -> None:
    """Hand a mail over. Raises MailError when the server cannot be reached, or refuses."""
    context = ssl.create_default_context()
    try:
        if where.tls == "implicit":
            with smtplib.SMTP_SSL(where.host, where.port, timeout=_PATIENCE, context=context) as session:
                _hand_over(session, mail, where, encrypted=True)
            return
        with smtplib.SMTP(where.host, where.port, timeout=_PATIENCE) as session:
            session.ehlo()
            encrypted = where.tls != "no" and session.has_extn("starttls")
            if encrypted:
                session.starttls(context=context)
                session.ehlo()
            elif where.tls == "required":
                raise MailError(
                    tell("{server} does not offer STARTTLS, which {variable} asks for", server=where.name, variable=URL)
                )
            _hand_over(session, mail, where, encrypted=encrypted)
    except (OSError, smtplib.SMTPException) as error:
        raise MailError(tell("{name}: {what}", name=where.name, what=_told(error))) from error


def _hand_over(session: smtplib.SMTP, mail: EmailMessage, where: Server, *, encrypted: bool) -> None:
    if where.user:
        if not encrypted and where.host not in _HERE:
            raise MailError(tell("{server} offers no TLS, and the password is not sent without", server=where.name))
        session.login(where.user, where.password)
    refused = session.send_message(mail)
    if refused:
        told = ", ".join(
            f"{address}: {code} {reply.decode(errors='replace')}" for address, (code, reply) in refused.items()
        )
        raise MailError(tell("{server} refused some recipients: {told}", server=where.name, told=told))


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    return str(error) or type(error).__name__
