# SPDX-License-Identifier: LGPL-2.1-or-later
"""A signaling over an MQTT broker: peers that know only the broker find each other.

It needs Debian's python3-paho-mqtt. Peers that are to reach each other use the
same broker and the same prefix; put a PeerEncryptedSignaling around it when
the broker is somebody else's.
"""

from urllib.parse import quote

import gi
from paho.mqtt import client as mqtt

gi.require_version("Peer", "1.0")
from gi.repository import GLib, GObject, Peer  # noqa: E402

MAX_MESSAGE_SIZE = 1024 * 1024
EACH_MESSAGE_ONCE = 2


def new_mqtt_client():
    """paho 2 wants to be told which callbacks it is to call."""
    versions = getattr(mqtt, "CallbackAPIVersion", None)
    return mqtt.Client(versions.VERSION1) if versions else mqtt.Client()


def error(code, message):
    return GLib.Error(message, GLib.quark_to_string(Peer.Error.quark()), int(code))


class MqttSignaling(GObject.Object, Peer.Signaling):
    """Topics are MQTT's own: the parts of each, escaped, with slashes between them."""

    def __init__(self, host, port=1883, prefix="peerglib"):
        super().__init__()
        self._prefix = prefix
        self._topics = {}
        self._is_connected = False
        self._client = new_mqtt_client()
        self._client.on_connect = lambda *_: GLib.idle_add(self._connected)
        self._client.on_disconnect = lambda *_: GLib.idle_add(self._disconnected)
        self._client.on_message = lambda _client, _data, message: GLib.idle_add(self._arrived, message)
        self._client.reconnect_delay_set(min_delay=1, max_delay=60)
        self._client.connect_async(host, port)
        self._client.loop_start()

    def close(self):
        self._client.on_connect = self._client.on_disconnect = self._client.on_message = None
        self._is_connected = False
        self._client.disconnect()
        self._client.loop_stop()

    # What a signaling implements

    def do_subscribe_topic(self, topic):
        self._topics[self._name(topic)] = topic
        if self._is_connected:
            self._client.subscribe(self._name(topic), EACH_MESSAGE_ONCE)

    def do_unsubscribe_topic(self, topic):
        del self._topics[self._name(topic)]
        if self._is_connected:
            self._client.unsubscribe(self._name(topic))

    def do_publish(self, topic, message):
        if not self._is_connected:
            raise error(Peer.Error.NOT_OPEN_YET, "There is no connection to the broker")
        self._client.publish(self._name(topic), Peer.Signaling.print_message(message), EACH_MESSAGE_ONCE)
        return True

    # What paho tells on its own thread comes here on the main loop

    def _connected(self):
        self._is_connected = True
        for name in self._topics:
            self._client.subscribe(name, EACH_MESSAGE_ONCE)
        self.emit("available")

    def _disconnected(self):
        self._is_connected = False
        self.emit("error", error(Peer.Error.NETWORK, "Lost the connection to the broker"))

    def _arrived(self, message):
        topic = self._topics.get(message.topic)
        if topic is None:
            return
        try:
            if len(message.payload) > MAX_MESSAGE_SIZE:
                raise error(Peer.Error.LIMIT_EXCEEDED, "A message is too big")
            text = message.payload.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
            self.deliver(topic, Peer.Signaling.parse_message(text))
        except GLib.Error as problem:
            self.emit("error", problem)

    def _name(self, topic):
        return "/".join([self._prefix, *(quote(part, safe="") for part in topic)])
