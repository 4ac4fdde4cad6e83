/**
 * What spares a service that is down, and those who wait for it. *Breaker*: after so many failures in a row nobody is
 * sent there for a while, then one is, to see. *Retries* are paid for by requests that went well, so that a service
 * in trouble does not get several times its load.
 */
export interface BreakerOptions {
  /** Failures in a row that open it. */
  failures: number;
  /** How long it stays open before one is let through. */
  openMs: number;
  now: () => number;
}

export class Breaker {
  readonly #options: BreakerOptions;
  #failures = 0;
  #openUntil = 0;
  #credit = mostCredit;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  /** Whether a request may be sent. Who is let through while it is open has to report how it went. */
  admits(): boolean {
    if (this.#failures < this.#options.failures) return true;
    const now = this.#options.now();
    if (now < this.#openUntil) return false;
    this.#openUntil = now + this.#options.openMs; // one goes to see; the others wait for what it reports
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    if (this.#credit < mostCredit) this.#credit += creditPerSuccess;
  }

  failed(): void {
    if (++this.#failures >= this.#options.failures) this.#openUntil = this.#options.now() + this.#options.openMs;
  }

  /** Whether a retry can be afforded. */
  mayRetry(): boolean {
    if (this.#credit < 1) return false;
    this.#credit -= 1;
    return true;
  }
}

const mostCredit = 10;
const creditPerSuccess = 0.1; // in the long run one retry for ten requests
