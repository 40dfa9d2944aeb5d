// SPDX-License-Identifier: LGPL-2.1-or-later

// What the benchmarks do with a connection in the page, as native-measure.c
// does. Where something is measured, done() gets the milliseconds.

const DONE = 'done';

export const measures = {
  // Sends every value back.
  echo(connection) {
    connection.on('data', value => connection.send(value));
  },

  // Says when so many bytes have come.
  sink(connection, { bytes }) {
    let missing = bytes;
    connection.on('data', value => {
      missing -= value.byteLength;
      if (missing === 0)
        connection.send(DONE);
    });
  },

  // Round trips of a small message, against echo.
  ping(connection, { count }, done) {
    const start = performance.now();
    let missing = count;
    connection.on('data', value => {
      if (--missing > 0)
        connection.send(value);
      else
        done([(performance.now() - start) / count]);
    });
    connection.send('ping');
  },

  // Large messages in one direction, against sink.
  bulk(connection, { size, count }, done) {
    const start = performance.now();
    connection.on('data', () => done([performance.now() - start]));
    for (let index = 0; index < count; index++)
      connection.send(new Uint8Array(size));
  },
};

// New connections one after another, from the call to the signal.
export function openings(peer, remote, count, done) {
  const milliseconds = [];
  const open = () => {
    const start = performance.now();
    const connection = peer.connect(remote);
    connection.on('open', () => {
      milliseconds.push(performance.now() - start);
      connection.close();
    });
    connection.on('close', () => (milliseconds.length < count ? open() : done(milliseconds)));
  };
  open();
}
