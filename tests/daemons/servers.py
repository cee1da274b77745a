"""Real Postfix and Dovecot on loopback, without systemd: each estate in a folder of its own, on ports of its own.

Needs root on Debian (a mail server starts as root); installs what it needs with apt-get, once. Elsewhere `obstacle`
says why the tests are skipped. Configurations follow postconf(5), dovecot.conf of 2.3, and docs of the mail_log plugin
and the event exporter.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from functools import cache
from pathlib import Path

from tests import packages

PACKAGES = (
    *("postfix", "postfix-pcre", "dovecot-core", "dovecot-imapd", "dovecot-pop3d", "dovecot-lmtpd"),
    *("dovecot-sieve", "dovecot-managesieved"),
)
DOMAIN = "example.com"
_VIRTUAL_UID = 5000
_WAIT = 30.0
"""Seconds until a daemon must listen."""


@cache
def obstacle() -> str:
    """Why real daemons cannot run here; "" when they can, and are installed then."""
    if problem := packages.obstacle():
        return f"real mail servers are needed: {problem}"
    if all(map(shutil.which, ("postfix", "dovecot", "doveadm"))) and _has_modules():
        return _dovecot_version()
    answers = "postfix postfix/main_mailer_type select No configuration\n"
    return packages.install(*PACKAGES, answers=answers) or _dovecot_version()


def _has_modules() -> bool:
    folder = Path("/usr/lib/dovecot")
    return all((folder / name).exists() for name in ("imap", "pop3", "lmtp", "managesieve"))


def _dovecot_version() -> str:
    version = subprocess.run(["dovecot", "--version"], check=False, capture_output=True, text=True).stdout
    return "" if version.startswith("2.3.") else f"the configuration is for Dovecot 2.3, here is {version.strip()}"


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on now."""
    held = []
    for _ in range(count):
        one = socket.socket()
        one.bind(("127.0.0.1", 0))
        held.append(one)
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def await_port(port: int) -> None:
    """Wait until somebody listens, by /proc/net/tcp: a connection would be in the log."""
    wanted = f":{port:04X} "
    end = time.monotonic() + _WAIT
    while time.monotonic() < end:
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        if any(line.split()[1].endswith(wanted.strip()) and line.split()[3] == "0A" for line in lines):
            return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on port {port} after {_WAIT} s")


class Servers:
    """Postfix (MX and submission) and Dovecot (IMAP, POP3, LMTP, ManageSieve) for some users. A context manager."""

    def __init__(
        self, folder: Path, users: tuple[str, ...], *, text: bool = True, events: bool = True, more: str = ""
    ) -> None:
        """users: local parts; the password of `ann` is `pw-ann`, that of the master user `admin` is `pw-admin`.

        text: Dovecot's mail_log lines are written; events: its event exporter writes into its log; more: settings of
        Dovecot to add.
        """
        self.folder = folder
        self.users = users
        self._text, self._events, self._more = text, events, more
        names = ("smtp", "submission", "imap", "pop3", "lmtp", "sieve", "sasl")
        self.ports = dict(zip(names, free_ports(len(names)), strict=True))
        self.log = folder / "log"
        """Folder of the logs: mail.log and dovecot.log."""

    def __enter__(self) -> Servers:
        for name in ("pf", "spool", "data", "log", "mail", "run", "state"):
            (self.folder / name).mkdir(parents=True)
        for parent in (self.folder, *self.folder.parents):  # daemons run as others
            if parent.stat().st_uid == 0 and len(parent.parts) > 2:
                parent.chmod(parent.stat().st_mode | 0o011)
        shutil.chown(self.folder / "data", "postfix")
        os.chown(self.folder / "mail", _VIRTUAL_UID, _VIRTUAL_UID)
        (self.folder / "log").chmod(0o1777)
        (self.folder / "state").chmod(0o777)
        self._write_postfix()
        self._write_dovecot()
        try:
            self._run("dovecot", "-c", str(self.folder / "dovecot.conf"))
            self._run("postfix", "-c", str(self.folder / "pf"), "start")
            for port in self.ports.values():
                await_port(port)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for command in (
            ("postfix", "-c", str(self.folder / "pf"), "stop"),
            ("doveadm", "-c", str(self.folder / "dovecot.conf"), "stop"),
        ):
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def doveadm(self, *words: str) -> None:
        """An order of the administrator on the command line."""
        self._run("doveadm", "-c", str(self.folder / "dovecot.conf"), *words)

    def _run(self, *command: str) -> None:
        # Daemons keep what they inherit: pipes would never close.
        with (self.folder / "started.txt").open("a") as output:
            done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {(self.folder / 'started.txt').read_text()[-2000:]}")

    def _write_postfix(self) -> None:
        mailboxes = ", ".join(f"{user}@{DOMAIN}=x" for user in self.users)
        values = {"folder": self.folder, "domain": DOMAIN, "mailboxes": mailboxes, **self.ports}
        (self.folder / "pf/main.cf").write_text(_MAIN.format(**values))
        (self.folder / "pf/master.cf").write_text(_MASTER.format(**values))

    def _write_dovecot(self) -> None:
        values = {"folder": self.folder, "domain": DOMAIN, **self.ports}
        values["log_plugins"] = "notify mail_log" if self._text else ""
        text = _DOVECOT
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        text += self._more
        if self._events:
            text += _EXPORTER
        (self.folder / "dovecot.conf").write_text(text)
        lines = [f"{user}@{DOMAIN}:pw-{user}:5000:5000::{self.folder}/mail/{user}::" for user in self.users]
        (self.folder / "users").write_text("\n".join(lines) + "\n")
        (self.folder / "masters").write_text(f"admin@{DOMAIN}:pw-admin\n")


