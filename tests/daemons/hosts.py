"""An estate of real daemons on loopback: mx1 (Postfix and Rspamd) takes mail from the world, relay1 (Postfix) has the
aliases and lists, the submission and the way out, box1 (Dovecot) the mailboxes, old1 (Exim) a domain that is forwarded.

Each host has an address of 127.0.0.0/8 and a /dev/log of its own. rsyslog writes each host's records to a file and
sends them on; Exim has its own file, as Debian's has.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import host_files
from estate_packages import EXIM
from outside import Greylist, World
from servers import DOMAIN, await_port, free_ports

OLD = f"old.{DOMAIN}"
USERS = tuple(f"u{number}" for number in range(20))
SPECIAL = ("full", "bin", "no", "on", "sorted")
"""Mailboxes with a quota of a byte, and with Sieve rules: discard, reject, redirect, fileinto."""
ALIASES = {"info": ("u1",), "team": ("u1", "u2", "u3"), "sales": ("u4", "partner@example.org")}
"""Of the relay: names to their members."""
OLD_ALIASES = {**{user: (user,) for user in USERS}, "club": ("u5", "u6"), "mixed": ("u7", "no-member@example.org")}
"""Of Exim."""
RULES = {
    "bin": "discard;",
    "no": 'require "reject"; reject "I want no mail";',
    "on": f'redirect "u8@{DOMAIN}";',
    "sorted": 'require "fileinto"; fileinto "INBOX";',
}
ADDRESSES = {"edge": "127.0.0.11", "relay": "127.0.0.12", "old": "127.0.0.13", "box": "127.0.0.14"}
OUTSIDE = "127.0.0.99"
_MAILBOXES = 5000


class Estate:
    """All hosts; a context manager. The world around is part of it."""

    def __init__(self, folder: Path, certificate: Path, recipe: str) -> None:
        """recipe: what rsyslog does with each record besides, certificate: whom it trusts then."""
        self.folder = folder
        names = ("edge", "relay", "submission", "old", "lmtp", "sasl", "rspamd", "outside", "greylist")
        self.ports = dict(zip(names, free_ports(len(names)), strict=True))
        self.world = World((OUTSIDE, self.ports["outside"]))
        self.log = folder / "log"
        """Folder of the logs: a file of each host that rsyslog writes, and Exim's own in `old`."""
        self.turns = 0
        """How often a log was rotated."""
        self._greylist = Greylist((OUTSIDE, self.ports["greylist"]))
        self._values: dict[str, object] = {
            **{f"{name}_ip": ip for name, ip in ADDRESSES.items()},
            **{"outside_ip": OUTSIDE, "folder": folder, "domain": DOMAIN, "old_domain": OLD},
            **{"certificate": certificate, "recipe": recipe, "exim_path": EXIM / "usr/sbin/exim4", **self.ports},
            "mailboxes": _inline(dict.fromkeys((*USERS, *SPECIAL), ("x",))),
            "aliases": _inline(ALIASES),
            "recipients": _inline(dict.fromkeys((*USERS, *SPECIAL, *ALIASES), ("x",))),
        }
        self._started = contextlib.ExitStack()
        self._rsyslog: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Estate:
        with contextlib.ExitStack() as started:
            self._make()
            started.enter_context(self.world)
            started.enter_context(self._greylist)
            self._rsyslog = started.enter_context(self._rsyslogd())
            self._start(started)
            for port in self.ports.values():
                await_port(port)
            self._started = started.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._started.close()

    def postsuper(self, name: str, *words: str) -> None:
        """An order about the queue of `edge` or `relay`."""
        self._run("mx1" if name == "edge" else "relay1", "postsuper", "-c", str(self.folder / name), *words)

    def queued(self) -> list[str]:
        """Names of the messages that wait on the Postfix hosts, those on hold left out, and on Exim's."""
        found = []
        for name in ("edge", "relay"):
            for queue in ("maildrop", "incoming", "active", "deferred"):
                found += [one.name for one in (self.folder / name / "spool" / queue).rglob("*") if one.is_file()]
        return found + [one.name for one in (self.folder / "old/spool/input").rglob("*-H")]

    def rotate(self, chance: random.Random) -> None:
        """One log, by one of the ways of logrotate(8)."""
        self.turns += 1
        path = chance.choice([*sorted(self.log.glob("*.log")), *self.log.glob("old/mainlog")])
        aside = path.with_name(f"{path.name}-{20260100 + self.turns}")
        if path.name == "mainlog":  # Exim looks at its log's name before it writes
            path.rename(aside)
        elif chance.random() < 0.5:
            path.rename(aside)
            self._signal(signal.SIGHUP)
        else:  # nobody writes meanwhile, or copytruncate would lose lines
            self._signal(signal.SIGSTOP)
            shutil.copy2(path, aside)
            os.truncate(path, 0)
            self._signal(signal.SIGCONT)

    def lines(self) -> list[str]:
        """All that rsyslog got, and Exim wrote."""
        texts = [(self.folder / "all.log").read_text()]
        texts += [path.read_text() for path in sorted((self.log / "old").glob("mainlog*"))]
        return [line for text in texts for line in text.splitlines()]

    def _signal(self, number: signal.Signals) -> None:
        assert self._rsyslog is not None
        self._rsyslog.send_signal(number)
        time.sleep(0.05)

    def _make(self) -> None:
        for name in (
            *("sockets", "log/old", "rsyslog", "rspamd", "old/spool", "edge/spool", "edge/data", "relay/spool"),
            *("relay/data", "box/run", "box/state", *(f"box/mail/{name}" for name in RULES)),
        ):
            (self.folder / name).mkdir(parents=True)
        for parent in (self.folder, *self.folder.parents):  # daemons run as others
            if parent.stat().st_uid == 0 and len(parent.parts) > 2:
                parent.chmod(parent.stat().st_mode | 0o011)
        for name in ("edge/data", "relay/data"):
            shutil.chown(self.folder / name, "postfix")
        for name in ("old/spool", "log/old"):
            shutil.chown(self.folder / name, "Debian-exim", "Debian-exim")
        shutil.chown(self.folder / "rspamd", "_rspamd")
        self._write("edge/main.cf", host_files.EDGE, name="edge")
        self._write("edge/master.cf", host_files.EDGE_SERVICES)
        self._write("relay/main.cf", host_files.RELAY, name="relay")
        self._write("relay/master.cf", host_files.RELAY_SERVICES)
        self._write("old/exim.conf", host_files.EXIM)
        self._write("box/dovecot.conf", host_files.DOVECOT)
        self._write("rsyslog/rsyslog.conf", host_files.RSYSLOG)
        self._write("rspamd/rules.lua", host_files.RULES)
        self._write("rspamd/tld", "com\nnet\norg\n")
        self._write("rspamd/rspamd.conf", host_files.RSPAMD)
        self._write_people()

    def _write_people(self) -> None:
        lines = [f"{name}: {', '.join(map(_address, members))}\n" for name, members in OLD_ALIASES.items()]
        (self.folder / "old/aliases").write_text("".join(lines))
        lines = [f"{user}@{DOMAIN}:pw-{user}:5000:5000::{self.folder}/box/mail/{user}::" for user in (*USERS, *SPECIAL)]
        lines = [f"{line}userdb_quota_rule=*:bytes=1" if ":pw-full:" in line else line for line in lines]
        (self.folder / "box/users").write_text("\n".join(lines) + "\n")
        for name, rules in RULES.items():
            (self.folder / f"box/mail/{name}/rules.sieve").write_text(f"{rules}\n")
        for path in (self.folder / "box/mail", *(self.folder / "box/mail").rglob("*")):
            os.chown(path, _MAILBOXES, _MAILBOXES)

    def _write(self, path: str, template: str, **more: str) -> None:
        (self.folder / path).write_text(host_files.filled(template, {**self._values, **more}))

    @contextlib.contextmanager
    def _rsyslogd(self) -> Iterator[subprocess.Popen[bytes]]:
        folder = self.folder / "rsyslog"
        words = ["rsyslogd", "-n", "-f", str(folder / "rsyslog.conf"), "-i", str(folder / "pid")]
        with (folder / "said").open("wb") as said, subprocess.Popen(words, stdout=said, stderr=said) as process:
            try:
                end = time.monotonic() + 20
                while not (self.folder / "sockets" / "old1").exists():
                    assert time.monotonic() < end, (folder / "said").read_text()
                    time.sleep(0.05)
                yield process
            finally:
                process.terminate()

    def _start(self, started: contextlib.ExitStack) -> None:
        dovecot, exim = str(self.folder / "box/dovecot.conf"), str(self.folder / "old/exim.conf")
        self._run("box1", "dovecot", "-c", dovecot)
        started.callback(self._run, "box1", "doveadm", "-c", dovecot, "stop")
        words = ["rspamd", "-u", "_rspamd", "-g", "_rspamd", "-c", str(self.folder / "rspamd/rspamd.conf")]
        self._run("mx1", *words, f"--var=DBDIR={self.folder}/rspamd", f"--var=RUNDIR={self.folder}/rspamd")
        started.callback(self._end, self.folder / "rspamd/pid")
        words = [str(EXIM / "usr/sbin/exim4"), "-C", exim]
        self._run("old1", *words, "-bd", "-q5s")
        started.callback(self._end, self.folder / "old/exim.pid")
        for name, host in (("relay", "relay1"), ("edge", "mx1")):
            self._run(host, "postfix", "-c", str(self.folder / name), "start")
            started.callback(self._run, host, "postfix", "-c", str(self.folder / name), "stop")

    def _end(self, pid: Path) -> None:
        with contextlib.suppress(OSError, ValueError):
            os.kill(int(pid.read_text()), signal.SIGTERM)

    def _run(self, host: str, *command: str) -> None:
        """A command of a host. Daemons keep what they inherit: pipes would never close."""
        script = host_files.filled(host_files.DEV, {"folder": self.folder, "host": host})
        words = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", *command]
        said = self.folder / "started.txt"
        with said.open("a") as output:
            environment = {**os.environ, "TZ": "UTC"}
            done = subprocess.run(
                words, check=False, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
            )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {said.read_text()[-2000:]}")


def _address(name: str) -> str:
    return name if "@" in name else f"{name}@{DOMAIN}"


def _inline(table: Mapping[str, tuple[str, ...]]) -> str:
    """A table of Postfix between braces."""
    pairs = [
        f"{{{name}@{DOMAIN} = {', '.join(one if one == 'x' else _address(one) for one in members)}}}"
        for name, members in table.items()
    ]
    return ", ".join(pairs)
