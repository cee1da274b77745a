"""Queries of the message trace that people keep."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A table of its own."""

    dependencies: ClassVar = [("directory", "0002_append_only")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="SavedQuery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("guid", models.CharField(max_length=36, unique=True)),
                ("owner", models.CharField(max_length=320)),
                ("name", models.CharField(blank=True, max_length=120)),
                ("criteria", models.JSONField(default=dict)),
                ("seconds", models.BigIntegerField(default=0)),
                ("digest", models.CharField(max_length=64)),
                ("created", models.BigIntegerField()),
                ("used", models.BigIntegerField(default=0)),
            ],
            options={
                "indexes": [models.Index(fields=["owner", "name"], name="saved_query_owner")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "name"), condition=~models.Q(name=""), name="one_query_per_name"
                    ),
                    models.UniqueConstraint(
                        fields=("owner", "digest"), condition=models.Q(name=""), name="one_recent_query"
                    ),
                ],
            },
        ),
    ]
