/** One JSON object per line on standard error, so that any collector can read it. Never log tokens, passports or content. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

const plain = (value: unknown): unknown =>
  value instanceof Error
    ? {
        name: value.name,
        message: value.message,
        stack: value.stack,
        ...(value.cause ? { cause: plain(value.cause) } : {}),
      }
    : value;

/** A log that says which process speaks: `createLog('practice')`. */
export function createLog(service: string, write: (line: string) => void = (line) => process.stderr.write(line)): Log {
  const say =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}) =>
      write(
        JSON.stringify({
          at: new Date().toISOString(),
          level,
          service,
          message,
          ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(value)])),
        }) + '\n',
      );
  return { info: say('info'), error: say('error') };
}
