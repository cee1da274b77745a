"""One message on servers of several products: each writes its own log of taking it, passing it on, keeping it.

A server that stands at place n of a message's way is asked for its lines; times and addresses follow from the place.
"""

# ruff: noqa: E501
from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from logs import lines
from tracking import Mail, accepted, hop, log

BOB, EVE = "bob@example.org", "eve@example.org"
SENDER, MESSAGE_ID = "ann@example.net", "1@example.net"
NO_USER = "550 5.1.1 No such user"


class Server:
    """What all of them do. place: 0 for the first server of the way."""

    product = ""
    end = "Delivered"
    """StatusDetail of what it keeps."""
    proven = True
    """Whether its reply names its message, so that the way is proven."""

    def __init__(self, place: int) -> None:
        self.place = place
        self.host = f"{self.product}{place}"
        self.to: list[str] = []

    def clock(self, more: int = 0) -> str:
        """When it takes the message, or some seconds after."""
        return f"10:00:{4 * self.place + more:02d}"

    @property
    def client(self) -> tuple[str, str]:
        """Name and address of who hands the message in."""
        return (
            ("out.example.net", "192.0.2.1")
            if not self.place
            else (f"hop{self.place}.example.com", f"198.51.100.{self.place}")
        )

    @property
    def next(self) -> tuple[str, str]:
        """Name and address of the server that it is passed on to."""
        return f"hop{self.place + 2}.example.com", f"198.51.100.{self.place + 2}"

    @property
    def key(self) -> str:
        """The id that it has for the message."""
        raise NotImplementedError

    @property
    def reply(self) -> str:
        """Its answer when it has taken the message."""
        raise NotImplementedError

    def taken(self, to: list[str]) -> str:
        """It takes the message for these."""
        raise NotImplementedError

    def passed(self, to: str, reply: str) -> str:
        """It hands it to the next server, which answers so."""
        raise NotImplementedError

    def refused(self, to: str, reply: str = NO_USER) -> str:
        """The next server does not want it for this recipient."""
        raise NotImplementedError

    def kept(self, to: str) -> str:
        """It puts it into a mailbox, or where it ends."""
        raise NotImplementedError

    def done(self) -> str:
        """It has nothing more to do with it."""
        return ""


class Postfix(Server):
    product = "postfix"

    @property
    def key(self) -> str:
        return f"4ABCDE{self.place}F12"

    @property
    def reply(self) -> str:
        return f"250 2.0.0 Ok: queued as {self.key}"

    def _line(self, more: int, program: str, text: str) -> str:
        return f"{self.clock(more)} {self.host} postfix/{program}[7{self.place}]: {self.key}: {text}\n"

    def taken(self, to: list[str]) -> str:
        self.to = to
        name, ip = self.client
        return (
            self._line(0, "smtpd", f"client={name}[{ip}]")
            + self._line(0, "cleanup", f"message-id=<{MESSAGE_ID}>")
            + self._line(0, "qmgr", f"from=<{SENDER}>, size=1842, nrcpt={len(to)} (queue active)")
        )

    def _tried(self, to: str, status: str, dsn: str, reply: str, where: str = "") -> str:
        name, ip = self.next
        relay = where or f"{name}[{ip}]:25"
        return self._line(
            3,
            "local" if where else "smtp",
            f"to=<{to}>, relay={relay}, delay=3, delays=0/0/0/3, dsn={dsn}, status={status} ({reply})",
        )

    def passed(self, to: str, reply: str) -> str:
        return self._tried(to, "sent", "2.0.0", reply)

    def refused(self, to: str, reply: str = NO_USER) -> str:
        name, ip = self.next
        return self._tried(to, "bounced", "5.1.1", f"host {name}[{ip}] said: {reply} (in reply to RCPT TO command)")

    def kept(self, to: str) -> str:
        return self._tried(to, "sent", "2.0.0", "delivered to maildir", "local")

    def done(self) -> str:
        return self._line(3, "qmgr", "removed")


class Exim(Server):
    product = "exim"

    @property
    def key(self) -> str:
        return f"1vMx7y-000000000A{self.place}-2xyz"

    @property
    def reply(self) -> str:
        return f"250 OK id={self.key}"

    def _line(self, more: int, text: str) -> str:
        return f"{self.clock(more)} {self.host} exim[7{self.place}]: {self.key} {text}\n"

    def taken(self, to: list[str]) -> str:
        self.to = to
        name, ip = self.client
        return self._line(0, f"<= {SENDER} H={name} [{ip}] P=esmtps S=1842 id={MESSAGE_ID} for {' '.join(to)}")

    def _arrow(self, to: str) -> str:
        return "=>" if to == self.to[0] else "->"

    def passed(self, to: str, reply: str) -> str:
        name, ip = self.next
        return self._line(3, f'{self._arrow(to)} {to} R=dnslookup T=remote_smtp H={name} [{ip}] C="{reply}"')

    def refused(self, to: str, reply: str = NO_USER) -> str:
        name, ip = self.next
        return self._line(
            3,
            f"** {to} R=dnslookup T=remote_smtp H={name} [{ip}]: SMTP error from remote mail server after RCPT TO:<{to}>: {reply}",
        )

    def kept(self, to: str) -> str:
        return self._line(3, f"{self._arrow(to)} {to.partition('@')[0]} <{to}> R=local_user T=maildir_home")

    def done(self) -> str:
        return self._line(3, "Completed")


