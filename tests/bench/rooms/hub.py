#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A hub on aiortc: the one that PeerHub is held against.

It does what a PeerHub has to do for a room, in the plain way: clients offer
over HTTP, and what one says all others hear, when its sender's name is true.
"""

import asyncio
import json
import sys
import time

from aiohttp import web
from aiortc import RTCPeerConnection, RTCSessionDescription


def frame(action, payload, sender):
    return json.dumps(
        {'type': 'SYSTEM', 'action': action, 'payload': payload, 'peer_id': sender, 'timestamp': int(time.time() * 1000)}
    )


class Client:
    def __init__(self, room, name):
        self.room = room
        self.name = name
        self.connection = RTCPeerConnection()
        self.channel = None
        self.presence = None
        self.connection.on('datachannel', self.on_channel)
        self.connection.on('connectionstatechange', self.on_state)

    async def answer(self, offer):
        await self.connection.setRemoteDescription(RTCSessionDescription(**offer))
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        description = self.connection.localDescription
        return {'sdp': description.sdp, 'type': description.type}

    def on_channel(self, channel):
        self.channel = channel
        channel.on('message', self.on_message)

    async def on_state(self):
        if self.connection.connectionState in ('failed', 'closed'):
            self.room.remove(self)
            await self.connection.close()

    def on_message(self, text):
        message = json.loads(text)
        if message.get('peer_id') != self.name:
            return
        action = message.get('action') if message.get('type') == 'SYSTEM' else None
        if action == 'PEER_JOIN':
            self.room.add(self, message['payload'])
        elif action == 'PEER_LEAVE':
            self.room.remove(self)
        elif message.get('target'):
            self.room.tell(message['target'], text)
        else:
            self.room.relay(text, self)


class Room:
    def __init__(self):
        self.clients = {}
        self.serial = 0

    def add(self, client, payload):
        self.serial += 1
        client.presence = {**payload, 'id': client.name, 'serial': self.serial}
        self.clients[client.name] = client
        peers = [member.presence for member in self.clients.values()]
        client.channel.send(frame('ROOM_STATE', {'peers': peers, 'hostId': peers[0]['id']}, 'server'))
        self.relay(frame('PEER_JOIN', client.presence, client.name), client)

    def remove(self, client):
        if self.clients.get(client.name) is client:
            del self.clients[client.name]
            self.relay(frame('PEER_LEAVE', {}, client.name), client)

    def tell(self, name, text):
        if name in self.clients:
            self.clients[name].channel.send(text)

    def relay(self, text, sender):
        for client in self.clients.values():
            if client is not sender:
                client.channel.send(text)


class Hub:
    def __init__(self):
        self.rooms = {}
        self.clients = set()

    async def offer(self, request):
        body = await request.json()
        client = Client(self.rooms.setdefault(body['room'], Room()), body['peer_id'])
        self.clients.add(client)
        return web.json_response({'answer': await client.answer(body['offer'])})

    async def candidate(self, request):
        # Its own candidates are in the answer, which is enough on one machine.
        return web.json_response({'status': 'ok'})


async def main():
    hub = Hub()
    application = web.Application()
    application.router.add_post('/offer', hub.offer)
    application.router.add_post('/candidate', hub.candidate)
    application.router.add_post('/leave', hub.candidate)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, '127.0.0.1', 0)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == '__main__':
    asyncio.run(main())
