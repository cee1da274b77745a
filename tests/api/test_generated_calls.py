"""Calls generated from the OpenAPI document by schemathesis: no answer is a failure of ours, none is undocumented."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_schema_conformance", "ignored_auth", "allow_header_conformance"),
)
EXAMPLES = os.environ.get("MAILWAKE_SCHEMA_EXAMPLES", "3")
"""Generated calls of an operation, beside those that cover each of its inputs."""


def mailwake(data_dir: Path, *words: str) -> str:
    line = [sys.executable, "-m", "mailwake", "--data-dir", str(data_dir), *words]
    done = subprocess.run(line, cwd=TOP, capture_output=True, text=True, check=True, timeout=300)
    return done.stdout


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A demo organization with mail in it, and somebody who may do everything."""
    folder = tmp_path / "data"
    mailwake(folder, "demo", "--organization", "contoso")
    mailwake(folder, "import", str(TOP / "mailwake/sample/estate"))
    groups = ["--role-groups", "Organization Management"]
    mailwake(folder, "user", "add", "tester", "--password", "correct horse battery", *groups)
    return folder


@pytest.mark.slow
def test_generated_calls(data_dir: Path, tmp_path: Path) -> None:
    [token] = json.loads(mailwake(data_dir, "user", "token", "tester", "calls", "--json"))
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{one.getsockname()[1]}"
    log = tmp_path / "serve.log"
    line = [sys.executable, "-m", "mailwake", "--data-dir", str(data_dir), "serve", "--listen", address]
    with log.open("w") as file, subprocess.Popen(line, cwd=TOP, stdout=file, stderr=file) as server:
        try:
            done = subprocess.run(
                [
                    *(
                        str(Path(sys.executable).with_name("schemathesis")),
                        "run",
                        f"http://{address}/api/v1/openapi.json",
                    ),
                    *("--wait-for-schema", "60", "-H", f"Authorization: Bearer {token['Secret']}"),
                    *("--phases", "coverage,fuzzing", "-n", EXAMPLES, "--checks", ",".join(CHECKS)),
                    *("--continue-on-failure", "--request-timeout", "60", "--workers", "2", "--no-color"),
                ],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
                timeout=900,
            )
            assert server.poll() is None
        finally:
            server.terminate()
    assert "Traceback" not in log.read_text()
    assert done.returncode == 0, done.stdout
    tested = re.search(r"Tested: (\d+)", done.stdout)
    assert tested is not None and int(tested[1]) > 50
