"""Facts: what one recognised log record says, in one vocabulary for all products.

The lowest room: imports nothing of the project.
"""
