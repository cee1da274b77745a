"""Names that stand back behind those of mailboxes beyond a scope."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

_COUNTS = models.Q(("aside__isnull", True), ("aside", 1), _connector="OR")


class Migration(migrations.Migration):
    """A column without a default, which costs nothing to add, and the constraint that leaves such names out."""

    dependencies: ClassVar = [("directory", "0003_saved_queries")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="mailboxname",
            name="aside",
            field=models.PositiveSmallIntegerField(choices=[(1, "Local"), (2, "Whole")], null=True),
        ),
        migrations.RemoveConstraint(model_name="mailboxname", name="one_mailbox_per_address"),
        migrations.AddConstraint(
            model_name="mailboxname",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ("address", "guid")), ("until__isnull", True), _COUNTS),
                fields=("name",),
                name="one_mailbox_per_address",
            ),
        ),
    ]
