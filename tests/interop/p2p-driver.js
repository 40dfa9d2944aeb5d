// SPDX-License-Identifier: LGPL-2.1-or-later

// A signaling driver for the package p2p: topics over the WebSocket of
// PeerServer.

export class Driver {
  #socket;
  #handlers = new Map();

  // A driver whose line is there.
  static open(uri) {
    return new Promise((resolve, reject) => {
      const self = new Driver();
      self.#socket = new WebSocket(uri);
      self.#socket.onerror = () => reject(new Error(`no signaling at ${uri}`));
      self.#socket.onmessage = ({ data }) => {
        const { type, topic, message } = JSON.parse(data);
        if (type === 'open')
          resolve(self);
        else if (type === 'message')
          for (const handler of [...(self.#handlers.get(JSON.stringify(topic)) ?? [])])
            handler(message);
      };
    });
  }

  #send(frame) {
    this.#socket.send(JSON.stringify(frame));
  }

  subscribe(topic, handler) {
    const key = JSON.stringify(topic);
    const handlers = this.#handlers.get(key) ?? new Set();
    this.#handlers.set(key, handlers.add(handler));
    if (handlers.size === 1)
      this.#send({ type: 'subscribe', topic });
  }

  unsubscribe(topic, handler) {
    const handlers = this.#handlers.get(JSON.stringify(topic));
    handlers.delete(handler);
    if (handlers.size === 0)
      this.#send({ type: 'unsubscribe', topic });
  }

  publish(topic, message) {
    this.#send({ type: 'publish', topic, message });
  }
}
