"""Configurations of the hosts of an estate; `@name@` stands for a value (`filled`).

Follows postconf(5), the Exim specification (4.96), dovecot.conf of 2.3, Rspamd's documents and those of rsyslog 8.
"""

from __future__ import annotations

import re
from collections.abc import Mapping


def filled(template: str, values: Mapping[str, object]) -> str:
    """The text with its values. Raises KeyError."""
    return re.sub(r"@(\w+)@", lambda match: str(values[match[1]]), template)


DEV = """\
set -e
mkdir -p @folder@/dev-@host@
mount -t tmpfs -o mode=755 tmpfs @folder@/dev-@host@
cd @folder@/dev-@host@
for name in null zero full random urandom tty; do touch $name; mount --bind /dev/$name $name; done
mkdir shm && mount -t tmpfs tmpfs shm
ln -s /proc/self/fd fd
ln -s fd/0 stdin; ln -s fd/1 stdout; ln -s fd/2 stderr
ln -s @folder@/sockets/@host@ log
cd /
mount --move @folder@/dev-@host@ /dev
exec "$@"
"""
"""A /dev of the host's own, whose log is the host's socket; then a command."""

_POSTFIX = """\
compatibility_level = 3.6
queue_directory = @folder@/@name@/spool
data_directory = @folder@/@name@/data
syslog_name = postfix-@name@
mydestination =
inet_protocols = ipv4
smtp_dns_support_level = disabled
smtp_host_lookup = native
alias_maps =
alias_database =
recipient_delimiter = +
relayhost = [@outside_ip@]:@outside@
minimal_backoff_time = 2s
maximal_backoff_time = 4s
queue_run_delay = 1s
default_destination_concurrency_failed_cohort_limit = 1000000
smtpd_client_connection_count_limit = 0
"""
EDGE = (
    _POSTFIX
    + """\
myhostname = mx1.@domain@
inet_interfaces = 127.0.0.1
smtp_bind_address = @edge_ip@
mynetworks = 127.0.0.99/32
enable_long_queue_ids = yes
message_size_limit = 40000
relay_domains = @domain@, @old_domain@
relay_recipient_maps = inline:{@recipients@, {@@old_domain@ = x}}
transport_maps = inline:{{@domain@ = smtp:[@relay_ip@]:@relay@}, {@old_domain@ = smtp:[@old_ip@]:@old@}}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = reject_unlisted_recipient, check_policy_service inet:@outside_ip@:@greylist@
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_milters = inet:@edge_ip@:@rspamd@
milter_default_action = tempfail
milter_protocol = 6
milter_mail_macros = i {mail_addr} {client_addr} {client_name} {auth_authen}
header_checks = pcre:{{/^Subject: .*held/ HOLD looked at by hand}, {/^Subject: (.*) rewritten/ REPLACE Subject: [$$1]}}
"""
)
RELAY = (
    _POSTFIX
    + """\
myhostname = relay1.@domain@
inet_interfaces = 127.0.0.1
smtp_bind_address = @relay_ip@
mynetworks = @edge_ip@/32, @old_ip@/32, 127.0.0.1/32
enable_long_queue_ids = no
maximal_queue_lifetime = 12s
virtual_mailbox_domains = @domain@
virtual_mailbox_maps = inline:{@mailboxes@}
virtual_alias_maps = inline:{@aliases@}
virtual_transport = lmtp:inet:@box_ip@:@lmtp@
transport_maps = inline:{{@old_domain@ = smtp:[@old_ip@]:@old@}}
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:@box_ip@:@sasl@
"""
)
_SERVICES = """\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
showq unix n - n - - showq
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""
EDGE_SERVICES = f"@edge_ip@:@edge@ inet n - n - - smtpd\n{_SERVICES}"
RELAY_SERVICES = f"""\
@relay_ip@:@relay@ inet n - n - - smtpd
@relay_ip@:@submission@ inet n - n - - smtpd
  -o syslog_name=postfix-relay/submission
  -o mynetworks=127.0.0.99/32
  -o smtpd_sasl_auth_enable=yes
{_SERVICES}"""

EXIM = """\
exim_path = @exim_path@
spool_directory = @folder@/old/spool
log_file_path = @folder@/log/old/%slog
pid_file_path = @folder@/old/exim.pid
primary_hostname = old1.@domain@
qualify_domain = @old_domain@
daemon_smtp_ports = @old@
local_interfaces = @old_ip@
deliver_drop_privilege = true
keep_environment =
timezone = UTC
tls_advertise_hosts =
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_max = 100
smtp_accept_queue_per_connection = 1000
remote_max_parallel = 4
acl_smtp_rcpt = check_rcpt
begin acl
check_rcpt:
  deny    domains = !@old_domain@
          message = relay not permitted
  deny    !verify = recipient
          message = unknown user
  accept
