# SPDX-License-Identifier: LGPL-2.1-or-later
"""The kinds of routers, in the words of RFC 4787: where the packets of one
port inside come from (mapping), and who may answer to it (filtering)."""

import dataclasses
import json

from .topology import SIGNAL_V4, SIGNAL_V6, TURN_V4, TURN_V6

NOT_CONNECTED, DIRECT, RELAY_UDP, RELAY_TCP, RELAY_TLS = 'no', 'direct', 'relay, UDP', 'relay, TCP', 'relay, TLS'

# What leaves a site, by where it goes. Connections to the server are not
# counted.
COUNTERS = ('turn-udp', 'turn-tcp', 'turn-tls', 'relayed', 'direct')

_COUNT = f'''
table inet traffic {{
  {'; '.join(f'counter {name} {{ }}' for name in COUNTERS)}
  chain forward {{
    type filter hook forward priority -10
    iifname != lan return
    ip daddr {SIGNAL_V4} return
    ip6 daddr {SIGNAL_V6} return
    ip daddr {TURN_V4} goto turn
    ip6 daddr {TURN_V6} goto turn
    meta l4proto udp counter name direct
  }}
  chain turn {{
    udp dport 3478 counter name turn-udp return
    tcp dport 3478 counter name turn-tcp return
    tcp dport 443 counter name turn-tls return
    counter name relayed
  }}
}}
'''

# What Linux does: a port of the router for each port inside, the same where it
# is free, and let in is who was written to. A packet that comes too early must
# not take the port.
_MASQUERADE = '''
table ip site {
  chain input {
    type filter hook input priority 0
    iifname wan meta l4proto udp drop
  }
  chain outgoing {
    type nat hook postrouting priority 100
    oifname wan masquerade%s
  }
}
'''

_FORWARD_ALL = '''
table ip site {
  chain incoming {
    type nat hook prerouting priority -100
    iifname wan meta l4proto udp %s dnat to {lan}.2
  }
}
'''

_NOTE_CONTACTS = '''
table ip site {
  set contacts {
    type ipv4_addr . inet_service
    flags dynamic, timeout
    timeout 5m
  }
  chain note {
    type filter hook forward priority 0
    iifname lan meta l4proto udp update @contacts { ip daddr . udp sport }
  }
}
'''

_ALLOW = '''
table inet firewall {
  chain forward {
    type filter hook forward priority 0
    %s
  }
}
'''

_FIREWALL_V6 = _ALLOW % 'iifname wan meta nfproto ipv6 ct state new drop'


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of router. The name is what tests and documentation call it."""

    name: str
    meaning: str
    text: str
    has_v4: bool = True
    has_v6: bool = False
    is_public: bool = False
    udp: bool = True
    mapping: str = 'endpoint'     # of the port: independent of the endpoint, or for each
    filtering: str = 'none'

    def rules(self, lan):
        return _COUNT + self.text.replace('{lan}', lan)


OPEN = Kind('open', 'no NAT, no firewall', '', is_public=True, mapping='independent')
FULL_CONE = Kind('full cone', 'lets in everybody at a port that is in use',
                 _MASQUERADE % '' + _FORWARD_ALL % '', mapping='independent')
ADDRESS_RESTRICTED = Kind('address-restricted', 'lets in addresses that were written to',
                          _MASQUERADE % '' + _NOTE_CONTACTS + _FORWARD_ALL % 'ip saddr . udp dport @contacts',
                          mapping='independent', filtering='address')
PORT_RESTRICTED = Kind('port-restricted', 'lets in addresses and ports that were written to',
                       _MASQUERADE % '', mapping='independent', filtering='port')
SYMMETRIC = Kind('symmetric', 'and another port for everybody who is written to',
                 _MASQUERADE % ' fully-random', mapping='endpoint', filtering='port')
NO_UDP = Kind('no UDP', 'a firewall that lets out TCP only',
              _MASQUERADE % '' + _ALLOW % 'oifname wan meta l4proto udp drop', udp=False)
TCP_443 = Kind('TCP 443', 'a firewall that lets out TCP to port 443 only',
               _MASQUERADE % '' + _ALLOW % '''oifname wan meta l4proto udp drop
    oifname wan tcp dport != 443 drop''', udp=False)
IPV6 = Kind('IPv6', 'no IPv4; a firewall lets in who was written to', _FIREWALL_V6,
            has_v4=False, has_v6=True, mapping='independent', filtering='port')
DUAL_STACK = Kind('dual stack', 'IPv6, and IPv4 behind a port-restricted NAT', _MASQUERADE % '' + _FIREWALL_V6,
                  has_v6=True, mapping='independent', filtering='port')

KINDS = (OPEN, FULL_CONE, ADDRESS_RESTRICTED, PORT_RESTRICTED, SYMMETRIC, NO_UDP, TCP_443, IPV6, DUAL_STACK)


def connects_directly(first, second):
    """Whether two sites can reach each other when STUN is all they have."""
    if not (first.udp and second.udp):
        return False
    if first.has_v6 and second.has_v6:
        return True
    if not (first.has_v4 and second.has_v4):
        return False
    for one, other in ((first, second), (second, first)):
        if one.mapping == 'endpoint' and other.filtering == 'port':
            return False
    return True


def best_way(first, second):
    """How two sites connect that have TURN as well."""
    if connects_directly(first, second):
        return DIRECT
    if TCP_443 in (first, second):
        return RELAY_TLS
    if NO_UDP in (first, second):
        return RELAY_TCP
    return RELAY_UDP


def read_traffic(site):
    """Bytes that left a site, by where they went."""
    listing = json.loads(site.router.read_filter('counters', 'table', 'inet', 'traffic'))
    return {entry['counter']['name']: entry['counter']['bytes']
            for entry in listing['nftables'] if 'counter' in entry}
