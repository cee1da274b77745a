"""The recipes of docs/live.md, word for word, in the real log daemons, where these are installed."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests import packages
from tests.live.conftest import Server, certificate, free_port, mail, recipe, running, until

pytestmark = pytest.mark.slow
COUNT = 20
NAME = "mailwake.example.org"
UNPACKED = Path(__file__).resolve().parents[2] / "build" / "daemons" / "syslog-ng"
PACKAGES = ("syslog-ng-core", "libivykis0", "libnet1", "libpcre3")


def _rsyslog() -> str:
    """Why there is no rsyslog with TLS here; "" when there is."""
    if shutil.which("rsyslogd") and any(Path("/usr/lib").glob("*/rsyslog/lmnsd_gtls.so")):
        return ""
    return packages.install("rsyslog", "rsyslog-gnutls")


def _syslog_ng() -> tuple[list[str], str]:
    """How to call it, or why it is not here: unpacked, since no two log daemons can be installed."""
    if shutil.which("syslog-ng"):
        return ["syslog-ng"], ""
    if not UNPACKED.exists() and (reason := packages.unpack(UNPACKED, *PACKAGES)):
        return [], reason
    libraries = {str(path.parent) for path in UNPACKED.rglob("*.so.*")}
    modules = next(UNPACKED.glob("usr/lib/syslog-ng/*.*/"))
    program = str(UNPACKED / "usr" / "sbin" / "syslog-ng")
    return ["env", f"LD_LIBRARY_PATH={':'.join(sorted(libraries))}", program, f"--module-path={modules}"], ""


def _log(folder: Path, first: int = 0) -> None:
    """What a mail server says to syslog, by the socket that the daemon has made."""
    until(lambda: (folder / "log").exists(), 20)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.connect(str(folder / "log"))
        for number in range(first, first + COUNT):
            for text in mail(number):
                stamp = time.strftime("%b %e %H:%M:%S", time.localtime())
                one.send(f"<22>{stamp} {text.partition(' ')[2]}".encode())


def _tls(server: Server) -> int:
    port = free_port()
    certificate(server.folder, NAME)
    server.configuration = (
        f'[[source]]\ntype = "syslog"\nlisten = "tls://127.0.0.1:{port}"\n'
        f'certificate = "{NAME}.pem"\nkey = "{NAME}.key"\n'
    )
    return port


def _check(server: Server, first: int, count: int) -> None:
    until(lambda: sum(one["records"] for one in server.told()) >= count * 5, 60)
    (one,) = server.told()
    assert (one["unknown"], one["losses"], one["refused"]) == (0, 0, 0)
    server.stop()
    assert server.recipients() == sorted(f"bob{number}@example.net" for number in range(first, first + count))


def test_rsyslog_by_tls_while_the_server_is_restarted(server: Server) -> None:
    if reason := _rsyslog():
        pytest.skip(reason)
    port = _tls(server)
    action = recipe("rsyslog").replace('port="6514"', f'port="{port}"')
    action = action.replace(f'target="{NAME}"', 'target="127.0.0.1"')
    folder = server.folder
    (folder / "rsyslog.conf").write_text(
        f'global(workDirectory="{folder}" DefaultNetstreamDriverCAFile="{folder}/{NAME}.pem")\n'
        f'module(load="imuxsock" SysSock.Use="off")\ninput(type="imuxsock" Socket="{folder}/log")\n{action}'
    )
    server.start()
    with running("rsyslogd", "-n", "-f", str(folder / "rsyslog.conf"), "-i", str(folder / "pid")):
        _log(folder)
        server.wait_for(COUNT * 5)
        server.stop()
        (server.data_dir / "live" / "status.json").unlink()
        _log(folder, COUNT)
        server.start()
        _log(folder, 2 * COUNT)
        server.wait_for(COUNT * 5, 90)
    server.stop()
    found = server.recipients()
    first, last = range(COUNT), range(2 * COUNT, 3 * COUNT)
    assert {f"bob{number}@example.net" for number in (*first, *last)} <= set(found)


def test_syslog_ng_by_tls(server: Server) -> None:
    program, reason = _syslog_ng()
    if reason:
        pytest.skip(reason)
    port = _tls(server)
    folder = server.folder
    text = recipe("syslog-ng").replace("6514", str(port)).replace(f'"{NAME}"', '"127.0.0.1"')
    text = text.replace("/etc/ssl/our-ca.pem", f"{folder}/{NAME}.pem")
    version = subprocess.run([*program, "--version"], capture_output=True, text=True, check=True).stdout
    number = re.search(r"Config version: (\S+)", version)
    assert number is not None
    (folder / "syslog-ng.conf").write_text(
        f'@version: {number[1]}\nsource s_src {{ unix-dgram("{folder}/log"); }};\n{text}'
    )
    server.start()
    words = [*program, "-F", "-f", str(folder / "syslog-ng.conf"), "-p", str(folder / "pid")]
    words += ["-R", str(folder / "persist"), "-c", str(folder / "control")]
    with running(*words):
        _log(folder)
        _check(server, 0, COUNT)
