/** What a child says: kept in a file of bounded size, its errors shown on the console, the last of them remembered. */
import { type WriteStream, createWriteStream, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const maxBytes = 10 * 1024 * 1024; // then the file becomes <name>.log.1, of which there is one

export class ChildLog {
  readonly file: string;
  /** The last error the child reported, in one line. */
  lastError: string | undefined;
  private stream: WriteStream;
  private bytes = 0;

  constructor(
    folder: string,
    private readonly name: string,
    private readonly problem: (line: string) => void,
  ) {
    this.file = join(folder, `${name}.log`);
    rmSync(`${this.file}.1`, { force: true });
    this.stream = this.open('w');
  }

  /** Keeps every line of the stream; `onLine` may look at them. */
  follow(stream: Readable, onLine: (line: string) => void = () => {}): void {
    const lines = createInterface({ input: stream });
    lines.on('error', () => {});
    lines.on('line', (line) => {
      this.write(line);
      const error = errorIn(line);
      if (error) this.lastError = error;
      if (error && isEntry(line)) this.problem(`${this.name}: ${error}`);
      onLine(line);
    });
  }

  close(): void {
    this.stream.end();
  }

  private write(line: string): void {
    this.bytes += Buffer.byteLength(line) + 1;
    if (this.bytes > maxBytes) {
      this.stream.end();
      renameSync(this.file, `${this.file}.1`);
      this.bytes = 0;
      this.stream = this.open('w');
    }
    this.stream.write(`${line}\n`);
  }

  private open(flags: string): WriteStream {
    return createWriteStream(this.file, { flags, mode: 0o600 }).on('error', () => {});
  }
}

const isEntry = (line: string) => line.startsWith('{');

/** The message of a log entry of level error, or of an uncaught error that Node prints; one line. */
function errorIn(line: string): string | undefined {
  if (!isEntry(line)) return /^(Uncaught )?\w*[Ee]rror\b.*/.exec(line)?.[0];
  try {
    const { level, message } = JSON.parse(line) as { level?: unknown; message?: unknown };
    return level === 'error' ? String(message).replace(/\s*\n\s*/g, '; ') : undefined;
  } catch {
    return undefined;
  }
}
