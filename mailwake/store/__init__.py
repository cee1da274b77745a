"""The store: the only room that speaks SQL.

`rows`, `query` and `terms` are plain data and import no engine, so that a trace straight from log files needs none.
"""
