/** Counts what a client sends to PostgreSQL, between the two: a proxy that reads the protocol's frontend messages. */
import { type Socket, connect, createServer } from 'node:net';

export interface Wire {
  /** The database's address, through the proxy. */
  url: string;
  /** Statements executed so far, BEGIN and COMMIT included. */
  readonly statements: number;
  close(): Promise<void>;
}

/** `ignoring` leaves out statements by their text: what goes on without anybody asking. */
export async function wireTo(databaseUrl: string, { ignoring }: { ignoring?: RegExp } = {}): Promise<Wire> {
  const target = new URL(databaseUrl);
  let statements = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let pending = Buffer.alloc(0);
    let started = false; // the first message has a length but no type (protocol documentation, 54.7)
    let statement = '';
    const meet = (type: string, body: Buffer) => {
      const texts = body.toString('utf8').split('\0');
      if (type === 'Q') statement = texts[0]!;
      if (type === 'P') statement = texts[1]!; // after the name of the prepared statement
      if ((type === 'Q' || type === 'E') && !ignoring?.test(statement)) statements += 1;
    };
    client.on('data', (chunk) => {
      upstream.write(chunk);
      pending = Buffer.concat([pending, chunk as Buffer]);
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
