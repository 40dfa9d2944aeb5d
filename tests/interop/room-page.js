// SPDX-License-Identifier: LGPL-2.1-or-later

// A member of a room over a PeerJS server, with PeerJS alone: what the page
// about rooms of the documentation tells web pages to do.

/* global Peer */

const query = new URLSearchParams(location.search);
const room = query.get('room');
const joined = Date.now();
const links = new Map(); // id -> { connection, serial, session, isWelcome }
const peer = new Peer(query.get('id'), {
  host: location.hostname,
  port: Number(query.get('port')),
  secure: false,
  config: { iceServers: [] },
});

function log(text) {
  const item = document.createElement('li');
  item.textContent = text;
  document.querySelector('#log').append(item);
}

const system = (action, payload) => ({ type: 'SYSTEM', action, payload, peer_id: peer.id, timestamp: Date.now() });
const hello = () => system('PEER_JOIN', { timestamp: joined, metadata: { from: 'a page' } });

// Everybody who has said both hello and welcome, and this page.
function members() {
  const all = [[joined * 1000, peer.id]];
  for (const [id, { serial, isWelcome }] of links) {
    if (serial && isWelcome)
      all.push([serial, id]);
  }
  return all.sort(([a, idA], [b, idB]) => a - b || (idA < idB ? -1 : 1)).map(([, id]) => id);
}

function welcome() {
  const ids = [peer.id, ...links.keys()];
  return system('ROOM_STATE', { peers: ids.map(id => ({ id })), hostId: members()[0] });
}

const showRoster = () => (document.querySelector('#roster').textContent = members().join(' '));

function handleSystem(link, id, { action, payload }) {
  if (action === 'PEER_JOIN') {
    link.serial = payload.serial ?? payload.timestamp * 1000;
    if (link.isOutgoing)
      link.connection.send(hello());
    link.connection.send(welcome());
  } else if (action === 'ROOM_STATE') {
    link.isWelcome = true;
    for (const other of payload.peers)
      connectTo(other.id ?? other);
  } else if (action === 'PEER_LEAVE') {
    link.connection.close();
  } else if (action === 'EVENT' || action === 'BROADCAST') {
    log(`${id}: ${payload.event} ${JSON.stringify(payload.data)}`);
  }
  showRoster();
}

function addLink(connection, isOutgoing) {
  const id = connection.peer;
  const link = { connection, isOutgoing };
  links.set(id, link);
  connection.on('open', () => {
    if (!isOutgoing)
      connection.send(hello());
  });
  connection.on('data', frame => {
    if (frame.type === 'SYSTEM')
      handleSystem(link, id, frame);
    else
      log(`${id}: ${frame.message}`);
  });
  connection.on('close', () => {
    if (links.get(id) === link)
      links.delete(id);
    showRoster();
  });
}

function connectTo(id) {
  if (id !== peer.id && !links.has(id))
    addLink(peer.connect(id, { reliable: true }), true);
}

// The room's name is the id of a member who tells who is there.
function knock() {
  const door = peer.connect(room, { reliable: true });
  door.on('data', ({ payload }) => {
    door.close();
    for (const other of payload.peers)
      connectTo(other.id ?? other);
  });
}

peer.on('open', knock);
peer.on('connection', connection => {
  // When both sides connect, the connection of the smaller id stays.
  const own = links.get(connection.peer);
  if (own?.isOutgoing && !own.connection.open && peer.id < connection.peer)
    connection.close();
  else
    addLink(connection, false);
});
peer.on('error', ({ type }) => log(`error: ${type}`));

function sendAll(frame) {
  for (const { connection, serial, isWelcome } of links.values()) {
    if (serial && isWelcome)
      connection.send(frame);
  }
}

window.say = message => sendAll({ peer_id: peer.id, message });
window.emitEvent = (event, data) => sendAll(system('EVENT', { event, data }));
window.leave = () => {
  sendAll(system('PEER_LEAVE', {}));
  for (const { connection } of links.values())
    connection.close({ flush: true });
};
