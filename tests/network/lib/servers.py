# SPDX-License-Identifier: LGPL-2.1-or-later
"""The servers at the exchange: peer-server, and coturn for STUN and TURN over
UDP, TCP and TLS."""

import asyncio
import base64
import hashlib
import hmac
import pathlib
import shutil
import tempfile
import time

from .processes import Process, tool
from .tap import until
from .topology import SIGNAL_NAME, TURN_NAME, TURN_V4, TURN_V6, run

SECRET = 'a secret for tests'

SIGNAL_URI = f'http://{SIGNAL_NAME}:443/'
STUN = f'stun:{TURN_NAME}:3478'
TURN_UDP = f'turn:{TURN_NAME}:3478?transport=udp'
TURN_TCP = f'turn:{TURN_NAME}:3478?transport=tcp'
TURN_TLS = f'turns:{TURN_NAME}:443'
ALL_TURN = (TURN_UDP, TURN_TCP, TURN_TLS)


def turn_credentials(name='peer', seconds=3600):
    """A user name and a password for an hour."""
    username = f'{int(time.time()) + seconds}:{name}'
    digest = hmac.new(SECRET.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()


def has_socket(pid, protocol, port):
    """Whether something in the network of a process waits at a port."""
    lines = pathlib.Path(f'/proc/{pid}/net/{protocol}').read_text().splitlines()[1:]
    waiting = '0A' if protocol.startswith('tcp') else '07'
    return any(int(local.rpartition(':')[2], 16) == port and state == waiting
               for _, local, _, state, *_ in map(str.split, lines))


class SignalingServer(Process):
    """peer-server, where even port 443 alone leads to it."""

    def __init__(self, network, *options):
        super().__init__(*network.exchange.command(
            tool('PEER_SERVER'), '--port', '443', '--expire-timeout', '20000', *options))

    async def start(self, *_):
        await super().start(r'^Started PeerServer on ')


class TurnServer(Process):
    """coturn, with a certificate of its own making."""

    def __init__(self, network, *options):
        super().__init__()
        self.network = network
        self.options = options
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='peer-net-turn-'))
        self.certificate = self.directory / 'certificate.pem'

    def _make_certificate(self, key):
        run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
            '-subj', f'/CN={TURN_NAME}', '-addext', f'subjectAltName=DNS:{TURN_NAME}', '-days', '2',
            '-keyout', str(key), '-out', str(self.certificate))

    async def start(self, *_):
        key = self.directory / 'key.pem'
        if not self.certificate.exists():
            self._make_certificate(key)
        addresses = [f'--{what}-ip={address}' for what in ('listening', 'relay') for address in (TURN_V4, TURN_V6)]
        self.command = self.network.relay.command(
            'turnserver', '-n', *addresses, '--listening-port=3478', '--tls-listening-port=443',
            f'--cert={self.certificate}', f'--pkey={key}', '--use-auth-secret', f'--static-auth-secret={SECRET}',
            '--realm=test', '--no-cli', '--no-dtls', '--no-rfc5780', '--relay-threads=1', '--log-file=stdout', '--pidfile=',
            f'--userdb={self.directory / "database"}', *self.options)
        await super().start()
        await until(self._listens, 'coturn listening')

    def _listens(self):
        if not self.is_running:
            raise AssertionError(f'coturn ended: {self.lines[-20:]} {list(self.errors)}')
        return all(has_socket(self.pid, f'{protocol}{family}', port)
                   for protocol, ports in (('udp', (3478,)), ('tcp', (3478, 443)))
                   for port in ports for family in ('', '6'))

    async def __aexit__(self, *arguments):
        await super().__aexit__(*arguments)
        shutil.rmtree(self.directory, ignore_errors=True)


async def start_servers(stack, network, *options):
    """Both; returns coturn."""
    turn = TurnServer(network, *options)
    await asyncio.gather(
        stack.enter_async_context(SignalingServer(network)),
        stack.enter_async_context(turn),
    )
    return turn
