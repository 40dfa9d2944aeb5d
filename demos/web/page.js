// SPDX-License-Identifier: LGPL-2.1-or-later

import { FileTransfers } from './file-transfer.js';

const find = id => document.getElementById(id);

// ?server=http://host:port/path&key=KEY, by default the public server.
const parameters = new URLSearchParams(location.search);

function peerOptions() {
  const options = { key: parameters.get('key') ?? 'peerjs' };
  if (!parameters.has('server'))
    return options;
  const { hostname, port, pathname, protocol } = new URL(parameters.get('server'));
  const secure = protocol === 'https:';
  return { ...options, host: hostname, port: Number(port) || (secure ? 443 : 80), path: pathname, secure };
}

const peer = new Peer(undefined, peerOptions());
let connection = null;
let transfers = null;

function tell(text) {
  find('status').textContent = text;
}

function setConnected(isConnected) {
  find('files').disabled = !isConnected;
  find('drop').setAttribute('aria-disabled', String(!isConnected));
  find('connect-button').hidden = isConnected;
  find('disconnect').hidden = !isConnected;
}

function use(next) {
  connection?.close();
  connection = next;
  next.on('open', () => {
    tell(`Connected to ${next.peer}`);
    setConnected(true);
    transfers = new FileTransfers(next);
    transfers.addEventListener('offer', ({ detail }) => show(detail));
  });
  next.on('error', ({ message }) => tell(message));
  next.on('close', () => {
    if (connection !== next)
      return;
    connection = null;
    setConnected(false);
    tell(`${next.peer} has gone`);
  });
}

const formatSize = size => {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(size, 1)) / 3), units.length - 1);
  return `${(size / 1000 ** power).toFixed(power > 0 ? 1 : 0)} ${units[power]}`;
};

function button(text, className, onClick) {
  const element = Object.assign(document.createElement('button'), { textContent: text, className });
  element.addEventListener('click', onClick);
  return element;
}

function download(transfer) {
  return Object.assign(document.createElement('a'), {
    className: 'button save',
    textContent: 'Save',
    href: URL.createObjectURL(transfer.blob),
    download: transfer.name,
  });
}

function buttonsFor(transfer) {
  if (transfer.state === 'offered' && transfer.isIncoming)
    return [button('Accept', 'accept', () => transfer.accept()), button('Refuse', 'plain refuse', () => transfer.refuse('not wanted'))];
  if (transfer.state === 'complete' && transfer.isIncoming)
    return [download(transfer)];
  return transfer.hasEnded ? [] : [button('Cancel', 'plain cancel', () => transfer.cancel())];
}

const NOTES = {
  offered: transfer => (transfer.isIncoming ? 'offered' : 'waiting for the other side'),
  active: transfer => (transfer.isIncoming ? 'receiving' : 'sending'),
  complete: () => 'complete, SHA-256 verified',
  failed: transfer => transfer.error,
};

// A transfer in the list, and what becomes of it.
function show(transfer) {
  const item = find('transfer').content.firstElementChild.cloneNode(true);
  const part = name => item.querySelector(name);
  const begun = performance.now();
  let shown = null;

  const update = () => {
    const { state, transferred, size, isIncoming } = transfer;
    const rate = transferred / ((performance.now() - begun) / 1000);
    part('.figures').textContent = state === 'active'
      ? `${formatSize(transferred)} of ${size === null ? '?' : formatSize(size)} · ${formatSize(rate)}/s`
      : formatSize(size ?? transferred);
    if (size > 0)
      part('progress').value = transferred / size;
    if (state === 'complete')
      part('progress').value = 1;
    if (state === shown)
      return;
    shown = state;
    item.className = `card transfer ${state} ${isIncoming ? 'incoming' : 'outgoing'}`;
    part('.direction').textContent = isIncoming ? '↓' : '↑';
    part('.note').textContent = NOTES[state](transfer);
    part('.buttons').replaceChildren(...buttonsFor(transfer));
  };

  part('.name').textContent = transfer.name;
  part('.name').title = transfer.name;
  transfer.addEventListener('change', update);
  update();
  find('transfers').prepend(item);
}

function sendFiles(files) {
  if (connection?.open) {
    for (const file of files)
      show(transfers.send(file));
  }
}

peer.on('open', id => {
  find('own-id').textContent = id;
  find('connect-button').disabled = false;
  tell('Ready');
});
peer.on('connection', use);
peer.on('error', ({ message }) => tell(message));

find('connect').addEventListener('submit', event => {
  event.preventDefault();
  tell('Connecting…');
  use(peer.connect(find('other-id').value.trim(), { reliable: true }));
});
find('disconnect').addEventListener('click', () => connection.close());
find('files').addEventListener('change', ({ target }) => {
  sendFiles([...target.files]);
  target.value = '';
});

const drop = find('drop');
for (const name of ['dragover', 'dragleave', 'drop']) {
  drop.addEventListener(name, event => {
    event.preventDefault();
    drop.classList.toggle('over', name === 'dragover');
  });
}
drop.addEventListener('drop', ({ dataTransfer }) => sendFiles([...dataTransfer.files]));
