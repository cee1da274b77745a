"""A made-up mail estate that writes the logs a real one would, for measurements."""
