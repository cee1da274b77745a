"""Options in sections: a long --help is read by its headings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., Any])
_LAST = "Other"


class SectionOption(click.Option):
    """An option that knows the heading it stands under."""

    def __init__(self, *args: Any, section: str = _LAST, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.section = section


class SectionedCommand(click.Command):
    """A command whose help shows its options by section, in the order of their first appearance."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            line = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if line is not None:
                sections.setdefault(getattr(parameter, "section", _LAST), []).append(line)
        for title, records in sorted(sections.items(), key=lambda item: item[0] == _LAST):
            with formatter.section(title):
                formatter.write_dl(records)


def option(section: str, *names: str, **kwargs: Any) -> Callable[[_F], _F]:
    """`click.option` under a heading."""
    return click.option(*names, cls=SectionOption, section=section, **kwargs)
