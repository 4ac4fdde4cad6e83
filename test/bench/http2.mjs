/**
 * What a request to a service costs the process that sends it: HTTP/1.1 over kept-alive connections against HTTP/2 in
 * clear text, by the client the gateway uses, to the same server in another process. The reason why the gateway speaks
 * HTTP/1.1 to its services; when this says otherwise, it should not.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { fileURLToPath } from 'node:url';
import { H2CClient, Pool } from 'undici';

const body = JSON.stringify({ query: '{ practices { id title } }', variables: { first: 20 } });
const answer = JSON.stringify({ data: { text: 'x'.repeat(2_000) } });
const headers = { 'content-type': 'application/json', accept: 'application/json', 'hub-passport': 'x'.repeat(600) };
const lanes = 16;
const requests = 6_000;
const rounds = 5;

/** In the other process: answers both ways, and tells on which ports. */
async function serve() {
  const respond = (request, response) => {
    request.resume();
    request.once('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(answer);
    });
  };
  const ports = [];
  for (const server of [createServer(respond), createHttp2Server(respond)]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ports.push(server.address().port);
  }
  process.send(ports);
  process.once('disconnect', () => process.exit());
}

/** CPU microseconds of this process per request. */
async function cost(pool) {
  let left = requests;
  const before = process.cpuUsage();
  const lane = async () => {
    while (left-- > 0) {
      const { statusCode, body: got } = await pool.request({ method: 'POST', path: '/', headers, body });
      const text = await got.text();
      if (statusCode !== 200 || text !== answer) throw new Error(`answered ${statusCode} ${text.slice(0, 100)}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requests;
}

export async function http2() {
  const server = fork(fileURLToPath(import.meta.url), ['serve']);
  const [[one, two]] = await once(server, 'message');
  const pools = {
    'HTTP/1.1': new Pool(`http://127.0.0.1:${one}`, { connections: 128 }),
    'HTTP/2': new H2CClient(`http://127.0.0.1:${two}`, { pipelining: lanes, maxConcurrentStreams: 100 }),
  };
  try {
    const ratios = [];
    for (let round = 0; round <= rounds; round++) {
      const spent = {};
      for (const [name, pool] of Object.entries(pools)) spent[name] = await cost(pool);
      if (round > 0) ratios.push(spent['HTTP/2'] / spent['HTTP/1.1']); // the first warms up
    }
    const ratio = ratios.toSorted((a, b) => a - b)[Math.floor(rounds / 2)];
    const met = ratio >= 1;
    return {
      lines: [
        `a request over HTTP/2 costs ${ratio.toFixed(2)} × one over HTTP/1.1 (the gateway speaks HTTP/1.1: aim ≥ 1) ${met ? 'met' : 'MISSED'}`,
      ],
      json: { ratio, ratios },
      met,
    };
  } finally {
    await Promise.all(Object.values(pools).map((pool) => pool.close()));
    server.disconnect();
    await once(server, 'exit');
  }
}

if (process.argv[2] === 'serve' && process.send) await serve();
