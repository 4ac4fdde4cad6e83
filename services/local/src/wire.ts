/** Counts what a client sends to PostgreSQL, between the two: a proxy that reads the protocol's frontend messages. */
import { type Socket, connect, createServer } from 'node:net';

export interface Wire {
  /** The database's address, through the proxy. */
  url: string;
  /** Statements executed so far, BEGIN and COMMIT included. */
  readonly statements: number;
  close(): Promise<void>;
}

const simpleQuery = 'Q'.charCodeAt(0);
const executePortal = 'E'.charCodeAt(0);

export async function wireTo(databaseUrl: string): Promise<Wire> {
  const target = new URL(databaseUrl);
  let statements = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let pending = Buffer.alloc(0);
    let started = false; // the first message has a length but no type (protocol documentation, 54.7)
    client.on('data', (chunk) => {
      upstream.write(chunk);
      pending = Buffer.concat([pending, chunk as Buffer]);
      for (;;) {
        const header = started ? 1 : 0;
        if (pending.length < header + 4) return;
        const end = header + pending.readUInt32BE(header);
        if (pending.length < end) return;
        if (started && (pending[0] === simpleQuery || pending[0] === executePortal)) statements += 1;
        started = true;
        pending = pending.subarray(end);
      }
    });
    upstream.on('data', (chunk) => client.write(chunk));
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as { port: number }).port);
  return {
    url: url.href,
    get statements() {
      return statements;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
