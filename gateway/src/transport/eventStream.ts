/** Server-sent events on a response (html.spec.whatwg.org/multipage/server-sent-events.html). */
import type { ServerResponse } from 'node:http';

/** About how long a client waits before it comes back, by chance, so that those who lost a gateway together are spread. */
const comeBackMs = { least: 1_000, most: 4_000 };

export class EventStream {
  readonly #response: ServerResponse;

  /** Answers 200 at once. A comment is sent every so often, so that nobody on the way takes it for dead. */
  constructor(response: ServerResponse, headers: readonly string[], heartbeatMs: number) {
    this.#response = response;
    const { least, most } = comeBackMs;
    response.writeHead(200, [
      ...['content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache, no-transform'],
      ...['x-accel-buffering', 'no', ...headers],
    ]);
    response.write(`retry: ${Math.round(least + Math.random() * (most - least))}\n\n`);
    // What waits to be written says as much as a comment.
    const heartbeat = setInterval(() => response.writableLength === 0 && response.write(':\n\n'), heartbeatMs);
    response.on('close', () => clearInterval(heartbeat));
  }

  /** `data` is of one line. Resolves when it has been written, to whether it has. */
  send(event: string, data: string, id?: string): Promise<boolean> {
    const place = id !== undefined && !/[\0\r\n]/.test(id) ? `id: ${id}\n` : '';
    return new Promise((resolve) => {
      if (this.#response.writableEnded || this.#response.destroyed) return resolve(false);
      this.#response.write(`event: ${event}\n${place}data: ${data}\n\n`, (error) => resolve(!error));
    });
  }

  end(): void {
    this.#response.end();
  }

  /** Without waiting for the reader. */
  cut(): void {
    this.#response.destroy();
  }
}
