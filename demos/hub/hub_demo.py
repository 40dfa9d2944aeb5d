#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A hub with a page to talk and draw in, and a terminal that takes part.

    hub_demo.py [PORT]

Open http://localhost:5000/ in as many browsers as there are. What is typed here
goes to everybody in every room. The event `echo` comes back to everybody, what is
drawn is kept for those who come later, and everything said is kept in chat.log.
"""

import json
import sys
from pathlib import Path

import gi

gi.require_version('Peer', '1.0')
gi.require_version('Soup', '3.0')
from gi.repository import GLib, Peer, Soup  # noqa: E402

PAGE = Path(__file__).parent / 'index.html'
# Strokes that are kept of each room.
HISTORY = 10000


def answer(message, status, content_type, text):
    message.set_status(status, None)
    message.set_response(content_type, Soup.MemoryUse.COPY, text.encode())


class Demo:
    def __init__(self, port, log=None):
        self.log = log
        self.drawn = {}
        self.server = Soup.Server()
        self.server.listen_local(port, Soup.ServerListenOptions.IPV4_ONLY)
        self.server.add_handler('/', self.on_page)
        self.server.add_handler('/whiteboard-history', self.on_history)
        self.server.add_handler('/echo', self.on_echo)

        self.hub = Peer.Hub(admin_routes=True)
        self.hub.connect('message', self.on_message)
        self.hub.connect('event::draw', self.on_draw)
        self.hub.connect('event::clear', lambda hub, room, member, value: self.drawn.pop(room.props.name, None))
        self.hub.connect('event::echo', lambda hub, room, member, value: room.emit_event('echo', value))
        self.hub.connect('peer-joined', lambda hub, room, member: self.tell(room, member, 'has come'))
        self.hub.connect('peer-left', lambda hub, room, member: self.tell(room, member, 'has left'))
        self.rooms = self.hub.props.rooms
        self.rooms.connect('items-changed', lambda *_: self.forget())
        self.hub.attach(self.server, '/')

    @property
    def uri(self):
        return self.server.get_uris()[0].to_string()

    def tell(self, room, member, what):
        print(f'[{room.props.name}] {member.props.id} {what}', flush=True)

    # Nobody is left to show it to.
    def forget(self):
        names = {room.props.name for room in self.rooms}
        self.drawn = {name: strokes for name, strokes in self.drawn.items() if name in names}

    def on_message(self, hub, room, member, message):
        text = message.unpack()
        self.tell(room, member, f'says: {text}')
        if self.log:
            print(json.dumps([room.props.name, member.props.id, text]), file=self.log, flush=True)

    def on_draw(self, hub, room, member, stroke):
        strokes = self.drawn.setdefault(room.props.name, [])
        strokes.append(stroke.unpack())
        del strokes[:-HISTORY]

    def say(self, text):
        for room in self.rooms:
            self.hub.broadcast(room.props.name, GLib.Variant('s', text))

    def on_page(self, server, message, path, query):
        if path == '/':
            answer(message, 200, 'text/html; charset=utf-8', PAGE.read_text(encoding='utf-8'))
        else:
            answer(message, 404, 'text/plain', 'There is nothing here')

    def on_history(self, server, message, path, query):
        room = path.removeprefix('/whiteboard-history').lstrip('/')
        answer(message, 200, 'application/json', json.dumps(self.drawn.get(room, [])))

    def on_echo(self, server, message, path, query):
        body = message.get_request_body().flatten().get_data().decode(errors='replace')
        answer(message, 200, 'application/json', json.dumps({'echo': body}))


def main():
    loop = GLib.MainLoop()
    with open('chat.log', 'a', encoding='utf-8') as log:
        demo = Demo(int(sys.argv[1]) if len(sys.argv) > 1 else 5000, log)
        print(f'Open {demo.uri}', flush=True)

        def typed(channel, condition):
            line = sys.stdin.readline()
            if line:
                demo.say(line.rstrip('\n'))
            return bool(line)

        GLib.io_add_watch(sys.stdin, GLib.IOCondition.IN | GLib.IOCondition.HUP, typed)
        try:
            loop.run()
        except KeyboardInterrupt:
            demo.hub.stop()


if __name__ == '__main__':
    main()
