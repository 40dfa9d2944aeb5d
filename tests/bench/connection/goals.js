// SPDX-License-Identifier: LGPL-2.1-or-later

// What is compared with what, and where there is a goal for it.

const OURS = 'libpeerglib';
const OUR_PAIR = 'libpeerglib to libpeerglib';
const PEERJS = 'PeerJS to PeerJS';

// Of these more is better.
const RATES = new Set(['bulk']);

const GOALS = {
  'open-first': { webrtcbin: 1 / 6 },
  'open': { webrtcbin: 1 / 4, libwebrtc: 1.5, [PEERJS]: 1 / 2 },
  'threads': { webrtcbin: 1 },
  'memory': { webrtcbin: 1 },
  'ping': { webrtcbin: 0.8, [PEERJS]: 0.5 },
  'bulk': { webrtcbin: 1.3, libdatachannel: 1.2, libwebrtc: 1, [PEERJS]: 5 },
};

// Pairs of links: one and what it is held against.
export function comparisons(links) {
  const references = { [OURS]: ['webrtcbin', 'libdatachannel', 'libwebrtc'], 'transport': ['webrtcbin'] };
  for (const pair of ['libpeerglib to PeerJS', 'PeerJS to libpeerglib', OUR_PAIR])
    references[pair] = [PEERJS];
  return Object.entries(references).flatMap(([link, others]) =>
    others.filter(other => links.has(link) && links.has(other)).map(other => [link, other]));
}

// The measure of another that one of ours is held against: those know no
// serializations, and sizes near enough.
export function counterpart(link, { measure, serialization, size }) {
  if (link.includes(' to '))
    return { measure, serialization, size };
  return { measure, serialization: serialization && 'raw', size: size && 2 ** Math.round(Math.log2(size)) };
}

export function judge(link, reference, measure, value) {
  const bound = link === OURS || link === OUR_PAIR ? GOALS[measure]?.[reference] : undefined;
  if (bound === undefined)
    return {};
  return RATES.has(measure)
    ? { at_least: bound, met: value >= bound }
    : { at_most: bound, met: value <= bound };
}
