"""Rspamd: the scan result line of its log, and the JSON of its metadata_exporter."""

from mailwake.sources.rspamd.source import Rspamd

SOURCE = Rspamd()
