"""The audit policy: which acts become records, by which rule, and which records become one. Pure and table-driven."""
