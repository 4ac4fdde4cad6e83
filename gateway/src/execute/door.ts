/** Closed until somebody opens it for all who wait. */
export class Door {
  readonly passed: Promise<void>;
  #isOpen = false;
  #open!: () => void;
  #lock!: (error: unknown) => void;

  constructor() {
    this.passed = new Promise((resolve, reject) => {
      this.#open = resolve;
      this.#lock = reject;
    });
    this.passed.catch(() => undefined); // told to who waits, if anybody does
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  open(): void {
    this.#isOpen = true;
    this.#open();
  }

  /** Nobody gets through any more, unless it is open already. */
  lock(error: unknown): void {
    this.#lock(error);
  }
}
