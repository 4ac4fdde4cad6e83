/**
 * Events between a stream that pushes and a reader who pulls, bounded. Written by hand, not as a generator: `return`
 * must end the stream at once, also while `next` waits for an event.
 */
export interface QueueOptions {
  maxEvents: number;
  maxBytes: number;
  /** Called once, whoever ends it: the reader, the stream, or the bound. */
  onEnd: () => void;
  /** Called when more waits than may; the queue has ended and dropped what waited. */
  onOverflow: () => void;
}

export class EventQueue<T extends object> implements AsyncIterableIterator<T> {
  readonly #options: QueueOptions;
  readonly #waiting: { event: T; bytes: number }[] = [];
  readonly #readers: { resolve: (result: IteratorResult<T, undefined>) => void; reject: (error: unknown) => void }[] =
    [];
  #bytes = 0;
  #ended = false;
  #error: unknown;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** `bytes`: what it weighs while it waits. */
  push(event: T, bytes: number): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader) return reader.resolve({ done: false, value: event });
    this.#waiting.push({ event, bytes });
    this.#bytes += bytes;
    if (this.#waiting.length <= this.#options.maxEvents && this.#bytes <= this.#options.maxBytes) return;
    this.#waiting.length = 0;
    this.end();
    this.#options.onOverflow();
  }

  /** No more events. What waits is still read; then comes the error, if there is one. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#options.onEnd();
    for (const reader of this.#readers.splice(0)) this.#finish(reader.resolve, reader.reject);
  }

  /** What waits is not read any more. */
  drop(): void {
    this.#waiting.length = 0;
    this.#bytes = 0;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const next = this.#waiting.shift();
    if (next) {
      this.#bytes -= next.bytes;
      return Promise.resolve({ done: false, value: next.event });
    }
    return new Promise((resolve, reject) => {
      if (this.#ended) this.#finish(resolve, reject);
      else this.#readers.push({ resolve, reject });
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#waiting.length = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish(resolve: (result: IteratorResult<T, undefined>) => void, reject: (error: unknown) => void): void {
    const error = this.#error;
    this.#error = undefined; // thrown once, then the stream is over
    if (error === undefined) resolve({ done: true, value: undefined });
    else reject(error);
  }
}
