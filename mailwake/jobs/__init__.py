"""Work that outlasts a request: a queue in the directory's database, results for download, sessions of searches."""
