"""The agent: it follows the logs of a mail host and ships their lines to a server, which reads them as pushed ones.

configuration   `mailwake-agent.toml`
outbox          batches on disk until the server has them, each with the places up to which it read
reading         the followers, and batches of what they find
shipping        one batch after the other by HTTPS, again and again until it is taken
agent           the process: a thread that reads, a thread that ships

A place is part of the batch that it was read up to, and is noted by itself only when the server has that: after a crash
the lines are either in a batch, or are read again from their log. The server knows a batch that it gets twice by its
id, and a record by its content.
"""