class Sendmail(Server):
    product = "sendmail"

    @property
    def key(self) -> str:
        return f"5ALA0{self.place}A1000101"

    @property
    def reply(self) -> str:
        return f"250 2.0.0 {self.key} Message accepted for delivery"

    def _line(self, more: int, text: str) -> str:
        return f"{self.clock(more)} {self.host} sm-mta[7{self.place}]: {self.key}: {text}\n"

    def taken(self, to: list[str]) -> str:
        self.to = to
        name, ip = self.client
        return self._line(
            0,
            f"from=<{SENDER}>, size=1842, class=0, nrcpts={len(to)}, msgid=<{MESSAGE_ID}>, proto=ESMTP, daemon=MTA, relay={name} [{ip}]",
        )

    def _tried(self, to: str, mailer: str, relay: str, end: str) -> str:
        return self._line(3, f"to=<{to}>, delay=00:00:03, xdelay=00:00:01, mailer={mailer}, pri=121842, {relay}{end}")

    def passed(self, to: str, reply: str) -> str:
        name, ip = self.next
        said = reply.removeprefix("250 ").removeprefix("2.0.0 ").removeprefix("2.6.0 ")
        return self._tried(to, "esmtp", f"relay={name}. [{ip}], ", f"dsn=2.0.0, stat=Sent ({said})")

    def refused(self, to: str, reply: str = NO_USER) -> str:
        name, ip = self.next
        return self._tried(to, "esmtp", f"relay={name}. [{ip}], ", "dsn=5.1.1, stat=User unknown")

    def kept(self, to: str) -> str:
        return self._tried(to, "local", "", "dsn=2.0.0, stat=Sent")


class OpenSmtpd(Server):
    product = "opensmtpd"

    @property
    def key(self) -> str:
        return f"c405e39{self.place}"

    @property
    def session(self) -> str:
        return f"5df87c903d70965{self.place}"

    @property
    def reply(self) -> str:
        return f"250 2.0.0 {self.key} Message accepted for delivery"

    def _line(self, more: int, text: str) -> str:
        return f"{self.clock(more)} {self.host} smtpd[7{self.place}]: {text}\n"

    def _envelope(self, to: str) -> str:
        return f"evpid={self.key}d6bbc64{self.to.index(to)} from=<{SENDER}> to=<{to}>"

    def taken(self, to: list[str]) -> str:
        self.to = to
        name, ip = self.client
        return (
            self._line(0, f"{self.session} smtp connected address={ip} host={name}")
            + self._line(0, f"{self.session} smtp message msgid={self.key} size=1842 nrcpt={len(to)} proto=ESMTP")
            + "".join(self._line(0, f"{self.session} smtp envelope {self._envelope(one)}") for one in to)
            + self._line(1, f"{self.session} smtp disconnected reason=quit")
        )

    def _tried(self, to: str, result: str, reply: str) -> str:
        name, ip = self.next
        return self._line(
            3, f'5df87c9ffd0e78{self.place}d mta delivery {self._envelope(to)} rcpt=<-> source="192.0.2.25" relay="{ip} ({name})" delay=3s result="{result}" stat="{reply}"'
        )  # fmt: skip

    def passed(self, to: str, reply: str) -> str:
        return self._tried(to, "Ok", reply)

    def refused(self, to: str, reply: str = NO_USER) -> str:
        return self._tried(to, "PermFail", reply)

    def kept(self, to: str) -> str:
        return self._line(
            3,
            f"5df87c9250bba4{self.place}{self.to.index(to)} mda delivery {self._envelope(to)} rcpt=<{to}> user=u delay=3s result=Ok stat=Delivered",
        )


