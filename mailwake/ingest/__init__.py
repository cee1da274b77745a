"""Ingest: bytes -> lines -> records -> facts.

Pure apart from reading files: nothing is written, no network, no clock. What a run gives depends on the bytes of the
file, its name, its modification time and the zone asked for; never on the time of the run or the size of the blocks.

The rooms' parts, from the outside in:

    files     opening what people point at: plain, compressed, directories, standard input; blocks of whole lines
    zstd      Zstandard files
    folders   directories and the names of rotated files
    resume    where to go on reading a file that was read before, or that was replaced
    survey    a cheap first look at a file: which dates it names, in which order
    calendar  the year and zone of stamps that name none, for one file or a rotated family
    clock     the walking form of a calendar: stamp text -> microseconds UTC
    stamps    the written shapes of stamps
    envelope  header of one line: time, host, program, pid, message
    jsonlines the same for journald JSON and log shippers' JSON
    export    the same for journald's export format
    tables    rows of tables (CSV) as lines of JSON
    documents records of JSON documents as lines of JSON
    utf16     UTF-16 as UTF-8
    notices   what the log systems say of themselves: lines lost, lines repeated
    registry  program tag -> parser of a source
    runs      the fast loops over lines of one shape
    sections  the state of one log within a file, and the careful way for one line
    facts     `FactReader`: one file -> batches of facts
    growing   the same for a log that grows
    tail      one open file, read as it grows: into facts (fact_tail), or as the lines are (line_tail)
    places    how far each log was read
    journal   journald's records, by journalctl
    follow    a log through its rotations; directories and globs
    account   what was read and what of it was understood
"""
