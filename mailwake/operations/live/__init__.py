"""Live ingest: a serving process reads logs as they are written.

sources   what can be configured: files, syslog listeners, HTTP push
frames    syslog: frames of a stream, and the line that a message would be in a log file
listen    syslog over UDP, TCP and TLS
spool     what came over the network, on disk until it is in the store
push      bodies of HTTP requests to lines
places    how far each log was read
engine    the one thread that correlates and writes
status    what each source did, lost and did not understand
"""
