"""What an estate of real servers needs beside Postfix and Dovecot: Rspamd, rsyslog with TLS, and Exim, whose package
cannot be installed beside Postfix: it is unpacked into a folder of the project's build directory.
"""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

import servers

from tests import packages

EXIM = Path(__file__).resolve().parents[2] / "build" / "daemons" / "exim"
"""Where Exim is unpacked."""
_OTHERS = ("rspamd", "rsyslog", "rsyslog-gnutls", "openssl")
_OF_EXIM = ("libdb5.3", "libgnutls-dane0", "libidn12", "libnsl2", "libpcre2-8-0")


@cache
def obstacle() -> str:
    """Why the estate cannot run here; "" when it can, and all of it is there then."""
    if reason := servers.obstacle():
        return reason
    if shutil.which("unshare") is None or subprocess.run(["unshare", "--mount", "true"], check=False).returncode:
        return "each server needs a /dev/log of its own: leave to make mount namespaces"
    tls = any(Path("/usr/lib").glob("*/rsyslog/lmnsd_gtls.so"))
    there = tls and all(map(shutil.which, ("rspamd", "rsyslogd", "openssl")))
    if not there and (reason := packages.install(*_OTHERS)):
        return reason
    return _unpack_exim()


@cache
def exim_obstacle() -> str:
    """Why Exim alone cannot run here; "" when it can, and is unpacked then."""
    return packages.obstacle() or _unpack_exim()


def _unpack_exim() -> str:
    if not (EXIM / "usr/sbin/exim4").exists() and (reason := _fetch_exim()):
        return reason
    if subprocess.run(["id", "Debian-exim"], check=False, capture_output=True).returncode:  # its binary asks for it
        words = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/var/spool/exim4"]
        subprocess.run([*words, "--shell", "/usr/sbin/nologin", "Debian-exim"], check=True)
    done = subprocess.run([str(EXIM / "usr/sbin/exim4"), "-bV"], check=False, capture_output=True, text=True)
    return "" if "Exim version" in done.stdout else f"Exim does not run: {done.stderr.strip()}"


def _fetch_exim() -> str:
    if reason := packages.install(*_OF_EXIM):
        return reason
    return packages.unpack(EXIM, "exim4-base", "exim4-daemon-light")
