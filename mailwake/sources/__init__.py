"""Log sources: one folder per product, found by looking at the folder; nothing else knows their names."""
