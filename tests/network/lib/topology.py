# SPDX-License-Identifier: LGPL-2.1-or-later
"""Network namespaces, and the internet that they make up: an exchange which
all routers are at, and behind each router a site with computers.

Names have the process id in them. What a run leaves that was killed, the next
one removes."""

import os
import pathlib
import re
import shutil
import subprocess

PREFIX = 'peer-net'
RUN_DIRECTORY = pathlib.Path('/run/netns')
ETC_DIRECTORY = pathlib.Path('/etc/netns')

SIGNAL_V4, SIGNAL_V6 = '198.18.0.1', '2001:db8::1'
TURN_V4, TURN_V6 = '198.18.0.2', '2001:db8::2'
SIGNAL_NAME, TURN_NAME = 'signal.test', 'turn.test'
LAN_V4 = '192.168.1'

HOSTS = f'''\
127.0.0.1 localhost
::1 localhost
{SIGNAL_V4} {SIGNAL_NAME}
{SIGNAL_V6} {SIGNAL_NAME}
{TURN_V4} {TURN_NAME}
{TURN_V6} {TURN_NAME}
'''


class Impossible(Exception):
    """The kernel or its permissions do not allow it."""


def run(*command, text=None):
    result = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
    if result.returncode != 0:
        raise RuntimeError(f'{" ".join(command)}: {result.stderr.strip()}\n{text or ""}')
    return result.stdout


def remove_leftovers():
    """Removes the namespaces of runs that are no more."""
    for directory in (RUN_DIRECTORY, ETC_DIRECTORY):
        for path in directory.glob(f'{PREFIX}-*') if directory.is_dir() else ():
            match = re.match(rf'{PREFIX}-(\d+)-', path.name)
            if match and not os.path.exists(f'/proc/{match[1]}'):
                remove(path.name)


def remove(name):
    subprocess.run(['ip', 'netns', 'delete', name], capture_output=True, check=False)
    shutil.rmtree(ETC_DIRECTORY / name, ignore_errors=True)


class Namespace:
    """A network namespace."""

    def __init__(self, name):
        self.name = name

    def add(self):
        run('ip', 'netns', 'add', self.name)
        directory = ETC_DIRECTORY / self.name
        directory.mkdir(parents=True)
        (directory / 'hosts').write_text(HOSTS)
        (directory / 'resolv.conf').write_text('')
        self.ip('link set lo up')
        self.set('ipv6/conf/all/accept_dad', 0)
        self.set('ipv6/conf/default/accept_dad', 0)

    def command(self, *command):
        """What runs a command in it."""
        return ('ip', 'netns', 'exec', self.name, *command)

    def ip(self, *lines):
        """Runs lines of ip."""
        run('ip', '-netns', self.name, '-batch', '-', text='\n'.join(lines) + '\n')

    def set(self, path, value):
        """Sets what is below /proc/sys/net."""
        run(*self.command('sh', '-c', f'echo {value} >/proc/sys/net/{path}'))

    def filter(self, rules):
        """Adds rules of nft."""
        run(*self.command('nft', '-f', '-'), text=rules)

    def read_filter(self, *what):
        return run(*self.command('nft', '-j', 'list', *what))


