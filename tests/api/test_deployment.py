"""The settings of a server behind TLS satisfy Django's own deployment checks, and answers carry what they promise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
from pathlib import Path
from django.core.management import call_command
from mailwake.app.server import application
from mailwake.app.settings import ServerOptions

with application(Path(sys.argv[1]), ServerOptions(behind_proxy=True)) as answer:
    call_command("check", deploy=True, fail_level="INFO")
    from django.test import Client

    client = Client(headers={"x-forwarded-proto": "https"}, SERVER_NAME="localhost")
    response = client.get("/accounts/login/", follow=True)
    for name, value in response.headers.items():
        print(f"{name}: {value}")
    insecure = Client(SERVER_NAME="localhost").get("/accounts/login/")
    print("insecure:", insecure.status_code, insecure.headers["Location"])
    print("stranger:", Client(headers={"x-forwarded-proto": "https"}, SERVER_NAME="other.example").get("/").status_code)
"""


def test_behind_tls(tmp_path: Path) -> None:
    line = [sys.executable, "-c", PROGRAM, str(tmp_path / "data")]
    environment = {**os.environ, "PYTHONPATH": str(TOP)}
    done = subprocess.run(line, cwd=TOP, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "System check identified no issues" in done.stdout
    headers = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    assert headers["insecure"].startswith("301 https://")
    assert headers["stranger"] == "400"
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
