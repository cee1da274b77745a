"""The way to the next server: names, connections, TLS, loops (RFC 3463, X.4.x; Postfix smtp(8); RFC 7672, RFC 8461)."""

from mailwake.trace.causes.cause import ADMIN, NOBODY, RECIPIENT_ADMIN, SPECIFIC, VAGUE, Cause

_INTERNAL = "The service is one of ours: see whether it runs and listens there."

CAUSES = (
    Cause(
        "connection-refused",
        "Connection refused",
        "No mail service answers at the next server's address.",
        "It is tried again by itself. If it lasts, tell the other side that their server is down.",
        RECIPIENT_ADMIN,
        ("connection refused|connection was refused|ECONNREFUSED",),
        rank=SPECIFIC + 20,
        ours_advice=_INTERNAL,
        ours_who=ADMIN,
    ),
    Cause(
        "connection-timeout",
        "No answer from the next server",
        "The next server could not be reached, or it stopped answering.",
        (
            "It is tried again by itself. If it lasts: a firewall, a provider that blocks port 25, or their "
            "server is down."
        ),
        RECIPIENT_ADMIN,
        (
            r"connect(?:ion)? (?:to \S+ )?(?:attempt )?timed? ?out|connection timeout|operation timed out",
            r"ETIMEDOUT|conversation with \S+ timed out[^;]*|timed out (?:while|after|waiting)[^;]*",
            "SMTP timeout[^;]*|(?:no response|timeout) (?:from|after|while)",
        ),
        ("4.1",),
        rank=SPECIFIC + 20,
        ours_advice=_INTERNAL,
        ours_who=ADMIN,
    ),
    Cause(
        "no-route",
        "Network not reachable",
        "There was no way through the network to the next server.",
        "Look at the network and the routing of our server (IPv6 without a route is common).",
        ADMIN,
        (
            "network is (?:unreachable|down)|no route to host|host is (?:unreachable|down)|EHOSTUNREACH",
            "address family not supported",
        ),
        rank=SPECIFIC + 20,
    ),
    Cause(
        "lost-connection",
        "Connection broke off",
        "The connection to the next server broke in the middle.",
        (
            "It is tried again by itself. If it breaks at the same point every time: a firewall that looks into "
            "SMTP, the message size, or a crash over there."
        ),
        RECIPIENT_ADMIN,
        (
            "lost connection (?:with|while|after)?[^;]*|connection (?:reset|lost|closed|dropped|aborted)[^;]*",
            "broken pipe|(?:remote )?host closed connection[^;]*|server dropped connection",
        ),
        ("4.2",),
        rank=SPECIFIC + 25,
        ours_advice=_INTERNAL,
        ours_who=ADMIN,
    ),
    Cause(
        "dns-trouble",
        "Name lookup failed for now",
        "The DNS gave no answer about the recipient's domain.",
        "It is tried again by itself. If it lasts: our resolver, or the name servers of that domain, are down.",
        ADMIN,
        (
            r"name service error[^;]*type=\w+: host not found, try again",
            "temporary failure in name resolution|servfail",
            "dns (?:error|lookup (?:failed|defer|failure)|server failure|timeout)[^;]*",
            r"host lookup (?:did not complete|failed)",
            "malformed or unexpected name server reply",
        ),
        ("4.3", "4.4.4"),
        rank=SPECIFIC + 18,
    ),
    Cause(
        "tls-required",
        "Encryption required",
        "One side insists on an encrypted connection and the other did not offer one.",
        "The side without TLS must set it up, or the policy must be relaxed.",
        ADMIN,
        (
            "must issue a starttls command first[^;]*|tls (?:is )?required[^;]*|starttls (?:is )?required",
            "requires? (?:tls|encryption|starttls)|a tls session is required[^;]*",
            "encryption (?:is )?(?:required|needed)|(?:did not|not) offer(?:ed)?(?: by host)? (?:starttls|tls)",
            "starttls was not offered|requiretls[^;]*",
        ),
        ("7.10", "7.11", "5.7.10"),
        rank=SPECIFIC,
    ),
    Cause(
        "tls-failed",
        "Encryption failed",
        "The encrypted connection could not be set up: protocol versions, ciphers or the certificate did not fit.",
        (
            "Look at the certificate and TLS settings of the next server, and at the policy of ours that demands "
            "more (DANE, MTA-STS)."
        ),
        ADMIN,
        (
            "(?:cannot start|unable to start|failed to start) tls[^;]*",
            "tls (?:handshake |session |negotiation |currently )?(?:failed|failure|error|(?:is )?not available)[^;]*",
            "server certificate not (?:trusted|verified)[^;]*",
            r"certificate (?:verif\w+ failed|has expired|expired|mismatch|not trusted|unknown)[^;]*",
            "ssl_(?:accept|connect)[^;]*|handshake failure|no shared cipher|dane[^;]*|mta-?sts[^;]*|tlsa[^;]*",
            r"(?:ssl|tls)(?: \S+)? (?:error|alert)[^;]*",
        ),
        ("7.5", "5.7.5", "4.7.5", "5.7.322", "5.7.323", "5.7.324", "5.7.325"),
        rank=SPECIFIC + 2,
    ),
    Cause(
        "loop",
        "Mail loop",
        "The message goes in circles: servers or forwardings send it back to where it has been.",
        (
            "Find the two rules that point at each other: aliases, forwardings, or a relay whose MX is the server "
            "itself."
        ),
        ADMIN,
        (
            r"mail for \S+ loops back to myself|loops back to (?:myself|itself)|mail forwarding loop[^;]*",
            "(?:mail|routing|forwarding|alias|delivery|email) loop[^;]*|too many hops|hop ?count exceeded",
            "too many .?received[^;]*|would (?:cause|create) a loop|alias(?:es)? nesting|loop(?:ing)? detected",
            "maximum hop count|lowest numbered MX record points to local host",
            "remote host address is the local host",
        ),
        ("4.6", "5.4.14"),
        rank=SPECIFIC,
    ),
    Cause(
        "server-closed",
        "Server takes no mail now",
        "The next server answered and said that it cannot take mail at the moment.",
        "It is tried again by itself.",
        RECIPIENT_ADMIN,
        (
            r"refused to talk to me: (?:421|554|4\d\d)[^;]*",
            "service (?:is )?(?:temporarily )?(?:unavailable|not available|shutting down)[^;]*",
            "server (?:is )?(?:too )?(?:busy|shutting down|overloaded)|try again later|please try (?:again )?later",
            "resources temporarily unavailable|system not accepting[^;]*|load (?:is )?too high",
            "closing transmission channel|temporarily (?:deferred|rejected|unavailable)",
        ),
        ("3.2", "4.4.5", "4.5"),
        rank=VAGUE,
        ours_who=ADMIN,
    ),
    Cause(
        "suspended",
        "Put off with others",
        "Our server had trouble with that destination a moment ago and does not try each message; it comes later.",
        "Look at the first messages to that destination: theirs is the real trouble.",
        NOBODY,
        (
            r"explicitly queued[^;]*|domain is held",
            "delivery temporarily suspended[^;]*|retry time not reached[^;]*|host .* has been (?:skipped|deferred)",
            r"all hosts (?:for \S+ )?(?:have been failing|are)[^;]*",
        ),
        rank=VAGUE + 5,
    ),
    Cause(
        "transport-trouble",
        "Our server cannot hand it on",
        "A part of our own mail server that should deliver the message does not work.",
        "Look at the warnings of the mail server at that time.",
        ADMIN,
        (
            r"permission denied|error in (?:filter file|redirect data)[^;]*|failed to expand[^;]*|\btainted\b",
            r"mail transport unavailable|transport (?:\S+ )?(?:unavailable|not found|error)",
            "unknown mail transport error|bounce or trace service failure|bad (?:command )?startup[^;]*",
            "bounce failed",
        ),
        ("4.3.0",),
        rank=SPECIFIC + 20,
    ),
    Cause(
        "no-outside",
        "No way out configured",
        "Our server is set up to return mail for this destination (error transport or a route that fails).",
        "Look at the transport map and the relay host of our server.",
        ADMIN,
        (
            "routing (?:error|failed)|unable to route|no transport|relay ?host.*(?:unknown|not found)",
            "mail system not available|not configured",
        ),
        rank=VAGUE,
    ),
)
