"""Why a job failed is kept so that it can be told in any language."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A column for templates, beside the texts; earlier jobs have the text alone."""

    dependencies: ClassVar = [("jobs", "0001_jobs_and_sessions")]
    operations: ClassVar = [
        migrations.AddField(model_name="job", name="told", field=models.JSONField(default=dict)),
    ]
