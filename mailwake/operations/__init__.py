"""Every question and order: typed input, handler, typed output. The faces (command line, later web, API, shell) call
these."""
