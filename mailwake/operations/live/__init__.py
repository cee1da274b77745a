"""Live ingest: a serving process reads logs as they are written.

sources   what can be configured: files, the journal, syslog listeners, HTTP push
frames    syslog: frames of a stream, and the line that a message would be in a log file
sequence  numbers of messages: what is missing was lost
listen    syslog over UDP, TCP and TLS
spool     what came over the network, on disk until it is in the store
graph     message traces of Exchange Online: requests
polling   the same into a spool, again and again
journald  the journal of this machine
push      bodies of HTTP requests to lines
engine    the one thread that correlates and writes
admissions  what was lost here, as records
status    what each source did, lost and did not understand
"""
