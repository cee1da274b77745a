"""amavisd-new 2.x and amavis 2.13/2.14: the content filter's own account of a message."""

from mailwake.sources.amavis.source import Amavis

SOURCE = Amavis()
