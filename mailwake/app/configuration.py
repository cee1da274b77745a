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

Paths are relative to the file. What is not understood is an error that names the table and the key.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

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
        place = ".".join(str(part) for part in one["loc"])
        line = _line_of(path, one["loc"])
        raise ConfigurationError(f"{path}{line}: {place}: {one['msg']}") from error
    return _beside(found, path.parent)


def _line_of(path: Path, where: tuple[Any, ...]) -> str:
    """`:12` for the line where a key stands, "" when it is not to be found: the last part that is a name."""
    names = [part for part in where if isinstance(part, str)]
    number = next((part for part in where if isinstance(part, int)), 0)
    lines = path.read_text(encoding="utf-8").splitlines()
    for name in reversed(names):
        hits = [at for at, text in enumerate(lines, 1) if re.match(rf"\s*(?:\[+\s*)?{re.escape(name)}\b", text)]
        if hits:
            return f":{hits[min(number, len(hits) - 1)]}"
    return ""


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
    return found.model_copy(update={"serve": serve, "oidc": tuple(providers)})