class Network:
    """All namespaces of a run; they go with it."""

    def __init__(self):
        self.prefix = f'{PREFIX}-{os.getpid()}'
        self.namespaces = []
        self.exchange = None
        self.relay = None  # where the TURN server is
        self._n_sites = 0

    def __enter__(self):
        remove_leftovers()
        try:
            self.exchange = self.add('exchange')
        except (OSError, RuntimeError) as error:
            self.__exit__()
            raise Impossible(f'no network namespaces: {error}') from error
        try:
            self._build_exchange()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for namespace in self.namespaces:
            remove(namespace.name)

    def add(self, name):
        namespace = Namespace(f'{self.prefix}-{name}')
        self.namespaces.append(namespace)
        namespace.add()
        return namespace

    def _build_exchange(self):
        for family in ('ipv4/ip_forward', 'ipv6/conf/all/forwarding'):
            self.exchange.set(family, 1)
        self.exchange.set('ipv4/conf/all/send_redirects', 0)
        self.exchange.ip(
            'link add exchange type bridge',
            f'address add {SIGNAL_V4}/16 dev exchange',
            f'address add {SIGNAL_V6}/64 dev exchange nodad',
            'link set exchange up',
        )
        self.relay = self.add('relay')
        self.exchange.ip(
            f'link add relay type veth peer name wan netns {self.relay.name}',
            'link set relay master exchange up',
        )
        self.relay.ip(
            'link set wan up',
            f'address add {TURN_V4}/16 dev wan',
            f'address add {TURN_V6}/64 dev wan nodad',
            f'route add default via {SIGNAL_V4}',
            f'route add default via {SIGNAL_V6}',
        )

    def next_site_number(self):
        self._n_sites += 1
        return self._n_sites


class Site:
    """A router and the network behind it, as its kind has it."""

    def __init__(self, network, kind, name=None):
        self.network = network
        self.kind = kind
        self.number = network.next_site_number()
        self.name = name or f'site-{self.number}'
        self.router = network.add(f'{self.name}-router')
        self.hosts = []
        self._build_router()

    @property
    def public_v4(self):
        return f'198.18.1.{self.number}'

    @property
    def lan_v4(self):
        """Private addresses are the same everywhere, as at people's homes."""
        return f'198.19.{self.number}' if self.kind.is_public else LAN_V4

    @property
    def lan_v6(self):
        return f'2001:db8:{self.number:x}:'

    def _build_router(self):
        exchange, number = self.network.exchange, self.number
        exchange.ip(
            f'link add wan{number} type veth peer name wan netns {self.router.name}',
            f'link set wan{number} master exchange up',
        )
        self.router.ip('link add lan type bridge', 'link set lan up', 'link set wan up')
        if self.kind.has_v4:
            self.router.ip(
                f'address add {self.public_v4}/16 dev wan',
                f'address add {self.lan_v4}.1/24 dev lan',
                f'route add default via {SIGNAL_V4}',
            )
            self.router.set('ipv4/ip_forward', 1)
            self.router.set('ipv4/conf/all/send_redirects', 0)
        if self.kind.has_v6:
            self.router.set('ipv6/conf/all/forwarding', 1)
            self.router.ip(
                f'address add 2001:db8::1:{number:x}/64 dev wan nodad',
                f'address add {self.lan_v6}:1/64 dev lan nodad',
                f'route add default via {SIGNAL_V6}',
            )
            exchange.ip(f'route add {self.lan_v6}:/64 via 2001:db8::1:{number:x}')
        if self.kind.is_public:
            exchange.ip(f'route add {self.lan_v4}.0/24 via {self.public_v4}')
        self.router.filter(self.kind.rules(self.lan_v4))

    def add_host(self):
        """A computer behind the router; a full cone leads to the first one."""
        host = self.network.add(f'{self.name}-host-{len(self.hosts) + 2}')
        self._plug_in(host, 'net')
        return host

    def move_host(self, host):
        """Takes a computer from where it is to this site."""
        host.ip('link delete net')
        self._plug_in(host, 'net2')

    def _plug_in(self, host, device):
        number = len(self.hosts) + 2
        self.hosts.append(host)
        self.router.ip(
            f'link add host{number} type veth peer name {device} netns {host.name}',
            f'link set host{number} master lan up',
        )
        host.ip(f'link set {device} up')
        if self.kind.has_v4:
            host.ip(f'address add {self.lan_v4}.{number}/24 dev {device}',
                    f'route add default via {self.lan_v4}.1')
        if self.kind.has_v6:
            host.ip(f'address add {self.lan_v6}:{number:x}/64 dev {device} nodad',
                    f'route add default via {self.lan_v6}:1')
