/** How long to wait before connecting again: with jitter, so that those who lost a hub together come back spread out. */

export interface BackOff {
  /** At most so long before the first attempt when the hub said that it, or another, is there. */
  soonMs: number;
  /** About so long before the first attempt otherwise, and twice as long before each further one; */
  firstMs: number;
  /** until it is this. */
  mostMs: number;
}

export const backOff: BackOff = { soonMs: 250, firstMs: 1_000, mostMs: 30_000 };

/** `failures`: attempts that came to nothing, one after the other; the one that just ended counts. */
export function waitMs(
  soon: boolean,
  failures: number,
  { soonMs, firstMs, mostMs }: BackOff,
  random: () => number = Math.random,
): number {
  if (soon && failures <= 1) return random() * soonMs;
  const most = Math.min(mostMs, firstMs * 2 ** (failures - 1));
  return most / 2 + (random() * most) / 2;
}

/** Resolves after `ms`, or at once when aborted. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
