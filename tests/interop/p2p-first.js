// SPDX-License-Identifier: LGPL-2.1-or-later

// The messages of p2p's first versions, up to 0.4.2, which are not on the
// registry: a sender has a state, which "sync" changes, and one channel with
// the receiver's id for a label.

class First extends EventTarget {
  constructor({ driver }) {
    super();
    this.driver = driver;
    this.links = new Map();
  }

  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  link(id) {
    const peer = new RTCPeerConnection({ iceServers: [] });
    const link = { peer };
    this.links.set(id, link);
    peer.onicecandidate = ({ candidate }) => candidate && this.say(id, { type: 'candidate', candidate });
    peer.oniceconnectionstatechange = () => {
      if (peer.iceConnectionState === 'connected')
        this.tell('connect', { id, state: link.state });
      else if (['disconnected', 'failed'].includes(peer.iceConnectionState))
        this.drop(id);
    };
    return link;
  }

  say(id, message) {
    this.driver.publish([this.other, this.room, ...(id ? [id] : [])], { id: this.id, ...message });
  }

  async hear({ type, id, ...message }) {
    const link = this.links.get(id);
    if (id === this.id)
      return;
    else if (type === 'candidate')
      await link?.peer.addIceCandidate(message.candidate);
    else if (type === 'answer')
      await link?.peer.setRemoteDescription(message.answer);
    else
      await this[type]?.(id, message, link);
  }

  start({ room, ...options }) {
    Object.assign(this, { id: crypto.randomUUID(), room, options, handler: message => this.hear(message) });
    this.driver.subscribe([this.own, room], this.handler);
    this.driver.subscribe([this.own, room, this.id], this.handler);
    this.say(null, { type: 'invoke', credentials: options.credentials });
  }

  stop() {
    this.driver.unsubscribe([this.own, this.room], this.handler);
    this.driver.unsubscribe([this.own, this.room, this.id], this.handler);
    for (const id of [...this.links.keys()])
      this.drop(id);
  }

  drop(id) {
    const { peer, state } = this.links.get(id);
    this.links.delete(id);
    peer.close();
    if (this.own === 'sender')
      this.say(id, { type: 'dispose', state: this.options.state });
    this.tell('dispose', { id, state });
  }
}

export class FirstSender extends First {
  own = 'sender';
  other = 'receiver';

  async invoke(id, message, known) {
    if (known)
      return;
    const link = this.link(id);
    link.channel = link.peer.createDataChannel(id);
    await link.peer.setLocalDescription(await link.peer.createOffer());
    this.say(id, { type: 'offer', offer: link.peer.localDescription, state: this.options.state });
  }

  send(data) {
    for (const { channel } of this.links.values())
      channel.send(data);
  }

  sync(state) {
    Object.assign(this.options.state, state);
    for (const id of this.links.keys())
      this.say(id, { type: 'sync', state: this.options.state });
  }
}

export class FirstReceiver extends First {
  own = 'receiver';
  other = 'sender';

  invoke(id, message, known) {
    if (!known)
      this.say(id, { type: 'invoke', credentials: this.options.credentials });
  }

  async offer(id, { offer, state }, known) {
    if (known)
      return;
    const link = this.link(id);
    link.state = state;
    link.peer.ondatachannel = ({ channel }) => {
      channel.onopen = () => this.tell('channel', { id, channel, state: link.state });
      channel.onmessage = ({ data }) => this.tell('message', { id, message: data, state: link.state });
    };
    await link.peer.setRemoteDescription(offer);
    await link.peer.setLocalDescription(await link.peer.createAnswer());
    this.say(id, { type: 'answer', answer: link.peer.localDescription });
  }

  sync(id, { state }, link) {
    if (!link)
      return;
    link.state = state;
    this.tell('sync', { id, state });
  }

  dispose(id, message, link) {
    if (link)
      this.drop(id);
  }
}
