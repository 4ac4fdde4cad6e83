/** Counts what passes between two of the hub's processes: SQL statements to PostgreSQL, requests to a service. */
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { type AddressInfo, type Server as NetServer, type Socket, connect, createServer } from 'node:net';

export interface Counter {
  /** The address to use instead. */
  url: string;
  count: number;
  close(): Promise<void>;
}

const host = '127.0.0.1';

/** Listens, and answers the URL with this address in it. */
async function instead(url: string, server: NetServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const own = new URL(url);
  own.hostname = host;
  own.port = String((server.address() as AddressInfo).port);
  return own.href;
}

/** What goes on without anybody asking: waking and polling for events, and practice following membership's log. */
const background = /^select last from \w+|read_membership_events|membership_progress|pg_notify/;

/**
 * A proxy in front of a database that reads the frontend messages of the protocol (postgresql.org/docs/18/protocol-message-formats.html)
 * and counts each statement executed: BEGIN, COMMIT and set_config included.
 */
export async function countStatements(databaseUrl: string): Promise<Counter> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const counter = { url: '', count: 0 };
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let pending = Buffer.alloc(0);
    let started = false; // the first message has a length but no type
    let statement = '';
    const meet = (type: string, body: Buffer) => {
      const texts = body.toString('utf8').split('\0');
      if (type === 'Q') statement = texts[0]!;
      if (type === 'P') statement = texts[1]!; // after the name of the prepared statement
      if ((type === 'Q' || type === 'E') && !background.test(statement)) counter.count += 1;
    };
    client.on('data', (chunk: Buffer) => {
      upstream.write(chunk);
      pending = Buffer.concat([pending, chunk]);
      for (;;) {
        const header = started ? 1 : 0;
        if (pending.length < header + 4) return;
        const end = header + pending.readUInt32BE(header);
        if (pending.length < end) return;
        if (started) meet(String.fromCharCode(pending[0]!), pending.subarray(5, end));
        started = true;
        pending = pending.subarray(end);
      }
    });
    upstream.on('data', (chunk) => client.write(chunk));
    tie(client, upstream, sockets);
  });
  return Object.assign(counter, { url: await instead(databaseUrl, server), close: () => closed(server, sockets) });
}

/** A proxy in front of a service that counts its requests; WebSockets pass uncounted. */
export async function countRequests(serviceUrl: string): Promise<Counter> {
  const target = new URL(serviceUrl);
  const sockets = new Set<Socket>();
  const counter = { url: '', count: 0 };
  const server = createHttpServer((incoming, answer) => {
    counter.count += 1;
    const { method, url, headers } = incoming;
    const outgoing = httpRequest({ host: target.hostname, port: target.port, path: url, method, headers }, (reply) => {
      answer.writeHead(reply.statusCode!, reply.headers);
      reply.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', ({ method, url, rawHeaders }, client: Socket, head: Buffer) => {
    const upstream = connect(Number(target.port), target.hostname);
    const lines = Array.from(
      { length: rawHeaders.length / 2 },
      (_, i) => `${rawHeaders[2 * i]}: ${rawHeaders[2 * i + 1]}`,
    );
    upstream.write(`${[`${method} ${url} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`);
    upstream.write(head);
    upstream.pipe(client).pipe(upstream);
    tie(client, upstream, sockets);
  });
  return Object.assign(counter, { url: await instead(serviceUrl, server), close: () => closed(server, sockets) });
}

function tie(one: Socket, other: Socket, sockets: Set<Socket>): void {
  for (const [socket, peer] of [
    [one, other],
    [other, one],
  ] as const) {
    sockets.add(socket);
    socket.on('error', () => peer.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      peer.destroy();
    });
  }
}

async function closed(server: NetServer, sockets: Set<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}
