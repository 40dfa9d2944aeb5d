# SPDX-License-Identifier: LGPL-2.1-or-later
"""Links that are bad, and change."""

import asyncio

from .processes import Process, tool
from .tap import until


class Link(Process):
    """A host of a site whose way to its router is a bad one."""

    def __init__(self, site, **options):
        super().__init__()
        self.site = site
        self.number = 30 + len(site.hosts)
        self.host = site.network.add(f'{site.name}-host-{self.number}')
        site.hosts.append(self.host)
        self.device = f'link{self.number}'
        self.command = (tool('LINK_EMULATOR'),
                        *(f'--{name}={value}' for name, value in options.items()),
                        f'{site.router.name}:{self.device}', f'{self.host.name}:net')

    async def start(self, *_):
        await super().start('^ready$', stdin=asyncio.subprocess.PIPE)
        address = f'{self.site.lan_v4}.{self.number}'
        self.site.router.ip(f'link set {self.device} up', f'route add {address}/32 dev {self.device}')
        self.site.router.set('ipv4/conf/lan/proxy_arp', 1)
        self.host.ip('link set net up', f'address add {address}/32 dev net', 'route add default dev net')

    async def change(self, **options):
        """Makes it another one."""
        for name, value in options.items():
            n_done = self.lines.count('done')
            self.process.stdin.write(f'{name} {value}\n'.encode())
            await until(lambda n_done=n_done: self.lines.count('done') > n_done, f'{name} changing')


async def start_link(stack, site, **options):
    return await stack.enter_async_context(Link(site, **options))
