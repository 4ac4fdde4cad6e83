/** The bytes of a request, as text. Listens from the start, so that they come in while it is found out who asks. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { BadRequest } from './refusals.js';

export class IncomingBody {
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #ended = false;
  #failure: Error | null = null;
  #settle: (() => void) | null = null;

  constructor(request: IncomingMessage, most: number) {
    request.on('data', (chunk: Buffer) => {
      this.#size += chunk.length;
      if (this.#size <= most) this.#chunks.push(chunk);
      else this.#end(tooLarge(most));
    });
    request.on('end', () => this.#end(null));
    request.on('error', (error) => this.#end(error)); // the client is gone
  }

  /** Rejects with a `BadRequest`, or because the client is gone. */
  async text(): Promise<string> {
    if (!this.#ended) await new Promise<void>((resolve) => (this.#settle = resolve));
    if (this.#failure) throw this.#failure;
    const bytes = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#size);
    if (!isUtf8(bytes)) throw new BadRequest('The body is not UTF-8.');
    return bytes.toString();
  }

  #end(failure: Error | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#settle?.();
  }
}

export const tooLarge = (most: number): BadRequest => new BadRequest(`A body may have ${most} bytes.`, 413);