begin routers
aliases:
  driver = redirect
  domains = @old_domain@
  data = ${lookup{$local_part}lsearch{@folder@/old/aliases}}
on:
  driver = manualroute
  domains = @domain@
  route_data = @relay_ip@::@relay@
  transport = smtp
  self = send
out:
  driver = manualroute
  domains = ! @old_domain@
  route_data = @outside_ip@::@outside@
  transport = smtp
  self = send
begin transports
smtp:
  driver = smtp
  interface = @old_ip@
  allow_localhost
begin retry
* * F,1h,5s
begin rewrite
begin authenticators
"""

DOVECOT = """\
base_dir = @folder@/box/run
state_dir = @folder@/box/state
log_path = syslog
listen = @box_ip@
protocols = lmtp
hostname = box1.@domain@
submission_host = @relay_ip@:@relay@
ssl = no
disable_plaintext_auth = no
mail_uid = 5000
mail_gid = 5000
first_valid_uid = 5000
mail_home = @folder@/box/mail/%n
mail_location = maildir:~/Maildir
recipient_delimiter = +
mail_plugins = quota notify mail_log
passdb {
  driver = passwd-file
  args = scheme=PLAIN @folder@/box/users
}
userdb {
  driver = passwd-file
  args = @folder@/box/users
}
protocol lmtp {
  mail_plugins = $mail_plugins sieve
  postmaster_address = postmaster@@domain@
}
plugin {
  mail_log_events = save delete expunge
  mail_log_fields = uid box msgid size
  quota = maildir:User quota
  quota_grace = 0%%
  sieve = file:~/rules.sieve
}
service lmtp {
  inet_listener lmtp {
    port = @lmtp@
  }
}
service auth {
  inet_listener sasl {
    port = @sasl@
  }
}
"""

RSPAMD = """\
options {
  pidfile = "@folder@/rspamd/pid";
  filters = "";
  dns { nameserver = ["127.0.0.1:9:1"]; timeout = 0.1s; retransmits = 1; }
  local_addrs = [];
  enable_test_patterns = true;
  gtube_patterns = "all";
  disable_hyperscan = true;
  url_tld = "@folder@/rspamd/tld";
  control_socket = "@folder@/rspamd/control mode=0600";
  history_file = "@folder@/rspamd/history";
  map_watch_interval = 1h;
}
logging { type = "syslog"; facility = "mail"; level = "info"; }
actions { reject = 15; add_header = 12; greylist = null; }
worker "rspamd_proxy" {
  bind_socket = "@edge_ip@:@rspamd@";
  milter = yes;
  timeout = 20s;
  count = 1;
  upstream "local" { default = yes; self_scan = yes; }
}
lua = "@folder@/rspamd/rules.lua";
"""
"""Without Debian's rules and maps, of which many look something up in DNS, and without the list of domains that takes
ten seconds to be compiled."""

RULES = """\
rspamd_config:register_symbol{
  name = "COME_AGAIN",
  type = "prefilter",
  callback = function(task)
    if task:get_header("X-Later") then
      task:set_pre_result("soft reject", "Come again")
    end
  end,
}
"""
"""A rule of the estate's own, in Lua."""

RSYSLOG = """\
global(workDirectory="@folder@/rsyslog" DefaultNetstreamDriverCAFile="@certificate@" maxMessageSize="64k")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="@folder@/sockets/mx1" HostName="mx1")
input(type="imuxsock" Socket="@folder@/sockets/relay1" HostName="relay1")
input(type="imuxsock" Socket="@folder@/sockets/box1" HostName="box1")
input(type="imuxsock" Socket="@folder@/sockets/old1" HostName="old1")
template(name="host" type="string" string="@folder@/log/%hostname%.log")
action(type="omfile" dynaFile="host" template="RSYSLOG_FileFormat")
action(type="omfile" file="@folder@/all.log" template="RSYSLOG_FileFormat")
@recipe@
"""
"""Every record goes to a file of its host, to one file of all that nobody rotates, and over TLS to the server."""
