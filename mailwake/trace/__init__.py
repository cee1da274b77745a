"""Message trace: facts to transactions, journeys and rows. Pure functions of facts; no I/O."""
