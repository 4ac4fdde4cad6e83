/**
 * When and why this process is to end: a signal, or whoever started it is gone (npm was killed: no signal tells us).
 * Listens from the first moment to the last: taking a handler away and adding another would lose a signal that came
 * between, while modules were loading.
 */
const parent = process.ppid;
const everyMs = 300;

/** @type {Promise<{ why: string, code: number }>} */
export const ending = new Promise((end) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end({ why: signal, code: 0 }));
  setInterval(() => {
    if (process.ppid !== parent) end({ why: 'whoever started the hub is gone', code: 1 });
  }, everyMs).unref();
});
