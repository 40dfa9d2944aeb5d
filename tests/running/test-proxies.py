#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples of docs/running-a-server.md, before a real server."""

import json
import os
import re
import shutil
import socket
import sys
import tempfile
import unittest
from pathlib import Path

from program import Client, Program, Server, any_certificate, get, wait_until

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / 'docs' / 'running-a-server.md'
CERTIFICATE = HERE.parent / 'unit' / 'peer-test-certificate.pem'
PATH = os.pathsep.join([os.environ['PATH'], '/usr/sbin', '/sbin'])

# Another address of the loopback interface than the proxy's own.
ADDRESS = '127.0.0.2'
CLAIMED = '203.0.113.9'


def get_examples(language):
    return re.findall(rf'^```{language}\n(.*?)^```$', PAGE.read_text(), re.M | re.S)


def replace(text, old, new):
    assert old in text, f'no {old} in the example'
    return text.replace(old, new)


def get_free_port():
    with socket.create_server(('127.0.0.1', 0)) as listener:
        return listener.getsockname()[1]


def accepts(port):
    try:
        socket.create_connection(('127.0.0.1', port), 60).close()
    except ConnectionRefusedError:
        return False
    return True


class Proxies(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def start_server(self):
        """With the file that the page has for it."""
        example = next(example for example in get_examples('ini') if 'proxied' in example)
        config = self.directory / 'peer-server.conf'
        config.write_text(replace(example, 'port=9000', 'port=0'))
        server = Server('--config', str(config), '--log-level', 'info', '--log-format', 'json')
        self.addCleanup(server.end)
        return server

    def start_proxy(self, port, *command):
        self.assertTrue(shutil.which(command[0], path=PATH), f'{command[0]} is not installed')
        environment = {'PATH': PATH, 'HOME': str(self.directory), 'XDG_DATA_HOME': str(self.directory), 'XDG_CONFIG_HOME': str(self.directory)}
        proxy = Program(command, environment, cwd=self.directory)
        self.addCleanup(proxy.end)

        def is_ready():
            self.assertIsNone(proxy.process.poll(), ''.join(proxy.errors))
            return accepts(port)

        wait_until(is_ready, command[0])

    def check(self, server, port, tls):
        status, _, body = get(port, '/peerjs/id', tls=any_certificate() if tls else None)
        self.assertEqual(status, 200)
        self.assertRegex(body, r'^[0-9a-f]{8}-[0-9a-f-]{27}$')

        options = {'tls': tls, 'source': ADDRESS, 'headers': {'X-Forwarded-For': CLAIMED}}
        with Client(port, 'alice', **options) as alice, Client(port, 'bob', **options) as bob:
            self.assertEqual((alice.status, alice.read()), (101, {'type': 'OPEN'}))
            self.assertEqual(bob.read(), {'type': 'OPEN'})
            alice.send({'type': 'OFFER', 'dst': 'bob', 'payload': {'sdp': 'x' * 5000}})
            self.assertEqual(bob.read(), {'type': 'OFFER', 'src': 'alice', 'dst': 'bob', 'payload': {'sdp': 'x' * 5000}})
            bob.send({'type': 'ANSWER', 'dst': 'alice', 'payload': 1})
            self.assertEqual(alice.read()['type'], 'ANSWER')

        for client in ('alice', 'bob'):
            server.wait_for(server.output, f'^Client disconnected: {client}$')
        events = [json.loads(line) for line in server.errors]
        self.assertEqual({event['address'] for event in events if 'client' in event}, {ADDRESS})

    def test_nginx(self):
        server, port = self.start_server(), get_free_port()
        site = get_examples('nginx')[0]
        site = replace(site, '127.0.0.1:9000', f'127.0.0.1:{server.port}')
        site = replace(site, 'listen 443', f'listen 127.0.0.1:{port}')
        site = replace(site, 'listen [::]:443 ssl;', '')
        site = replace(site, '/etc/letsencrypt/live/peer.example.org/fullchain.pem', str(CERTIFICATE))
        site = replace(site, '/etc/letsencrypt/live/peer.example.org/privkey.pem', str(CERTIFICATE))
        paths = ''.join(f'{name}_temp_path {name};\n' for name in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
        config = self.directory / 'nginx.conf'
        config.write_text(
            'daemon off;\nmaster_process off;\npid pid;\nerror_log stderr;\nevents {}\n' f'http {{\n{paths}{site}}}\n'
        )
        self.start_proxy(port, 'nginx', '-p', str(self.directory), '-c', str(config), '-e', 'stderr')
        self.check(server, port, tls=True)

    def test_caddy(self):
        server, port = self.start_server(), get_free_port()
        site = get_examples('caddyfile')[0]
        site = replace(site, 'peer.example.org', f'http://:{port}')
        site = replace(site, '127.0.0.1:9000', f'127.0.0.1:{server.port}')
        config = self.directory / 'Caddyfile'
        config.write_text('{\n\tadmin off\n\tdefault_bind 127.0.0.1\n}\n' + site)
        self.start_proxy(port, 'caddy', 'run', '--adapter', 'caddyfile', '--config', str(config))
        self.check(server, port, tls=False)


if __name__ == '__main__':
    unittest.main(verbosity=2, argv=sys.argv)
