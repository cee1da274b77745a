"""Sign-in by an OpenID Connect provider: a real one in a process of its own, and role groups by the groups it names."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from visiting import TOP, Visitor, command, free_port, serve

pytestmark = pytest.mark.slow


@pytest.fixture
def provider() -> Iterator[str]:
    """The address of a provider that lets in whoever says who they are."""
    port = free_port()
    line = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{url}/.well-known/openid-configuration").close()
            break
        except OSError:
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait(10)


def put_user(provider: str, subject: str, claims: str) -> None:
    """Make a user at the provider."""
    request = urllib.request.Request(
        f"{provider}/users/{subject}",
        data=claims.encode(),
        method="PUT",
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request).close()


def test_groups_of_the_provider_are_role_groups_here(tmp_path: Path, browser: Browser, provider: str) -> None:
    data = tmp_path / "data"
    command(data, "import", str(TOP / "mailwake/sample/estate"))
    command(data, "user", "add", "admin@example.com", "--password", "correct horse battery")
    command(data, "role-group", "add-member", "Help Desk", "--member", "staff-helpdesk", "--kind", "group")
    (data / "mailwake.toml").write_text(
        f'[[oidc]]\nname = "Example ID"\nissuer = "{provider}"\nclient_id = "mailwake"\nclient_secret = "secret"\n'
    )
    put_user(
        provider,
        "pat",
        '{"preferred_username": "pat@example.com", "email": "pat@example.com", "groups": ["Staff-Helpdesk"]}',
    )
    site = serve(data)
    try:
        visitor = Visitor(browser, site)
        page = visitor.page
        page.goto("/accounts/login/")
        page.get_by_role("button", name="Sign in with Example ID").click()
        page.wait_for_url(lambda url: url.startswith(provider))
        page.locator("input[name=sub]").fill("pat")
        page.locator("button").first.click()
        page.wait_for_url(re.compile(re.escape(site.url)))
        page.goto("/messagetrace/?range=all")
        expect(page.get_by_role("heading", name="Message trace")).to_be_visible()
        expect(page.locator("#grid tbody tr").first).to_be_visible()
        answer = page.goto("/auditing/mailboxes/")
        assert answer is not None
        assert answer.status == 200
        answer = page.goto("/list/admin-log/")
        assert answer is not None
        assert answer.status == 403
    finally:
        site.stop()
