"""The web pages: Django, templates, htmx; the look and habits of the Exchange admin center."""
