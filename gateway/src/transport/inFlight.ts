/** Equal requests that are under way at the same time, sent once: each who asks gets the text, and may go. */
import { Departure, type Signal } from '../signal.js';

interface Shared {
  text: Promise<string>;
  departure: Departure;
  waiting: number;
}

export class InFlight {
  readonly #underWay = new Map<string, Shared>();

  /** `send` is called for the first who asks; its signal is aborted when the last who waits has gone. */
  ask(key: string, gone: Signal, send: (signal: Signal) => Promise<string>): Promise<string> {
    const shared = this.#underWay.get(key) ?? this.#begin(key, send);
    shared.waiting++;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        gone.removeEventListener('abort', abandon);
        if (--shared.waiting > 0) return;
        this.#forget(key, shared); // who asks from now on does not join what is being given up
        shared.departure.abort();
      };
      const abandon = (): void => {
        leave();
        reject(new Error('nobody waits for the answer any more'));
      };
      if (gone.aborted) return abandon();
      gone.addEventListener('abort', abandon);
      shared.text.then(
        (text) => {
          if (!gone.aborted) leave();
          resolve(text);
        },
        (error: Error) => {
          if (!gone.aborted) leave();
          reject(error);
        },
      );
    });
  }

  #begin(key: string, send: (signal: Signal) => Promise<string>): Shared {
    const departure = new Departure();
    const shared: Shared = { departure, waiting: 0, text: send(departure) };
    this.#underWay.set(key, shared);
    const forget = (): void => this.#forget(key, shared);
    shared.text.then(forget, forget);
    return shared;
  }

  #forget(key: string, shared: Shared): void {
    if (this.#underWay.get(key) === shared) this.#underWay.delete(key);
  }
}
