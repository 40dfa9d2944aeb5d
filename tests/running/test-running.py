#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""peer-server as who runs it sees it."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import exposition
from program import Client, NotifySocket, Program, SERVER, Server, any_certificate, get, wait_until

HERE = Path(__file__).resolve().parent
CERTIFICATE = HERE.parent / 'unit' / 'peer-test-certificate.pem'
OTHER_CERTIFICATE = HERE / 'other-certificate.pem'
LOCAL = ('--port', '0', '--host', '127.0.0.1')


class WithFiles(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def write(self, name, text):
        path = self.directory / name
        path.write_text(text)
        return str(path)


class Configuration(WithFiles):
    def config(self, *lines):
        return self.write('peer-server.conf', '\n'.join(['[peer-server]', *lines, '']))

    def path_of(self, server):
        return server.wait_for(server.output, 'path: (.*)')[1]

    def test_file_gives_options(self):
        config = self.config('# A comment', 'port=0', 'host = 127.0.0.1', 'path=/file', 'allow-discovery=true', 'key=k')
        with Server('--config', config) as server:
            self.assertEqual(self.path_of(server), '/file')
            self.assertEqual(get(server.port, '/file/k/peers')[0], 200)
            with Client(server.port, path='/file/', key='k') as client:
                self.assertEqual(client.read(), {'type': 'OPEN'})

    def test_environment_names_the_file(self):
        config = self.config('port=0', 'host=127.0.0.1', 'path=/file')
        with Server(environment={'PEERSERVER_CONFIG': config}) as server:
            self.assertEqual(self.path_of(server), '/file')

    def test_command_line_before_environment_before_file(self):
        config = self.config('path=/file', 'allow_discovery=true', 'max-message-size=10')
        environment = {'PEERSERVER_PATH': '/environment'}
        with Server(*LOCAL, '--config', config) as server:
            self.assertEqual(self.path_of(server), '/file')
        with Server(*LOCAL, '--config', config, environment=environment) as server:
            self.assertEqual(self.path_of(server), '/environment')
        with Server(*LOCAL, '--config', config, '--path', '/own', '--no-allow-discovery', environment=environment) as server:
            self.assertEqual(self.path_of(server), '/own')
            self.assertEqual(get(server.port, '/own/peerjs/peers')[0], 401)

    def test_lists_have_semicolons(self):
        config = self.config('cors=https://a.example; https://b.example')
        with Server(*LOCAL, '--config', config) as server:
            for origin, answer in (('https://b.example', 'https://b.example'), ('https://c.example', None)):
                headers = get(server.port, '/', {'Origin': origin})[1]
                self.assertEqual(headers['Access-Control-Allow-Origin'], answer)

    def assert_usage_error(self, arguments, *words, environment=None):
        with Program([SERVER, *arguments], environment) as program:
            self.assertEqual(program.wait(), 2)
            for word in words:
                self.assertIn(word, ''.join(program.errors))
            self.assertEqual(program.output, [])

    def test_errors_name_what_is_wrong(self):
        for lines, words in (
            (['prot=1'], ['prot', 'peer-server.conf', '[peer-server]'[1:-1]]),
            (['port=many'], ['port', 'many']),
            (['proxied=yes'], ['proxied', 'yes']),
            (['cleanup-out-msgs=0'], ['cleanup-out-msgs', '0']),
            (['log-level=loud'], ['log-level', 'loud']),
            (['config=/etc/other'], ['config']),
            (['turn-uri=turn:a'], ['turn-secret-file']),
            (['[other]', 'a=b'], ['other']),
            (['nonsense'], ['nonsense']),
        ):
            with self.subTest(lines):
                self.assert_usage_error(['--config', self.config(*lines)], *words)
        self.assert_usage_error(['--config', '/nonexistent'], '/nonexistent')
        self.assert_usage_error([*LOCAL], 'PEERSERVER_QUEUE_LIMIT', 'all', environment={'PEERSERVER_QUEUE_LIMIT': 'all'})

    def test_unlimited_spares_what_is_given(self):
        config = self.config('unlimited=true', 'max-id-length=3')
        with Server(*LOCAL, '--config', config) as server:
            with Client(server.port, ident='abcd', token='t') as client:
                self.assertEqual(client.read()['type'], 'ERROR')


class Reloading(WithFiles):
    def certificate_of(self, port):
        return ssl.get_server_certificate(('127.0.0.1', port))

    def first_of(self, path):
        return ssl.DER_cert_to_PEM_cert(ssl.PEM_cert_to_DER_cert(re.search('-----BEGIN CERT.*?END CERTIFICATE-----\n', path.read_text(), re.S)[0]))

    def test_certificate_changes_for_new_connections_alone(self):
        file = self.directory / 'server.pem'
        shutil.copy(CERTIFICATE, file)
        with Server(*LOCAL, '--sslcert', str(file), '--sslkey', str(file)) as server:
            with Client(server.port, 'alice', tls=True) as alice, Client(server.port, 'bob', tls=True) as bob:
                self.assertEqual(alice.read(), {'type': 'OPEN'})
                self.assertEqual(bob.read(), {'type': 'OPEN'})
                self.assertEqual(self.certificate_of(server.port), self.first_of(CERTIFICATE))

                shutil.copy(OTHER_CERTIFICATE, file)
                self.assertIn('event="reloaded"', server.reload())
                self.assertEqual(self.certificate_of(server.port), self.first_of(OTHER_CERTIFICATE))
                self.assertEqual(get(server.port, '/', tls=any_certificate())[0], 200)

                alice.send({'type': 'OFFER', 'dst': 'bob', 'payload': 1})
                self.assertEqual(bob.read()['src'], 'alice')

                file.write_text('-----BEGIN CERTIFICATE-----\nbroken\n')
                line = server.reload()
                self.assertIn('event="reload-failed"', line)
                self.assertIn(str(file), line)
                self.assertEqual(self.certificate_of(server.port), self.first_of(OTHER_CERTIFICATE))

                file.unlink()
                self.assertIn('event="reload-failed"', server.reload())
                bob.send({'type': 'OFFER', 'dst': 'alice', 'payload': 1})
                self.assertEqual(alice.read()['src'], 'bob')

    def test_key_of_another_certificate(self):
        """Only together are they of use."""
        certificate, key = self.directory / 'certificate.pem', self.directory / 'key.pem'
        shutil.copy(CERTIFICATE, certificate)
        shutil.copy(CERTIFICATE, key)
        with Server(*LOCAL, '--sslcert', str(certificate), '--sslkey', str(key)) as server:
            shutil.copy(OTHER_CERTIFICATE, key)
            self.assertIn('event="reload-failed"', server.reload())
            self.assertEqual(self.certificate_of(server.port), self.first_of(CERTIFICATE))

            shutil.copy(OTHER_CERTIFICATE, certificate)
            self.assertIn('event="reloaded"', server.reload())
            self.assertEqual(self.certificate_of(server.port), self.first_of(OTHER_CERTIFICATE))

    def test_options_of_the_file_change(self):
        config = self.write('conf', '[peer-server]\nallow-discovery=true\nmax-id-length=5\n')
        with Server(*LOCAL, '--config', config, '--key', 'k') as server:
            self.assertEqual(get(server.port, '/k/peers')[0], 200)
            with Client(server.port, 'alice', key='k') as alice:
                self.assertEqual(alice.read(), {'type': 'OPEN'})

                self.write('conf', '[peer-server]\nkey=other\npath=/not-now\n')
                self.assertIn('event="reloaded"', server.reload())
                self.assertEqual(get(server.port, '/k/peers')[0], 401)
                with Client(server.port, 'longer', key='k') as longer:
                    self.assertEqual(longer.read(), {'type': 'OPEN'})

                self.write('conf', '[peer-server]\nmax-id-length=5\nnonsense=1\n')
                line = server.reload()
                self.assertIn('event="reload-failed"', line)
                self.assertIn('nonsense', line)
                with Client(server.port, 'longer', key='k') as longer:
                    self.assertEqual(longer.read(), {'type': 'OPEN'})

    def test_tls_stays_on(self):
        config = self.write('conf', f'[peer-server]\nsslkey={CERTIFICATE}\nsslcert={CERTIFICATE}\n')
        with Server(*LOCAL, '--config', config) as server:
            self.write('conf', '[peer-server]\n')
            self.assertIn('event="reload-failed"', server.reload())
            self.assertEqual(get(server.port, '/', tls=any_certificate())[0], 200)


def receive(connection):
    """What has arrived; nothing after the end, however that came."""
    try:
        return connection.recv(65536)
    except ConnectionResetError:
        return b''


class Monitoring(unittest.TestCase):
    def metrics(self, server):
        status, headers, body = get(server.get_metrics_port(), '/metrics')
        self.assertEqual((status, headers['Content-Type']), (200, 'text/plain; version=0.0.4; charset=utf-8'))
        return exposition.parse(body)

    def test_off_by_default(self):
        with Server(*LOCAL) as server:
            self.assertEqual(get(server.port, '/metrics')[0], 404)
            self.assertEqual(get(server.port, '/healthz')[0], 404)
            self.assertNotIn('metrics', ''.join(server.errors))

    def test_addresses(self):
        for where, host in (('0', '127.0.0.1'), (':0', '127.0.0.1'), ('127.0.0.1:0', '127.0.0.1'), ('localhost:0', r'127\.0\.0\.1|\[::1\]')):
            with self.subTest(where), Server(*LOCAL, '--metrics', where) as server:
                server.wait_for(server.errors, f'http://({host}):')
        with Program([SERVER, *LOCAL, '--metrics', '192.0.2.1:9']) as program:
            self.assertEqual(program.wait(), 1)
            self.assertIn('192.0.2.1:9', ''.join(program.errors))

    def test_health(self):
        with Server(*LOCAL, '--metrics', '0') as server:
            port = server.get_metrics_port()
            for path in ('/healthz', '/readyz'):
                status, headers, body = get(port, path)
                self.assertEqual((status, json.loads(body)), (200, {'status': 'ok'}))
                self.assertEqual(headers['Content-Type'], 'application/json')
                self.assertEqual(get(port, path, method='HEAD')[0], 200)
            self.assertEqual(get(port, '/other')[0], 404)
            self.assertEqual(get(port, '/metrics', method='POST')[0], 405)

    def test_not_ready_while_stopping(self):
        with Server(*LOCAL, '--metrics', '0') as server, Client(server.port) as client:
            client.read()
            port = server.get_metrics_port()
            connection = socket.create_connection(('127.0.0.1', port), 60)
            connection.sendall(b'GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n')
            self.assertIn(b' 200 ', connection.recv(4096))

            # So many that it gets the signal before the last of them.
            server.process.send_signal(signal.SIGTERM)
            connection.sendall(b'GET /readyz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n' * 500)
            answers = b''
            while data := receive(connection):
                answers += data
            connection.close()
            statuses = re.findall(rb'HTTP/1.1 (\d+) ', answers)
            self.assertEqual(statuses[-1], b'503')
            self.assertNotIn(b'200', statuses[statuses.index(b'503') :])
            self.assertIn(b'{"status":"unavailable","reasons":["The server is not listening"]}', answers)

    def test_metrics_count(self):
        with Server(*LOCAL, '--metrics', '0', '--expire-timeout', '1', '--cleanup-out-msgs', '1') as server:
            with Client(server.port, 'alice') as alice, Client(server.port, 'bob') as bob:
                alice.read()
                bob.read()
                with Client(server.port, 'bob', 'another') as refused:
                    self.assertEqual(refused.read()['type'], 'ID-TAKEN')
                for _ in range(3):
                    alice.send({'type': 'OFFER', 'dst': 'bob', 'payload': {}})
                    bob.read()
                alice.send({'type': 'HEARTBEAT'})
                alice.send({'type': 'SOMETHING', 'dst': 'bob'})
                alice.send('{"not": ')
                alice.send({'type': 'CANDIDATE', 'dst': 'nobody', 'payload': {}})
                self.assertEqual(alice.read()['type'], 'EXPIRE')

                families = self.metrics(server)
                for name, number in {
                    'clients': 2,
                    'sockets': 2,
                    'connections_total': 2,
                    'connections_refused_total': 1,
                    'messages_received_total': 7,
                    'messages_relayed_total': 3,
                    'messages_stored_total': 1,
                    'messages_expired_total': 1,
                    'queued_messages': 0,
                    'queued_bytes': 0,
                    'relay_latency_seconds_count': 3,
                }.items():
                    family = name.replace('_count', '')
                    self.assertEqual(families['peer_server_' + family].samples['peer_server_' + name, frozenset()], number, name)
                for kind, number in {'OFFER': 3, 'HEARTBEAT': 1, 'OTHER': 1, 'CANDIDATE': 1, 'ANSWER': 0}.items():
                    self.assertEqual(exposition.value(families, 'peer_server_messages_total', type=kind), number, kind)
                for reason, number in {'expired': 1, 'malformed': 1, 'too-deep': 0, 'slow': 0}.items():
                    self.assertEqual(exposition.value(families, 'peer_server_drops_total', reason=reason), number, reason)

    def test_metrics_of_the_process(self):
        before = time.time()
        with Server(*LOCAL, '--metrics', '0') as server:
            families = self.metrics(server)
            status = Path(f'/proc/{server.process.pid}/status').read_text()
            resident = int(re.search(r'VmRSS:\s+(\d+)', status)[1]) * 1024
            measured = exposition.value(families, 'process_resident_memory_bytes')
            self.assertTrue(resident / 2 < measured < resident * 2)
            self.assertGreater(exposition.value(families, 'process_virtual_memory_bytes'), measured)
            self.assertGreater(exposition.value(families, 'process_open_fds'), 3)
            self.assertGreaterEqual(exposition.value(families, 'process_cpu_seconds_total'), 0)
            started = exposition.value(families, 'process_start_time_seconds')
            self.assertTrue(before - 1 < started < time.time() + 1, started)
            version = dict(next(iter(families['peer_server_info'].samples))[1])['version']
            self.assertIn(version, subprocess.check_output([SERVER, '--version'], text=True))


class Exposition(unittest.TestCase):
    def test_parser_refuses(self):
        good = '# HELP a_total x\n# TYPE a_total counter\na_total{l="\\"v"} 1\n'
        exposition.parse(good)
        for text in (
            good[:-1],
            good + good,
            good.replace('counter', 'count'),
            good.replace('# TYPE a_total counter\n', ''),
            good.replace('# HELP a_total x\n', ''),
            good.replace('} 1', '} one'),
            good.replace('l=', '1='),
            good.replace('\\"', '"'),
            good.replace('} 1', '} -1'),
            good.replace('a_total', 'a'),
            good + 'b 1\n',
            good + 'a_total{l="\\"v"} 1\n',
            good.replace(' 1\n', '  1\n'),
            '# HELP h x\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
            '# HELP h x\n# TYPE h histogram\nh_bucket{le="1"} 1\nh_sum 1\nh_count 1\n',
            '# HELP h x\n# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n',
        ):
            with self.subTest(text), self.assertRaises((AssertionError, KeyError)):
                exposition.parse(text)


class Logging(unittest.TestCase):
    SECRETS = ('Tok3nOfAlice', 'Pay1oadOfAlice', 'K3yOfServer')

    def talk(self, *arguments):
        """Returns what is logged of a talk with everything in it that must not be."""
        token, payload, key = self.SECRETS
        with Server(*LOCAL, '--key', key, '--metrics', '0', *arguments) as server:
            with Client(server.port, 'alice', token, key=key) as alice, Client(server.port, 'bob', token, key=key) as bob:
                alice.read()
                bob.read()
                with Client(server.port, 'alice', token + '2', key=key) as refused:
                    refused.read()
                with Client(server.port, 'alice', token, key=key + '2') as refused:
                    refused.read()
                alice.send({'type': 'OFFER', 'dst': 'bob', 'payload': {'sdp': payload}})
                bob.read()
                alice.send({'type': 'OFFER', 'dst': 'nobody', 'payload': payload})
                alice.send('{"type": "OFFER", "dst": "bob", "payload": "%s' % payload)
                alice.send('{"type": "OFFER", "payload": "%s", %s}' % (payload, payload))
                alice.send('"%s"' % payload)
                alice.send('{"a":' * 100 + '"%s"' % payload)
                self.assertEqual(alice.read()['type'], 'ERROR')
                get(server.port, f'/{key}/id?token={token}')
                alice.socket.sendall(b'\xff\xff' + payload.encode())
                self.assertIn(alice.read(), (None,))
            server.process.send_signal(signal.SIGHUP)
            wait_until(lambda: 'Client disconnected: bob\n' in server.output, 'the end of bob')
            server.end()
            return server.output, server.errors

    def test_no_token_no_key_no_payload(self):
        for level in ('error', 'warning', 'notice', 'info', 'debug'):
            for form in ('text', 'json'):
                with self.subTest(level=level, form=form):
                    output, errors = self.talk('--log-level', level, '--log-format', form)
                    for line in output + errors:
                        for secret in self.SECRETS:
                            self.assertNotIn(secret, line)

    def test_not_with_all_debugging_of_libraries_either(self):
        os.environ['G_MESSAGES_DEBUG'] = 'all'
        self.addCleanup(os.environ.pop, 'G_MESSAGES_DEBUG')
        output, errors = self.talk('--log-level', 'debug')
        self.assertFalse([line for line in output + errors for secret in self.SECRETS if secret in line])

    def test_levels(self):
        events = {}
        for level in ('error', 'warning', 'notice', 'info', 'debug'):
            lines = [json.loads(line) for line in self.talk('--log-level', level, '--log-format', 'json')[1]]
            events[level] = {line['event'] for line in lines}
        self.assertEqual(events['error'], set())
        self.assertEqual(events['warning'], {'client-error'})
        self.assertEqual(events['notice'], events['warning'] | {'listening', 'metrics', 'reloaded', 'closed'})
        self.assertEqual(events['info'], events['notice'] | {'client-connected', 'client-disconnected'})
        self.assertEqual(events['debug'], events['info'] | {'message'})

    def test_fields(self):
        lines = [json.loads(line) for line in self.talk('--log-level', 'debug', '--log-format', 'json')[1]]
        connected = next(line for line in lines if line['event'] == 'client-connected')
        self.assertEqual((connected['client'], connected['address'], connected['level']), ('alice', '127.0.0.1', 'info'))
        self.assertRegex(connected['time'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$')
        message = next(line for line in lines if line['event'] == 'message')
        self.assertEqual((message['client'], message['type'], message['destination']), ('alice', 'OFFER', 'bob'))

    def test_one_line_for_each_event(self):
        with Server(*LOCAL, '--log-level', 'debug') as server, Client(server.port, 'zo%C3%AB%22') as alice:
            alice.read()
            alice.send({'type': 'A\nB\x1b[31m', 'dst': 'x\r\ny'})
            line = server.wait_for(server.errors, 'event="message".*\n')[0]
            self.assertTrue(all(character.isprintable() for character in line[:-1]), line)
            self.assertIn(r'client="zoë\""', server.wait_for(server.errors, 'client-connected.*')[0])


class Service(WithFiles):
    def test_tells_the_service_manager(self):
        with NotifySocket() as notify, Server(*LOCAL, environment={'NOTIFY_SOCKET': notify.path}) as server:
            self.assertEqual(notify.read(), ['READY=1', 'STATUS=0 clients'])
            with Client(server.port) as client:
                client.read()
                self.assertEqual(notify.read(), ['STATUS=1 client'])
            self.assertEqual(notify.read(), ['STATUS=0 clients'])

            server.process.send_signal(signal.SIGHUP)
            lines = notify.read()
            self.assertEqual(lines[0], 'RELOADING=1')
            self.assertRegex(lines[1], r'^MONOTONIC_USEC=\d+$')
            self.assertEqual(notify.read()[0], 'READY=1')

            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(notify.read(), ['STOPPING=1'])
            self.assertEqual(server.wait(), 0)

    def test_listens_before_it_is_ready(self):
        with NotifySocket() as notify, Program([SERVER, *LOCAL], {'NOTIFY_SOCKET': notify.path}) as program:
            notify.wait_for('READY=1')
            port = int(program.wait_for(program.output, r'port: (\d+)')[1])
            self.assertEqual(get(port, '/')[0], 200)

    def test_abstract_socket(self):
        name = f'peer-server-test-{os.getpid()}'
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
            receiver.bind('\0' + name)
            receiver.settimeout(60)
            with Server(*LOCAL, environment={'NOTIFY_SOCKET': '@' + name}):
                self.assertIn(b'READY=1', receiver.recv(4096))

    def test_watchdog(self):
        with NotifySocket() as notify:
            with Server(*LOCAL, environment={'NOTIFY_SOCKET': notify.path, 'WATCHDOG_USEC': '200000'}):
                for _ in range(3):
                    notify.wait_for('WATCHDOG=1')

    def test_watchdog_of_another_process(self):
        environment = {'WATCHDOG_USEC': '2000', 'WATCHDOG_PID': '1'}
        with NotifySocket() as notify, Server(*LOCAL, environment={'NOTIFY_SOCKET': notify.path, **environment}) as server:
            notify.wait_for('READY=1')
            with Client(server.port) as client:
                client.read()
                self.assertEqual(notify.read(), ['STATUS=1 client'])

    def activate(self, sockets, *arguments, pid='$$'):
        """Returns the command that leaves the sockets at 3 and above."""

        def pass_sockets():
            kept = [os.dup2(passed.fileno(), 100 + i) for i, passed in enumerate(sockets)]
            for i, fd in enumerate(kept):
                os.dup2(fd, 3 + i, inheritable=True)

        script = f'export LISTEN_PID={pid} LISTEN_FDS={len(sockets)}; exec "$0" "$@"'
        return {
            'arguments': ['sh', '-c', script, SERVER, *arguments],
            'preexec_fn': pass_sockets,
            'close_fds': False,
        }

    def test_socket_activation(self):
        with socket.create_server(('127.0.0.1', 0), backlog=64) as listener:
            port = listener.getsockname()[1]
            # Who comes before the program has started is served, too.
            with socket.create_connection(('127.0.0.1', port), 60) as early:
                early.sendall(b'GET / HTTP/1.0\r\n\r\n')
                with Program(**self.activate([listener])) as program:
                    program.wait_for(program.output, f'^Started PeerServer on 127.0.0.1, port: {port}, path: /')
                    self.assertIn(b'PeerJS Server', early.makefile('rb').read())
                    with Client(port) as client:
                        self.assertEqual(client.read(), {'type': 'OPEN'})

    def test_socket_with_tls(self):
        with socket.create_server(('127.0.0.1', 0)) as listener:
            arguments = ('--sslcert', str(CERTIFICATE), '--sslkey', str(CERTIFICATE))
            with Program(**self.activate([listener], *arguments)) as program:
                program.wait_for(program.output, 'Started')
                with Client(listener.getsockname()[1], tls=True) as client:
                    self.assertEqual(client.read(), {'type': 'OPEN'})

    def test_sockets_of_no_use(self):
        with socket.create_server(('127.0.0.1', 0)) as one, socket.create_server(('127.0.0.1', 0)) as two:
            with socket.socket() as silent, socket.socket(socket.AF_UNIX) as local:
                for sockets in ([one, two], [silent], [local]):
                    with Program(**self.activate(sockets)) as program:
                        self.assertEqual(program.wait(), 1)
                        self.assertRegex(''.join(program.errors), '^peer-server: .*socket')

    def test_socket_of_another_process(self):
        with socket.create_server(('127.0.0.1', 0)) as listener:
            with Program(**self.activate([listener], *LOCAL, pid='1')) as program:
                port = int(program.wait_for(program.output, r'port: (\d+)')[1])
                self.assertNotEqual(port, listener.getsockname()[1])


if __name__ == '__main__':
    unittest.main(verbosity=2, argv=sys.argv)
