/**
 * The load, in a process of its own: so many connections, each asking again as soon as it is answered, for so many
 * seconds. Every answer must be 200 and as long as the one that was checked; one that is not ends the run.
 */
import { Client } from 'undici';

async function run({ origin, path, headers, body, connections, seconds, bytes }) {
  const clients = Array.from({ length: connections }, () => new Client(origin));
  const until = performance.now() + seconds * 1000;
  let requests = 0;
  const askAgain = (client) =>
    new Promise((resolve, reject) => {
      let length;
      const next = () => {
        if (performance.now() >= until) return resolve();
        length = 0;
        client.dispatch({ method: 'POST', path, headers, body }, handler);
      };
      const handler = {
        onRequestStart: () => undefined,
        onResponseStart(_, status) {
          if (status !== 200) reject(new Error(`${origin}${path} answered ${status} under load`));
        },
        onResponseData: (_, chunk) => void (length += chunk.length),
        onResponseEnd() {
          if (length !== bytes) return reject(new Error(`${origin}${path} answered ${length} bytes, not ${bytes}`));
          requests++;
          next();
        },
        onResponseError: (_, error) => reject(error),
      };
      next();
    });
  try {
    await Promise.all(clients.map(askAgain));
    return { requests };
  } catch (error) {
    return { error: String(error) };
  } finally {
    await Promise.all(clients.map((client) => client.destroy()));
  }
}

process.on('message', (job) => void run(job).then((result) => process.send(result)));
process.on('disconnect', () => process.exit());
