"""`mailwake.toml`: how a serving process serves. Options of the command line go before it.

    [serve]
    listen = "0.0.0.0:8443"
    hosts = ["trace.example.org"]
    certificate = "fullchain.pem"
    key = "privkey.pem"
    behind_proxy = false

    [[oidc]]                       # sign-in by an OpenID Connect provider
    name = "Example ID"
    issuer = "https://id.example.org/realms/staff"
    client_id = "mailwake"
    client_secret_file = "oidc-secret"
    groups_claim = "groups"        # its values are members of role groups, of kind group

    [[source]]                     # logs that are read as they are written: docs/live.md
    type = "file"                  # or "journald", "syslog", "push", "graph"
    path = "/var/log/mail.log"

Paths are relative to the file. What is not understood is an error that names the table and the key.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mailwake.operations.live.sources import (
    AnySource,
    FileSource,
    GraphSource,
    JournalSource,
    PushSource,
    Source,
    SyslogSource,
)

NAME = "mailwake.toml"
_ADDRESS = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([^\[\]:]*)):(\d{1,5})")


class ConfigurationError(ValueError):
    """What is wrong with the file, and where."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Serve(_Table):
    """How to listen."""

    listen: str = "127.0.0.1:8025"
    hosts: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False

    @model_validator(mode="after")
    def _address(self) -> Serve:
        address(self.listen)
        return self


class Oidc(_Table):
    """An OpenID Connect provider."""

    name: str = Field(min_length=1)
    issuer: str = Field(pattern=r"https?://.+")
    client_id: str = Field(min_length=1)
    client_secret: str = ""
    client_secret_file: Path | None = None
    groups_claim: str = "groups"


class Configuration(_Table):
    """All of the file."""

    serve: Serve = Field(default_factory=Serve)
    oidc: tuple[Oidc, ...] = ()
    source: tuple[Source, ...] = ()

    @model_validator(mode="after")
    def _sources_differ(self) -> Configuration:
        titles = [one.title for one in self.source]
        twice = next((title for title in titles if titles.count(title) > 1), "")
        if twice:
            raise ValueError(f"the source {twice} is there twice")
        return self


def address(text: str) -> tuple[str, int]:
    """Host and port of `127.0.0.1:8025`, `[::1]:8025` or `:8025`. Raises ValueError."""
    found = _ADDRESS.fullmatch(text)
    if found is None or int(found[3]) > 65535:
        raise ValueError(f"{text!r} is no address with a port, such as 127.0.0.1:8025 or [::1]:8025")
    return found[1] or found[2] or "0.0.0.0", int(found[3])


def load(path: Path) -> Configuration:
    """Read the file. Raises ConfigurationError."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: is no TOML: {error}") from error
    try:
        found = Configuration.model_validate(values)
    except ValidationError as error:
        one = error.errors()[0]
        where = _written(one["loc"])
        place = ".".join(str(part) for part in where)
        line = _line_of(path, where)
        raise ConfigurationError(f"{path}{line}: {place}: {one['msg']}") from error
    return _beside(found, path.parent)


def _line_of(path: Path, where: tuple[Any, ...]) -> str:
    """`:12` for the line where a key stands, "" when it is not to be found: the last part that is a name."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if len(where) > 1 and isinstance(where[1], int):
        return _line_in_table(lines, str(where[0]), where[1], str(where[2]) if len(where) > 2 else "")
    names = [part for part in where if isinstance(part, str)]
    number = 0
    for name in reversed(names):
        hits = [at for at, text in enumerate(lines, 1) if re.match(rf"\s*(?:\[+\s*)?{re.escape(name)}\b", text)]
        if hits:
            return f":{hits[min(number, len(hits) - 1)]}"
    return ""


def _written(where: tuple[Any, ...]) -> tuple[Any, ...]:
    """The place as it is written: for a source, pydantic puts its type between its number and the key."""
    return (*where[:2], *where[3:]) if where[:1] == ("source",) and len(where) > 2 else where


def _line_in_table(lines: list[str], table: str, number: int, key: str) -> str:
    """`:12` for a key of the n-th table of an array, or where that begins when the key is not there."""
    heads = [at for at, text in enumerate(lines, 1) if re.match(rf"\s*\[\[\s*{re.escape(table)}\s*\]\]", text)]
    if number >= len(heads):
        return ""
    for at in range(heads[number] + 1, len(lines) + 1):
        if lines[at - 1].lstrip().startswith("["):
            break
        if key and re.match(rf"\s*{re.escape(key)}\s*=", lines[at - 1]):
            return f":{at}"
    return f":{heads[number]}"


def _beside(found: Configuration, folder: Path) -> Configuration:
    """With paths made whole, and secrets read from their files. Raises ConfigurationError."""

    def whole(path: Path | None) -> Path | None:
        return folder / path if path is not None else None

    serve = found.serve.model_copy(
        update={"certificate": whole(found.serve.certificate), "key": whole(found.serve.key)}
    )
    providers = []
    for one in found.oidc:
        file = whole(one.client_secret_file)
        secret = one.client_secret
        if file is not None:
            try:
                secret = file.read_text(encoding="utf-8").strip()
            except OSError as error:
                raise ConfigurationError(f"{file}: cannot be read: {error.strerror}") from error
        providers.append(one.model_copy(update={"client_secret": secret}))
    sources = tuple(_source(one, folder) for one in found.source)
    return found.model_copy(update={"serve": serve, "oidc": tuple(providers), "source": sources})


def _source(one: AnySource, folder: Path) -> AnySource:
    """A source with whole paths, its files there, its token read. Raises ConfigurationError."""
    if isinstance(one, FileSource):
        return one.model_copy(update={"path": folder / one.path})
    if isinstance(one, GraphSource):
        return _with_secret(one, folder)
    if isinstance(one, JournalSource):
        return one.model_copy(update={"directory": folder / one.directory}) if one.directory else one
    if isinstance(one, SyslogSource):
        names = ("certificate", "key", "client_ca")
        paths = {name: folder / path for name in names if (path := getattr(one, name)) is not None}
        missing = next((path for path in paths.values() if not path.is_file()), None)
        if missing is not None:
            raise ConfigurationError(f"{missing}: there is no such file; {one.title} needs it")
        return one.model_copy(update=paths)
    if one.token_file is None:
        return one
    file = folder / one.token_file
    try:
        token = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read: {error.strerror}") from error
    try:
        return PushSource(type="push", name=one.name, zone=one.zone, host=one.host, token=token)
    except ValidationError as error:
        raise ConfigurationError(f"{file}: {error.errors()[0]['msg']}") from error


def _with_secret(one: GraphSource, folder: Path) -> GraphSource:
    """With the secret from where it is kept. Raises ConfigurationError."""
    secret, where = one.client_secret, f"the environment variable {one.client_secret_env}"
    if one.client_secret_file is not None:
        where = str(folder / one.client_secret_file)
        try:
            secret = (folder / one.client_secret_file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigurationError(f"{where}: cannot be read: {error.strerror}") from error
    elif one.client_secret_env:
        secret = os.environ.get(one.client_secret_env, "")
    if not secret:
        raise ConfigurationError(f"{where} is empty: the client secret of {one.title} is to stand there")
    return one.model_copy(update={"client_secret": secret})
