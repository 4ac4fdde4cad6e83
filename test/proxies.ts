/** Counts the requests that pass from the gateway to a service. */
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { type AddressInfo, type Server as NetServer, type Socket, connect } from 'node:net';

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
