"""What `[[source]]` tables in `mailwake.toml` say."""

from __future__ import annotations

import hmac
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from mailwake.ingest.calendar import zone_of

_ADDRESS = re.compile(r"(udp|tcp|tls)://(?:\[([0-9a-fA-F:.]+)\]|([^\[\]:/]*)):(\d{1,5})")
_MATCH = re.compile(r"[A-Z_][A-Z0-9_]*=|\+\Z")
_SHORTEST_TOKEN = 16
_WEB = r"https://.+|http://(127\.0\.0\.1|localhost)(:\d+)?"
"""An address that a secret may be sent to."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    zone: str | None = None
    """Zone of stamps that name none; None: that of the machine."""
    host: str = Field(default="", pattern=r"[\w.:-]*")
    """Host of records that name none."""

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, value: str | None) -> str | None:
        zone_of(value)
        return value


class FileSource(_Table):
    """Logs on this machine."""

    type: Literal["file"]
    path: Path
    """A file, a directory, or a glob pattern; relative to the configuration."""

    @property
    def title(self) -> str:
        """What it is called in `mailwake status`."""
        return str(self.path)


class JournalSource(_Table):
    """The journal of this machine, or that of a directory of journal files."""

    type: Literal["journald"]
    match: tuple[str, ...] = ()
    """`FIELD=value`, as journalctl takes them: `_SYSTEMD_UNIT=postfix.service`, `SYSLOG_FACILITY=2`."""
    directory: Path | None = None
    since: str = ""
    """Where to begin the first time, as `journalctl --since` takes it; "" for the beginning."""

    @field_validator("match")
    @classmethod
    def _are_matches(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = next((one for one in value if not _MATCH.match(one)), "")
        if wrong:
            raise ValueError(f"{wrong!r} is no match such as _SYSTEMD_UNIT=postfix.service")
        return value

    @property
    def title(self) -> str:
        """What it is called in `mailwake status`."""
        return " ".join(["journald", *([str(self.directory)] if self.directory else []), *self.match])


class SyslogSource(_Table):
    """A listener for syslog."""

    type: Literal["syslog"]
    listen: str
    """`udp://0.0.0.0:5514`, `tcp://...`, or `tls://...`."""
    certificate: Path | None = None
    key: Path | None = None
    client_ca: Path | None = None
    """Certificates that clients' certificates must be signed by (RFC 5425 section 4.2); None: no client needs one."""
    max_message: int = Field(default=65_536, ge=480, le=1 << 20)
    """Bytes; what is longer is cut there."""

    @model_validator(mode="after")
    def _whole(self) -> SyslogSource:
        transport, _, _ = self.address
        if transport == "tls" and self.certificate is None:
            raise ValueError("a tls:// listener needs a certificate")
        if transport != "tls" and (self.certificate or self.key or self.client_ca):
            raise ValueError("certificate, key and client_ca belong to a tls:// listener")
        return self

    @property
    def address(self) -> tuple[str, str, int]:
        """Transport, host and port. Raises ValueError."""
        found = _ADDRESS.fullmatch(self.listen)
        if found is None or int(found[4]) > 65535:
            raise ValueError(
                f"{self.listen!r} is no address such as udp://127.0.0.1:5514, tcp://[::]:601 or tls://:6514"
            )
        return found[1], found[2] or found[3] or "0.0.0.0", int(found[4])

    @property
    def title(self) -> str:
        """What it is called in `mailwake status`."""
        return self.listen


class PushSource(_Table):
    """Records that others send by HTTP to `/ingest/NAME`."""

    type: Literal["push"]
    name: str = Field(pattern=r"[a-z0-9][a-z0-9-]{0,62}")
    token: str = ""
    token_file: Path | None = None

    @model_validator(mode="after")
    def _has_token(self) -> PushSource:
        if bool(self.token) == bool(self.token_file):
            raise ValueError("give either token or token_file")
        if self.token and len(self.token) < _SHORTEST_TOKEN:
            raise ValueError(f"a token has at least {_SHORTEST_TOKEN} characters")
        return self

    def allows(self, token: str) -> bool:
        """Whether this is its token."""
        return hmac.compare_digest(self.token.encode(), token.encode("utf-8", "replace"))

    @property
    def title(self) -> str:
        """What it is called in `mailwake status`."""
        return f"push:{self.name}"


class GraphSource(_Table):
    """Message traces of an Exchange Online tenant, asked of Microsoft Graph."""

    type: Literal["graph"]
    name: str = Field(pattern=r"[a-z0-9][a-z0-9-]{0,62}")
    tenant: str = Field(pattern=r"[\w.-]+")
    """Its id or one of its domains."""
    client_id: str = Field(min_length=1)
    client_secret: str = ""
    client_secret_file: Path | None = None
    client_secret_env: str = ""
    """Name of a variable of the environment."""
    days: float = Field(default=10, gt=0, le=90)
    """How far to go back the first time."""
    every: float = Field(default=300, ge=1)
    """Seconds between looks."""
    overlap: float = Field(default=3600, ge=0)
    """Seconds before what was taken that are asked for again: rows come late, and change."""
    url: str = Field(default="https://graph.microsoft.com", pattern=_WEB)
    login: str = Field(default="https://login.microsoftonline.com", pattern=_WEB)

    @model_validator(mode="after")
    def _has_secret(self) -> GraphSource:
        if sum(map(bool, (self.client_secret, self.client_secret_file, self.client_secret_env))) != 1:
            raise ValueError("give one of client_secret_file, client_secret_env and client_secret")
        return self

    @property
    def title(self) -> str:
        """What it is called in `mailwake status`."""
        return f"graph:{self.name}"


AnySource = FileSource | GraphSource | JournalSource | SyslogSource | PushSource
Source = Annotated[AnySource, Field(discriminator="type")]
