"""The whole story of one message: from its rows and the facts of its journey to what an administrator wants to read.

For whoever renders it (`cli/render_story.py`, later the web): all parts are frozen dataclasses of `story_model`.

    Story
      headline    one sentence or two: the verdict, `tone` good | bad | wait | plain
      outcomes    an Outcome for each row (recipient): text, detail, seconds, folder, host, queue_id, dsn, reason (the
                  server's own words), cause (None, or Cause: key, title, sentence, advice, who), mailbox (lines)
      message     Message: sender, recipients, subject, message_id, size, client_name/client_ip, helo, tls, sasl_user,
                  direction, verdicts (Verdict: filter, action, score, required, symbols, text) ...
      timeline    Steps in order: ts (as logged), host, program, queue_id, event, text, recipient, tone, since_start and
                  since_previous (seconds, put right for skewed clocks), details (lines to indent under it), raw (records)
      tree        Nodes (normally one root): host, queue_id, first, last, recipients (End: address, status, text, tone) and
                  edges (Edge: words, rule, grade, recipients, node). Notifications are edges of rule `notification`.
      evidence    Evidence for each link: parent, child, rule, grade, words
      missing     Missing: key, text: what the logs do not tell; empty when all is there
      session     Steps of the client's connection: Connect, TLS, Auth, Screen, Lost, Disconnect with counters
      attempts    Relatives: the same client network, sender and recipient before or after (greylisting), inferred
      relatives   Relatives: what this message came out of (`parent: ...`) and what came out of it (`child: ...`)
      also        Relatives: other messages that the question matched too, newest first
      zone        the zone that times are to be shown in
    Times are µs UTC, durations seconds; "" and None are not known (sender "" is the null sender).
    `Story.to_json()` gives it all with Exchange's names; `plain_seconds()` words a duration as the sentences here do.

Sources: RFC 3463 (enhanced status codes), postsuper(1), bounce(8), lmtp(8); Exchange's event names after
`Get-MessageTraceDetailV2` and the message tracking log.
"""
