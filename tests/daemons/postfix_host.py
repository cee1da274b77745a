"""One Postfix on loopback, with mailboxes of its own and whatever settings and services a scenario needs."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import smtplib
import subprocess
import time
from collections.abc import Iterable
from email.message import EmailMessage
from pathlib import Path

import host_files
from outside import World
from servers import DOMAIN, await_port, free_ports

_MAIN = """\
compatibility_level = 3.6
queue_directory = @folder@/spool
data_directory = @folder@/data
maillog_file = @folder@/log
maillog_file_prefixes = @folder@
syslog_name = postfix
myhostname = mx1.@domain@
mydestination = mx1.@domain@
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.1/32
smtp_dns_support_level = disabled
smtp_host_lookup = native
relayhost = [127.0.0.1]:@world@
alias_maps = inline:{{files=@folder@/archive, "|/bin/true", ann@@domain@}}
alias_database =
allow_mail_to_commands = alias
allow_mail_to_files = alias
default_privs = nobody
virtual_mailbox_domains = @domain@
virtual_mailbox_base = @folder@/mail
virtual_mailbox_maps = inline:{{ann@@domain@=ann}, {bob@@domain@=bob}}
virtual_uid_maps = static:5000
virtual_gid_maps = static:5000
minimal_backoff_time = 300s
queue_run_delay = 300s
enable_long_queue_ids = yes
header_checks = pcre:{{/^Subject:/ INFO}}
@settings@
"""
_SERVICES = """\
127.0.0.1:@port@ inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
showq unix n - n - - showq
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
_NAMELESS = re.compile(r"^(\w{3} [ \d]\d [\d:]{8} \S+ postfix)/[a-z]+(?=\[\d+\]: )", re.MULTILINE)


class PostfixHost:
    """A context manager."""

    def __init__(self, folder: Path, settings: str = "") -> None:
        """settings: lines of main.cf to add."""
        self.folder = folder
        self.log = folder / "log"
        self._port, world = free_ports(2)
        self.world = World(("127.0.0.1", world))
        values = {"folder": folder, "domain": DOMAIN, "settings": settings, "port": self._port, "world": world}
        for name in ("pf", "spool", "data", "mail"):
            (folder / name).mkdir(parents=True)
        for parent in (folder, *folder.parents):  # daemons run as others
            if parent.stat().st_uid == 0 and len(parent.parts) > 2:
                parent.chmod(parent.stat().st_mode | 0o011)
        shutil.chown(folder / "data", "postfix")
        os.chown(folder / "mail", 5000, 5000)
        (folder / "archive").touch()
        shutil.chown(folder / "archive", "nobody")
        (folder / "pf/main.cf").write_text(host_files.filled(_MAIN, values))
        (folder / "pf/master.cf").write_text(host_files.filled(_SERVICES, values))
        self._started = contextlib.ExitStack()

    def __enter__(self) -> PostfixHost:
        with contextlib.ExitStack() as started:
            started.enter_context(self.world)
            self.run("postfix", "start")
            started.callback(self.run, "postfix", "stop")
            await_port(self._port)
            self._started = started.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._started.close()

    def run(self, program: str, *words: str) -> None:
        """A command of Postfix's. Daemons keep what they inherit: pipes would never close."""
        command = [program, "-c", str(self.folder / "pf"), *words]
        nothing = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, check=True, env={**os.environ, "TZ": "UTC"}, **nothing)  # type: ignore[call-overload]

    def send(self, sender: str, recipients: Iterable[str], subject: str) -> None:
        """Send a message, to those recipients that are taken, or be refused."""
        made = EmailMessage()
        made["From"], made["Subject"], made["Message-ID"] = sender, subject, f"<{time.time_ns()}@example.net>"
        made.set_content("Hello\n")
        with smtplib.SMTP("127.0.0.1", self._port, "mail.example.net", 30) as client:
            client.ehlo()
            client.mail(sender)
            taken = [one for one in recipients if client.rcpt(one)[0] == 250]
            if taken:
                client.data(made.as_bytes())

    def queue_id(self, sender: str) -> str:
        """Of the message from a sender."""
        found = re.search(rf"qmgr\[\d+\]: (\w+): from=<{re.escape(sender)}>", self.log.read_text())
        assert found is not None, self.log.read_text()
        return found[1]

    def await_lines(self, text: str, count: int) -> None:
        """Until the log has so many lines with a text."""
        end = time.monotonic() + 30
        while (found := self.log.read_text().count(text)) < count:
            assert time.monotonic() < end, f"{found} of {count} {text}: {self.log.read_text()[-3000:]}"
            time.sleep(0.1)

    def without_names(self) -> Path:
        """The log as a template of RFC 5424 leaves it: the tag is `postfix` for all daemons."""
        path = self.log.with_name("nameless.log")
        path.write_text(_NAMELESS.sub(r"\1", self.log.read_text()))
        return path
