import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataFolder, openDataFolder } from '../src/dataFolder.js';
import { isDevelopmentRole } from '../src/developmentRoles.js';
import { developmentToken } from '../src/developmentToken.js';
import { freePort } from '../src/freePort.js';
import { startIdentityProvider } from '../src/identityProvider.js';
import { type Secrets, secretsOf } from '../src/secrets.js';

const roles = { states: new Set(['KEN', 'UGA']), bodies: new Set(['igad']) };
const audience = 'https://hub.example/api';
let path: string;
let secrets: Secrets;
let provider: Awaited<ReturnType<typeof startIdentityProvider>>;

beforeAll(async () => {
  path = mkdtempSync(join(tmpdir(), 'hub-provider-'));
  const folder = dataFolder(path, {});
  openDataFolder(folder);
  secrets = secretsOf(folder);
  expect(secretsOf(folder)).toEqual(secrets); // kept
  provider = await startIdentityProvider({ port: await freePort(), audience, roles, ...secrets.identityProvider });
});
afterAll(async () => {
  await provider.close();
  rmSync(path, { recursive: true });
});
const token = (role: string) => developmentToken({ url: '', issuer: provider.url, audience }, secrets, role);

test.each(['focal-point:KEN', 'reviewer:UGA', 'officer:igad', 'curator', 'auditor', 'integrator:dash-board-2'])(
  'a token for %s names it as subject, is meant for the hub, and says that it is an access token',
  async (role) => {
    const { payload, protectedHeader } = await jwtVerify(
      await token(role),
      createRemoteJWKSet(new URL(`${provider.url}/jwks`)),
      {
        issuer: provider.url,
        audience,
        algorithms: ['ES256'],
        typ: 'at+jwt',
      },
    );
    expect(protectedHeader.typ).toBe('at+jwt');
    expect({ sub: payload.sub, aud: payload.aud, lives: payload.exp! - payload.iat! }).toEqual({
      sub: role,
      aud: audience,
      lives: 3600,
    });
  },
);

test.each([
  'focal-point:XXX',
  'focal-point:ken',
  'focal-point',
  'focal-point:',
  'focal-point:KEN:UGA',
  'officer:KEN',
  'officer:nato',
  'curator:KEN',
  'integrator:',
  'integrator:a b',
  'integrator:-a',
  'auditor:KEN',
  '',
  'constructor',
  '__proto__',
])('there is no role %j', async (role) => {
  expect(isDevelopmentRole(role, roles)).toBe(false);
  await expect(token(role)).rejects.toThrow(/refused/);
});

test('whoever does not know the secrets gets nothing', async () => {
  const others = { ...secrets, identityProvider: { ...secrets.identityProvider, clientSecretKey: 'guess' } };
  await expect(developmentToken({ url: '', issuer: provider.url, audience }, others, 'curator')).rejects.toThrow(
    /refused/,
  );
});

test('its configuration is discovered where OpenID Connect says', async () => {
  const found = (await (await fetch(`${provider.url}/.well-known/openid-configuration`)).json()) as Record<
    string,
    unknown
  >;
  expect(found).toMatchObject({
    issuer: provider.url,
    jwks_uri: `${provider.url}/jwks`,
    token_endpoint: `${provider.url}/token`,
  });
});

test.each([
  ['in production', { NODE_ENV: 'production' }, /does not run with NODE_ENV=production/],
  [
    'without its settings',
    { NODE_ENV: '' },
    /needs: HUB_ROOT, PORT, OIDC_AUDIENCE, OIDC_SIGNING_KEY, OIDC_CLIENT_SECRET_KEY/,
  ],
])('its process does not start %s', async (_, env, message) => {
  const script = fileURLToPath(new URL('../dist/identity-provider.js', import.meta.url));
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  expect((await once(child, 'close'))[0]).toBe(1);
  expect(said.trim().split('\n').at(-1)).toMatch(message);
});