class Haraka(Server):
    """Has no mailboxes: it hands to Dovecot by LMTP, whose own log says where the message went."""

    product = "haraka"

    @property
    def uuid(self) -> str:
        return f"3E6A027F-8307-4DA4-B105-2A39EC4B58D{self.place}"

    @property
    def key(self) -> str:
        return f"{self.uuid}.1"

    @property
    def reply(self) -> str:
        return f"250 Message Queued ({self.key})"

    def _line(self, more: int, level: str, uuid: str, where: str, text: str) -> str:
        return f"{self.clock(more)} {self.host} haraka[7{self.place}]: [{level}] [{uuid}] [{where}] {text}\n"

    def taken(self, to: list[str]) -> str:
        self.to = to
        name, ip = self.client
        rcpt = "".join(
            self._line(0, "NOTICE", self.key, "core", f'recipient <{one}> code=OK msg="" sender="{SENDER}"')
            for one in to
        )
        return (
            self._line(0, "NOTICE", self.uuid, "core", f"connect ip={ip} port=21957 local_ip=198.51.100.99 local_port=25")
            + self._line(0, "NOTICE", self.key, "core", f'sender <{SENDER}> code=CONT msg=""')
            + rcpt
            + self._line(1, "NOTICE", self.key, "core", f'message mid="<{MESSAGE_ID}>" size=1842 rcpts={len(to)}/0/0 delay=1 code=CONT msg=""')
            + self._line(1, "NOTICE", self.key, "core", f'queue code=OK msg="Message Queued ({self.key})"')
            + self._line(1, "NOTICE", self.key, "core", f'disconnect ip={ip} rdns="{name}" helo="{name}" relay=N early=N esmtp=Y tls=Y pipe=N errors=0 txns=1 rcpts={len(to)}/0/0 msgs=1/0/0 bytes=1842 lr="" time=1')
        )  # fmt: skip

    def _part(self, to: str) -> str:
        return f"{self.key}.{self.to.index(to) + 1}"

    def passed(self, to: str, reply: str) -> str:
        name, ip = self.next
        domain = to.partition("@")[2]
        return self._line(3, "NOTICE", self._part(to), "outbound", f'delivered file=F domain={domain} host={name} ip={ip} port=25 mode=SMTP tls=Y auth=N response="{reply}" delay=3 fails=0 rcpts=1/0/0')  # fmt: skip

    def refused(self, to: str, reply: str = NO_USER) -> str:
        return self._line(3, "NOTICE", self._part(to), "outbound", f"recipient <{to}> rejected: {reply}")  # fmt: skip

    def kept(self, to: str) -> str:
        token = f"8Mw2LGZsIGk7GgAAtC1{self.place}aA"
        given = self._line(3, "NOTICE", self._part(to), "outbound", f'delivered file=F domain={to.partition("@")[2]} host=127.0.0.1 ip=127.0.0.1 port=24 mode=LMTP tls=N auth=N response="<{to}> {token} Saved" delay=3 fails=0 rcpts=1/0/0')  # fmt: skip
        return (
            given
            + f"{self.clock(3)} {self.host} dovecot: lmtp({to})<33><{token}>: msgid=<{MESSAGE_ID}>: saved mail to INBOX\n"
        )


class KumoMta(Server):
    """Has no mailboxes and names no host; what it passes to the world ends there."""

    product = "kumomta"
    end = "Relayed"

    @property
    def key(self) -> str:
        return f"8a5474ccbbc611eda12250ebf67f93b{self.place}"

    @property
    def reply(self) -> str:
        return f"250 OK ids={self.key}"

    def _record(self, kind: str, more: int, to: str, code: int, reply: str, peer: tuple[str, str]) -> str:
        head = {"Subject": "Offer", "Message-ID": f"<{MESSAGE_ID}>"}
        made: dict[str, Any] = {
            "type": kind, "id": self.key, "sender": SENDER, "recipient": to, "queue": to.partition("@")[2], "site": "",
            "size": 1842, "response": {"code": code, "enhanced_code": None, "content": reply, "command": None},
            "peer_address": {"name": peer[0], "addr": peer[1]}, "timestamp": 1795255200 + 4 * self.place + more,
            "created": 1795255200, "num_attempts": 0, "bounce_classification": "Uncategorized", "meta": {}, "headers": head,
        }  # fmt: skip
        return json.dumps(made) + "\n"

    def taken(self, to: list[str]) -> str:
        """One record, and one message, for each recipient: the ways here have one."""
        self.to = to
        return "".join(self._record("Reception", 0, one, 250, "", self.client) for one in to)

    def passed(self, to: str, reply: str) -> str:
        return self._record("Delivery", 3, to, 250, reply.removeprefix("250 "), self.next)

    def refused(self, to: str, reply: str = NO_USER) -> str:
        return self._record("Bounce", 3, to, 550, reply.removeprefix("550 "), self.next)

    def kept(self, to: str) -> str:
        return self.passed(to, "250 2.0.0 taken")


