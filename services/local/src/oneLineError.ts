/** Something the person at the keyboard can put right. The message is one line that says what to do; no stack is shown. */
export class OneLineError extends Error {}

/** Ends a command-line program: one line for what a person can mend, the whole error for a bug. */
export function exitWith(error: unknown): never {
  process.stderr.write(
    error instanceof OneLineError ? `${error.message}\n` : `${String((error as Error)?.stack ?? error)}\n`,
  );
  process.exit(1);
}
