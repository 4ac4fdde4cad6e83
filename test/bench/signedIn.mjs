/**
 * What it costs to ask for somebody: with who they are kept, as the gateway does while it hears membership's log, and
 * looked up for each request, as it does otherwise. Here the second has a session of its own for each token, so that
 * nothing of it is kept; everything else is the same, in turns, in the same run.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT, importJWK } from 'jose';
import { Pool } from 'undici';

const rounds = 6;
const requests = 500; // per way and round
const atOnce = 8;
const query = '{ __typename }'; // no service is asked: what is left is the door

export async function signedIn({ url, data }) {
  const read = (name) => JSON.parse(readFileSync(join(data, name), 'utf8'));
  const { issuer, audience } = read('running.json');
  const { signingKey } = read('secrets.json').identityProvider;
  const key = await importJWK(signingKey, 'ES256');
  const token = (claims) =>
    new SignJWT({ iss: issuer, aud: audience, sub: 'focal-point:KEN', ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: signingKey.kid })
      .setIssuedAt()
      .setExpirationTime('10m')
      .sign(key);
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: atOnce });
  const ask = async (authorization) => {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: pathname,
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      body: JSON.stringify({ query }),
    });
    const { errors } = await body.json();
    if (statusCode !== 200 || errors) throw new Error(`answered ${statusCode}: ${JSON.stringify(errors)}`);
  };
  const ways = {
    kept: (i) => token({ jti: String(i) }),
    'looked up': (i) => token({ sid: `${i}` }),
    anonymous: async () => undefined,
  };
  const took = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, make] of Object.entries(ways)) {
      const shown = await Promise.all(
        Array.from({ length: requests }, async (_, i) => {
          const made = await make(round * requests + i);
          return made && `Bearer ${made}`;
        }),
      );
      const begun = performance.now();
      await Promise.all(
        Array.from({ length: atOnce }, async (_, lane) => {
          for (let i = lane; i < requests; i += atOnce) await ask(shown[i]);
        }),
      );
      if (round > 0) took[name].push((performance.now() - begun) / requests); // the first warms up
    }
  await pool.close();
  const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
  const ms = Object.fromEntries(Object.entries(took).map(([name, list]) => [name, Number(median(list).toFixed(3))]));
  const ratio = Number((ms['looked up'] / ms.kept).toFixed(2));
  return {
    lines: [
      `a request takes ${ms.kept} ms, ${ms['looked up']} ms when who asks is looked up (× ${ratio}), ${ms.anonymous} ms as anybody`,
    ],
    json: { msPerRequest: ms, ratio, requests: requests * (rounds - 1) },
    met: true,
  };
}
