"""How objects look: lists, tables, wide rows, and what is chosen when nothing says how."""
