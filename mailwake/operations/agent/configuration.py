"""`mailwake-agent.toml`: what an agent reads, and where it sends that.

    [server]
    url = "https://mailwake.example.org:8443/ingest/mx1"
    token_file = "token"
    ca = "ca.pem"                  # of a server whose certificate no public authority signed

    [spool]
    path = "/var/lib/mailwake-agent"
    limit_mb = 1024

    [[source]]
    type = "file"
    path = "/var/log/mail.log"

    [[source]]
    type = "journald"
    match = ["_SYSTEMD_UNIT=postfix.service"]

Paths are relative to the file.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

NAME = "mailwake-agent.toml"
_LOCAL = ("127.0.0.1", "::1", "localhost")


class AgentError(Exception):
    """What is wrong with the configuration, or with the server that it names. Its text is for the user."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(_Table):
    """Where to send it."""

    url: str
    token: str = ""
    token_file: Path | None = None
    ca: Path | None = None
    """Certificates to trust in place of the system's."""
    certificate: Path | None = None
    """The agent's own, with its key, for a proxy that asks for one."""
    key: Path | None = None
    insecure: bool = False
    """Send the token and the log without TLS to another machine."""

    @model_validator(mode="after")
    def _whole(self) -> Server:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or not parts.path.startswith("/ingest/"):
            raise ValueError(f"{self.url!r} is no address such as https://mailwake.example.org/ingest/mx1")
        if parts.scheme == "http" and parts.hostname not in _LOCAL and not self.insecure:
            raise ValueError("http:// shows the token and the log to anybody on the way: use https://")
        if bool(self.token) == bool(self.token_file):
            raise ValueError("give either token or token_file")
        return self


class SpoolTable(_Table):
    """Where batches wait for the server."""

    path: Path = Path("/var/lib/mailwake-agent")
    limit_mb: int = Field(default=1024, ge=1)
    """Compressed; when it is full, the logs are not read on."""


class FileTable(_Table):
    """Logs of this host."""

    type: Literal["file"]
    path: Path
    """A file, a directory, or a glob pattern."""


class JournalTable(_Table):
    """This host's journal."""

    type: Literal["journald"]
    match: tuple[str, ...] = ()
    """`FIELD=value`, as journalctl takes them."""
    directory: Path | None = None
    since: str = ""
    """Where to begin the first time, as `journalctl --since` takes it; "" for the beginning."""


class Configuration(_Table):
    """All of the file."""

    server: Server
    spool: SpoolTable = Field(default_factory=SpoolTable)
    source: tuple[Annotated[FileTable | JournalTable, Field(discriminator="type")], ...] = Field(min_length=1)


def load(path: Path) -> Configuration:
    """Read the file; paths are made whole and the token is read. Raises AgentError."""
    try:
        found = Configuration.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise AgentError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AgentError(f"{path}: is no TOML: {error}") from error
    except ValidationError as error:
        one = error.errors()[0]
        raise AgentError(f"{path}: {'.'.join(str(part) for part in one['loc'])}: {one['msg']}") from error
    return _beside(found, path.absolute().parent)


def _beside(found: Configuration, folder: Path) -> Configuration:
    server = found.server
    whole = {name: folder / one for name in ("ca", "certificate", "key") if (one := getattr(server, name)) is not None}
    missing = next((one for one in whole.values() if not one.is_file()), None)
    if missing is not None:
        raise AgentError(f"{missing}: there is no such file")
    token = server.token
    if server.token_file is not None:
        file = folder / server.token_file
        try:
            token = file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise AgentError(f"{file}: cannot be read: {error.strerror}") from error
    if not token.isascii() or not token.isprintable() or not token:
        raise AgentError("the token is empty or no plain text: copy the one of the server's [[source]]")
    sources = tuple(
        one.model_copy(update={"path": folder / one.path}) if isinstance(one, FileTable) else one
        for one in found.source
    )
    spool = found.spool.model_copy(update={"path": folder / found.spool.path})
    server = server.model_copy(update={**whole, "token": token, "token_file": None})
    return found.model_copy(update={"server": server, "spool": spool, "source": sources})
