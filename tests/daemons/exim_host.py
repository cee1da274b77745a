"""One Exim on loopback that has every way of its own to deal with mail: filters of the system and of users, answers,
commands, files, copies, mail that is passed on while it comes in. Follows the Exim specification (4.96).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import smtplib
import subprocess
import time
from email.message import EmailMessage
from pathlib import Path

import host_files
from estate_packages import EXIM
from outside import World
from servers import DOMAIN, await_port, free_ports

CONFIGURATION = """\
exim_path = @program@
spool_directory = @folder@/spool
log_file_path = @folder@/log/%slog
pid_file_path = @folder@/exim.pid
primary_hostname = mx1.@domain@
qualify_domain = @domain@
daemon_smtp_ports = @port@
local_interfaces = 127.0.0.1
deliver_drop_privilege = true
keep_environment =
timezone = UTC
tls_advertise_hosts =
host_lookup =
rfc1413_query_timeout = 0s
log_selector = @selector@
system_filter = @folder@/system.filter
system_filter_user = Debian-exim
system_filter_file_transport = into_file
acl_smtp_rcpt = check_rcpt
begin acl
check_rcpt:
  warn  domains = through.example
        control = cutthrough_delivery
  accept
begin routers
club:
  driver = redirect
  domains = @domain@
  local_parts = club
  data = ann@@domain@, never-member@example.org
pair:
  driver = redirect
  domains = @domain@
  local_parts = pair
  data = ann@@domain@, bob@@domain@
copy:
  driver = redirect
  domains = @domain@
  local_parts = copied
  data = archive@@domain@
  unseen
answer:
  driver = accept
  domains = @domain@
  local_parts = away : no-one
  transport = vacation_reply
  unseen
filter:
  driver = redirect
  domains = @domain@
  local_parts = lsearch;@folder@/filters/list
  file = @folder@/filters/$local_part_data
  user = Debian-exim
  allow_filter
  file_transport = into_file
  pipe_transport = to_command
  reply_transport = vacation_reply
refused:
  driver = manualroute
  domains = @domain@
  local_parts = no-one
  route_data = 127.0.0.1::@world@ byname
  self = send
  transport = smtp
box:
  driver = accept
  domains = @domain@
  transport = box
out:
  driver = manualroute
  domains = ! @domain@
  route_data = 127.0.0.1::@world@ byname
  self = send
  transport = smtp
begin transports
box:
  driver = appendfile
  file = @folder@/box
  user = Debian-exim
into_file:
  driver = appendfile
to_command:
  driver = pipe
vacation_reply:
  driver = autoreply
  user = Debian-exim
  to = $sender_address
  subject = away
  text = I am away
smtp:
  driver = smtp
  allow_localhost
begin retry
* * F,1h,5s
begin rewrite
begin authenticators
"""
SYSTEM_FILTER = """\
# Exim filter
if first_delivery then
  if $h_subject: contains "forbidden" then fail text "not in this house" seen finish endif
  if $h_subject: contains "freeze" then freeze text "to be looked at" endif
  if $h_subject: contains "sink" then seen finish endif
  if $h_subject: contains "null" then save /dev/null seen finish endif
  if $h_subject: contains "elsewhere" then deliver carol@@domain@ endif
  if $h_subject: contains "besides" then unseen deliver carol@@domain@ endif
  if $h_subject: contains "archive" then unseen save @folder@/archive endif
endif
"""
FILTERS = {
    "on": "deliver bob@@domain@",
    "both": "unseen deliver bob@@domain@\nsave @folder@/both",
    "sink": "seen finish",
    "command": 'pipe "/bin/true with words"',
    "reply": "unseen mail to $sender_address subject answer text hello\nsave @folder@/reply",
}


class EximHost:
    """A context manager."""

    def __init__(self, folder: Path, selector: str) -> None:
        """selector: Exim's log_selector."""
        self.folder = folder
        self.log = folder / "log"
        self._port, world = free_ports(2)
        self.world = World(("127.0.0.1", world))
        self._values: dict[str, object] = {
            **{"program": EXIM / "usr/sbin/exim4", "folder": folder, "domain": DOMAIN, "selector": selector},
            **{"port": self._port, "world": world},
        }
        self._started = contextlib.ExitStack()

    def __enter__(self) -> EximHost:
        for name in ("spool", "log", "filters"):
            (self.folder / name).mkdir(parents=True)
        for parent in (self.folder, *self.folder.parents):  # it runs as another
            if parent.stat().st_uid == 0 and len(parent.parts) > 2:
                parent.chmod(parent.stat().st_mode | 0o011)
        self._write("exim.conf", CONFIGURATION)
        self._write("system.filter", SYSTEM_FILTER)
        (self.folder / "filters/list").write_text("".join(f"{name}: {name}\n" for name in FILTERS))
        for name, text in FILTERS.items():
            self._write(f"filters/{name}", f"# Exim filter\n{text}\n")
        for path in (self.folder, self.folder / "spool", self.log):
            shutil.chown(path, "Debian-exim", "Debian-exim")
        with contextlib.ExitStack() as started:
            started.enter_context(self.world)
            self.exim("-bd", "-q1s")
            started.callback(self._end)
            await_port(self._port)
            self._started = started.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._started.close()

    def exim(self, *words: str) -> None:
        """A command of Exim's."""
        command = [str(EXIM / "usr/sbin/exim4"), "-C", str(self.folder / "exim.conf"), *words]
        nothing = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, check=True, env={**os.environ, "TZ": "UTC"}, **nothing)  # type: ignore[call-overload]

    def send(self, sender: str, recipients: list[str], subject: str) -> tuple[int, str]:
        """Send a message; the answer to its data."""
        made = EmailMessage()
        made["From"], made["Subject"] = sender, subject
        made.set_content("Hello\n")
        with smtplib.SMTP("127.0.0.1", self._port, "mail.example.net", 30) as client:
            client.ehlo()
            client.mail(sender)
            for one in recipients:
                code, said = client.rcpt(one)
                assert code == 250, said
            code, said = client.data(made.as_bytes())
            return code, said.decode()

    def await_log(self, text: str, count: int) -> None:
        """Until the log holds a text so often."""
        end = time.monotonic() + 30
        while (self.log / "mainlog").read_text().count(text) < count:
            assert time.monotonic() < end, (self.log / "mainlog").read_text()[-3000:]
            time.sleep(0.2)

    def await_end(self, frozen: int) -> None:
        """Until the queue holds nothing but so many frozen messages."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            time.sleep(0.2)
            if len(list((self.folder / "spool/input").rglob("*-H"))) <= frozen:
                return
        raise AssertionError((self.log / "mainlog").read_text()[-3000:])

    def _write(self, path: str, template: str) -> None:
        (self.folder / path).write_text(host_files.filled(template, self._values))

    def _end(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            pid = int((self.folder / "exim.pid").read_text())
            os.kill(pid, signal.SIGTERM)
            end = time.monotonic() + 5
            while time.monotonic() < end and Path(f"/proc/{pid}").exists():
                time.sleep(0.05)
        time.sleep(0.5)  # a run of the queue that had begun still writes into the folder