_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}/log
maillog_file_permissions = 0644
myhostname = mx1.{domain}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.99/32
smtp_dns_support_level = disabled
smtp_host_lookup = native
alias_maps =
alias_database =
virtual_mailbox_domains = {domain}
virtual_mailbox_maps = inline:{{{mailboxes}}}
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = error:5.1.2 there is no outside
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{sasl}
smtpd_authorized_xclient_hosts = 127.0.0.1
header_checks = pcre:{{{{/^(Subject|From|Sender):/ INFO header-log}}}}
"""
_MASTER = """\
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes
  -o syslog_name=postfix/submission
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
discard unix - - n - - discard
lmtp unix - - n - - lmtp
showq unix n - n - - showq
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
_DOVECOT = """\
base_dir = @folder@/run
state_dir = @folder@/state
log_path = @folder@/log/dovecot.log
listen = 127.0.0.1
protocols = imap pop3 lmtp sieve
ssl = no
disable_plaintext_auth = no
mail_uid = 5000
mail_gid = 5000
first_valid_uid = 5000
mail_home = @folder@/mail/%n
mail_location = maildir:~/Maildir
auth_master_user_separator = *
recipient_delimiter = +
imap_id_log = *
login_trusted_networks = 127.0.0.0/8
mail_plugins = acl @log_plugins@
mail_log_prefix = "%s(%u)<%{pid}><%{session}> rip=%r auth=%{auth_user}: "
login_log_format_elements = user=<%u> auth_user=<%{auth_user}> method=%m rip=%r lip=%l mpid=%e %c session=<%{session}>
passdb {
  driver = passwd-file
  args = scheme=PLAIN @folder@/masters
  master = yes
  result_success = continue
}
passdb {
  driver = passwd-file
  args = scheme=PLAIN @folder@/users
}
userdb {
  driver = passwd-file
  args = @folder@/users
}
namespace inbox {
  separator = /
  inbox = yes
  mailbox Trash {
    special_use = \\Trash
    auto = subscribe
  }
  mailbox Sent {
    special_use = \\Sent
    auto = subscribe
  }
}
namespace shared {
  type = shared
  separator = /
  prefix = shared/%%u/
  location = maildir:%%h/Maildir:INDEXPVT=~/shared-private/%%u
  subscriptions = no
  list = children
}
protocol imap {
  mail_plugins = $mail_plugins imap_acl
}
protocol lmtp {
  mail_plugins = $mail_plugins sieve
  postmaster_address = postmaster@@domain@
}
plugin {
  acl = vfile
  acl_user = %u
  acl_shared_dict = file:@folder@/state/shared.db
  mail_log_events = delete undelete expunge save copy mailbox_create mailbox_delete mailbox_rename flag_change
  mail_log_fields = uid box msgid size vsize flags from subject
  sieve = file:~/sieve;active=~/.dovecot.sieve
}
service imap-login {
  inet_listener imap {
    port = @imap@
  }
  inet_listener imaps {
    port = 0
  }
}
service pop3-login {
  inet_listener pop3 {
    port = @pop3@
  }
  inet_listener pop3s {
    port = 0
  }
}
service managesieve-login {
  inet_listener sieve {
    port = @sieve@
  }
}
service lmtp {
  inet_listener lmtp {
    port = @lmtp@
  }
}
service auth {
  inet_listener sasl {
    port = @sasl@
  }
}
"""
_EXPORTER = """\
event_exporter audit {
  format = json
  format_args = time-rfc3339
  transport = log
}
metric audit {
  filter = event=imap_command_finished OR event=auth_request_finished OR event=mail_opened OR \
event=mail_expunge_requested OR event=mail_user_session_finished OR event=managesieve_command_finished OR \
event=sieve_script_activated OR event=sieve_storage_save_finished
  exporter = audit
  exporter_include = name hostname timestamps categories fields
}
"""
