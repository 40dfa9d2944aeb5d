// SPDX-License-Identifier: LGPL-2.1-or-later

// A client as peerpyrtc-client is one: the same requests, the same frames, and
// the same ideas of who is the host. It says so to the others, too.

'use strict';

class WebRTCConnection {
  // What happened, for the test: [what, …].
  log = [];
  peers = new Map();
  hostId = null;

  constructor(room, { server, peerId, candidates = true, token }) {
    Object.assign(this, { room, server, peerId, candidates, token });
  }

  async post(route, body) {
    const response = await fetch(`${this.server}${route}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ room: this.room, peer_id: this.peerId, token: this.token, ...body }),
    });
    const answer = await response.json();
    if (!response.ok)
      throw new Error(`${response.status} ${answer.error}`);
    return answer;
  }

  async connect() {
    this.pc = new RTCPeerConnection({ iceServers: [] });
    this.channel = this.pc.createDataChannel('chat', { ordered: true, maxRetransmits: 3 });
    this.channel.onopen = () => this.#opened();
    this.channel.onmessage = ({ data }) => this.#heard(data);
    this.channel.onclose = () => this.log.push(['close']);
    this.pc.onicecandidate = ({ candidate }) => {
      if (candidate && this.candidates)
        this.post('candidate', { candidate }).catch(error => this.log.push(['error', error.message]));
    };

    const offer = await this.pc.createOffer();
    await this.pc.setLocalDescription(offer);
    const { answer } = await this.post('offer', { offer: { sdp: offer.sdp, type: offer.type } });
    this.answer = answer.sdp;
    await this.pc.setRemoteDescription(answer);
  }

  #opened() {
    const timestamp = Date.now();
    this.peers.set(this.peerId, { id: this.peerId, joinTime: timestamp });
    this.#elect();
    this.#system('PEER_JOIN', { userAgent: navigator.userAgent, timestamp });
    this.log.push(['open']);
  }

  // The oldest that it knows of, which in the beginning is itself.
  #elect() {
    const [oldest] = [...this.peers.values()].sort((a, b) => a.joinTime - b.joinTime);
    if (oldest && oldest.id !== this.hostId) {
      this.hostId = oldest.id;
      this.log.push(['elected', oldest.id]);
    }
  }

  #system(action, payload, target = null) {
    this.raw({ type: 'SYSTEM', action, payload, peer_id: this.peerId, target, timestamp: Date.now() });
  }

  raw(frame) {
    this.channel.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  #heard(text) {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      this.log.push(['message', 'unknown', text]);
      return;
    }
    if (frame.type === 'SYSTEM')
      this.#heardSystem(frame);
    else if (frame.peer_id && frame.message !== undefined)
      this.log.push(['message', frame.peer_id, frame.message]);
    else if (frame.event)
      this.log.push(['event', 'server', frame.event, frame.data]);
    else
      this.log.push(['message', 'unknown', frame]);
  }

  #heardSystem({ action, payload, peer_id: sender, target }) {
    switch (action) {
      case 'PEER_JOIN':
        this.peers.set(sender, { id: sender, userAgent: payload.userAgent, joinTime: payload.timestamp });
        this.log.push(['joined', sender]);
        this.#system('ROOM_STATE', { peers: [...this.peers.values()], hostId: this.hostId }, sender);
        break;
      case 'PEER_LEAVE':
        this.peers.delete(sender);
        this.log.push(['left', sender]);
        if (sender === this.hostId) {
          this.#elect();
          this.#system('HOST_CHANGE', this.hostId);
        }
        break;
      case 'ROOM_STATE':
        for (const peer of payload.peers)
          this.peers.set(peer.id, peer);
        this.log.push(['state', sender, target, payload.hostId, payload.peers.map(({ id }) => id)]);
        break;
      case 'HOST_CHANGE':
        this.hostId = payload;
        this.log.push(['host', sender, payload]);
        break;
      case 'EVENT':
      case 'BROADCAST':
        this.log.push(['event', sender, payload.event, payload.data]);
        break;
      default:
        this.log.push(['system', sender, action, payload]);
    }
  }

  sendMessage(message) {
    this.raw({ peer_id: this.peerId, message });
  }

  emit(event, data) {
    this.#system('EVENT', { event, data });
  }

  broadcast(event, data) {
    this.#system('BROADCAST', { event, data });
  }

  async closeConnection() {
    this.#system('PEER_LEAVE', {});
    await this.post('leave', {});
    this.channel.close();
    this.pc.close();
  }
}

window.WebRTCConnection = WebRTCConnection;
