/** Reads the environment once, at the start of a process, and reports everything that is missing or wrong at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Reader<T> = { read: (value: string) => T; fallback?: T; hint: string };

/** A required setting: `parse` throws with what is allowed when the value is not. */
export const required = <T>(hint: string, parse: (value: string) => T): Reader<T> => ({ read: parse, hint });
/** A setting with a default. */
export const optional = <T>(hint: string, parse: (value: string) => T, fallback: T): Reader<T> => ({
  read: parse,
  fallback,
  hint,
});

export const text = (value: string): string => value;
export const port = (value: string): number => {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > 65535) throw new Error('a port from 0 to 65535');
  return number;
};
export const url = (value: string): string => {
  if (!URL.canParse(value)) throw new Error('an absolute URL');
  return value;
};
export const json = <T>(value: string): T => JSON.parse(value) as T;
export const key32 = (value: string): Buffer => {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length !== 32) throw new Error('32 bytes in base64');
  return bytes;
};

/** Turns `{ PORT: optional(…) }` and an environment into typed values; throws `ConfigError` naming every fault. */
export function readConfig<S extends Record<string, Reader<unknown>>>(
  env: NodeJS.ProcessEnv,
  shape: S,
): { [K in keyof S]: S[K] extends Reader<infer T> ? T : never } {
  const faults: string[] = [];
  const values = Object.entries(shape).map(([name, { read, fallback, hint }]) => {
    const raw = env[name];
    if (raw === undefined || raw === '') {
      if (fallback === undefined) faults.push(`${name} is missing: ${hint}`);
      return [name, fallback];
    }
    try {
      return [name, read(raw)];
    } catch {
      faults.push(`${name} is malformed: ${hint}`); // the value itself may be a secret
      return [name, undefined];
    }
  });
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
  return Object.fromEntries(values) as never;
}
