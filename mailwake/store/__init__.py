"""The store: the only room that speaks SQL.

`rows`, `query` and `sql` import no engine, so that a trace straight from log files needs none.
"""
