/**
 * The load, in a process of its own: so many connections, each asking the next of a list as soon as it is answered, for
 * so many seconds. Every answer has to be 200 and without errors.
 */
import { Client } from 'undici';

async function run({ origin, requests, connections, seconds }) {
  const clients = Array.from({ length: connections }, () => new Client(origin));
  const until = performance.now() + seconds * 1000;
  let asked = 0;
  let answered = 0;
  const askAgain = async (client) => {
    while (performance.now() < until) {
      const { passport, body } = requests[asked++ % requests.length];
      const headers = { 'content-type': 'application/json', accept: 'application/json', 'hub-passport': passport };
      const response = await client.request({ method: 'POST', path: '/graphql', headers, body });
      const text = await response.body.text();
      if (response.statusCode !== 200 || text.includes('"errors"')) throw new Error(`${response.statusCode} ${text}`);
      answered++;
    }
  };
  try {
    await Promise.all(clients.map(askAgain));
    return { answered };
  } catch (error) {
    return { error: String(error).slice(0, 500) };
  } finally {
    await Promise.all(clients.map((client) => client.destroy()));
  }
}

process.on('message', (job) => void run(job).then((result) => process.send(result)));
process.on('disconnect', () => process.exit());
