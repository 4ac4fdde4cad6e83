/** Waits for `work`, at most `limitMs`. False when the time ran out. The timer keeps no process alive. */
export async function within(limitMs: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), limitMs)));
  try {
    return await Promise.race([work.then(() => true as const), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks `condition` again and again until it holds; false when `limitMs` ran out. */
export async function until(
  limitMs: number,
  condition: () => boolean | Promise<boolean>,
  everyMs = 25,
): Promise<boolean> {
  const end = Date.now() + limitMs;
  for (;;) {
    if (await condition()) return true;
    if (Date.now() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
