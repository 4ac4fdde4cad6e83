/**
 * Everything the contestants talk to, in one process: the four subgraphs, an identity provider, membership and an
 * OpenTelemetry collector, all of them stand-ins. A subgraph answers by the bytes it answered the same body with before,
 * so that it costs next to nothing; new ones are computed. (The key is the body as it came: to normalise a document costs
 * more than the request, and `misses` tells whether a contestant never asks the same twice.)
 *
 * Says `{origin, token, passportKey}` when it listens, and answers the message `counts`.
 */
import { createServer } from 'node:http';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { answer, names } from './subgraphs.mjs';

const mostKept = 20_000; // answers; far more than a run has, if requests repeat
const counts = { requests: 0, misses: 0, exported: 0 };
const json = { 'content-type': 'application/json' };

const known = new Map(names.map((name) => [`/${name}`, new Map()]));

function replay(path, body) {
  const answers = known.get(path);
  counts.requests++;
  let bytes = answers.get(body);
  if (!bytes) {
    counts.misses++;
    if (answers.size >= mostKept) answers.clear();
    bytes = Buffer.from(JSON.stringify(answer(path.slice(1), JSON.parse(body))));
    answers.set(body, bytes);
  }
  return bytes;
}

const signIn = await generateKeyPair('ES256');
const passports = await generateKeyPair('Ed25519', { extractable: true });
const jwks = { keys: [{ ...(await exportJWK(signIn.publicKey)), alg: 'ES256', kid: 'bench' }] };
const member = {
  kind: 'person',
  key: '00000000-0000-4000-8000-000000000001',
  roles: [{ role: 'FOCAL_POINT', of: 's:KEN', groups: ['s:KEN', 'b:igad', 'b:eac'] }],
  scopes: ['practices:read', 'events:read', 'directory:read'],
  ceiling: 'RED',
};

const others = {
  '/.well-known/openid-configuration': () => ({ issuer: origin, jwks_uri: `${origin}/jwks` }),
  '/jwks': () => jwks,
  '/internal/viewer': () => member,
  '/v1/traces': () => void counts.exported++,
  '/v1/metrics': () => undefined,
};

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    try {
      const { url } = request;
      if (known.has(url)) {
        const bytes = replay(url, (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)).toString('latin1'));
        response.writeHead(200, { ...json, 'content-length': bytes.length }).end(bytes);
      } else if (Object.hasOwn(others, url)) response.writeHead(200, json).end(JSON.stringify(others[url]()) ?? '');
      else response.writeHead(404, json).end('{}');
    } catch (error) {
      response.writeHead(500, json).end(JSON.stringify({ errors: [{ message: String(error) }] }));
    }
  });
});
server.keepAliveTimeout = 120_000; // longer than any round: nobody is to meet a connection that was just closed
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

process.on('message', () => process.send(counts));
process.on('disconnect', () => process.exit());
process.send({
  origin,
  passportKey: JSON.stringify({ ...(await exportJWK(passports.privateKey)), kid: 'gateway' }),
  token: await new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'bench' })
    .setIssuer(origin)
    .setSubject('somebody')
    .setAudience('bench')
    .setIssuedAt()
    .setExpirationTime('2 hours')
    .sign(signIn.privateKey),
});