class Stalwart(Server):
    """Names no host."""

    product = "stalwart"

    @property
    def key(self) -> str:
        return f"28499997230943490{self.place}"

    @property
    def reply(self) -> str:
        return f"250 2.0.0 Message queued with id {int(self.key):x}."

    def _event(self, more: int, words: str, name: str, keys: str) -> str:
        return f"2026-11-21T{self.clock(more)}Z INFO {words} ({name}) {keys}\n"

    def _span(self, to: list[str], queue: str) -> str:
        names = ", ".join(f'"{one}"' for one in to)
        return f'queueId = {self.key}, queueName = "{queue}", from = "{SENDER}", to = [{names}], size = 1842, total = {len(to)}'

    def taken(self, to: list[str]) -> str:
        self.to = to
        names = ", ".join(f'"{one}"' for one in to)
        keys = f'listenerId = "smtp", localPort = 25, remoteIp = {self.client[1]}, remotePort = 3850{self.place}, queueId = {self.key}, from = "{SENDER}", to = [{names}], size = 1842, nextRetry = 2026-11-21T10:00:00Z, expires = 2026-11-24T10:00:00Z'
        return self._event(0, "Queued message for delivery", "queue.queue-message", keys)

    def passed(self, to: str, reply: str) -> str:
        name, _ = self.next
        keys = f'{self._span([to], "remote")}, hostname = "{name}", to = "{to}", code = 250, details = "{reply.removeprefix("250 ")}", elapsed = 410ms'
        return self._event(3, "Message delivered", "delivery.delivered", keys)

    def refused(self, to: str, reply: str = NO_USER) -> str:
        name, _ = self.next
        keys = f'{self._span([to], "remote")}, hostname = "{name}", to = "{to}", code = 550, details = "{reply.removeprefix("550 ")}"'
        return self._event(3, "SMTP RCPT TO rejected", "delivery.rcpt-to-rejected", keys)

    def kept(self, to: str) -> str:
        span = self._span([to], "local")
        kept = f'{span}, accountId = 1, mailboxId = [0], messageId = "{MESSAGE_ID}", size = 1842'
        told = f'{span}, to = "{to}", hostname = "localhost", code = 250, details = "OK"'
        return self._event(3, "Message ingested", "message-ingest.ham", kept) + self._event(
            3, "DSN success notification", "delivery.dsn-success", told
        )


class Exchange(Server):
    """Its log is a table: it makes a file of its own, in which the records of one message stand together."""

    product = "exchange"

    @property
    def mail(self) -> Mail:
        return Mail(self.place + 1, SENDER)

    @property
    def key(self) -> str:
        return self.mail.network_id

    @property
    def reply(self) -> str:
        return accepted(4700 + self.place, f"{self.host}.corp.example")

    def _row(self, more: int, event: str, to: list[str], **cells: str) -> str:
        row = self.mail.row(self.clock(more), event, to, **{"message_id": f"<{MESSAGE_ID}>", **cells})
        return log([row])[-1] + "\n"

    def taken(self, to: list[str]) -> str:
        self.to = to
        name, ip = self.client
        return self._row(0, "RECEIVE", to, **hop(name, self.host, 4700 + self.place), client_ip=ip)

    def passed(self, to: str, reply: str) -> str:
        name, ip = self.next
        return self._row(
            3, "SEND", [to], **hop(self.host, name, 4700 + self.place), server_ip=ip, recipient_status=reply
        )

    def refused(self, to: str, reply: str = NO_USER) -> str:
        said = f"[{{LED={reply}}};{{MSG=}};{{FQDN=hop}};{{IP=}};{{LRT=}}]"
        return self._row(
            3,
            "FAIL",
            [to],
            server_hostname=self.host,
            internal_message_id=str(4700 + self.place),
            recipient_status=said,
        )

    def kept(self, to: str) -> str:
        return self._row(3, "STOREDRIVER DELIVER", [to], **hop(self.host, self.host, 4700 + self.place))

    @staticmethod
    def head() -> str:
        """What stands first in its file."""
        return "\n".join(log([])) + "\n"


PRODUCTS: tuple[type[Server], ...] = (Postfix, Exim, Sendmail, OpenSmtpd, Haraka, KumoMta, Stalwart, Exchange)


def way(*products: type[Server]) -> list[Server]:
    return [product(place) for place, product in enumerate(products)]


def logs_of(servers: Sequence[Server], to: Sequence[str], lost: Sequence[str] = ()) -> list[list[str]]:
    """The log of each server: all of `to` get to the last one; the first is told that there are no such as `lost`."""
    written = []
    for place, server in enumerate(servers):
        block = server.taken([*to, *lost] if place == 0 else list(to))
        for one in to:
            block += server.passed(one, servers[place + 1].reply) if place + 1 < len(servers) else server.kept(one)
        for one in lost if place == 0 else ():
            block += server.refused(one, NO_USER)
        block += server.done()
        written.append(lines((Exchange.head() if isinstance(server, Exchange) else "") + block))
    return written
