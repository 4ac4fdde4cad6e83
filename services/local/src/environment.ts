/** Prints new secrets as an environment file for a deployment, see docker/README.md. */
import { randomBytes } from 'node:crypto';
import { services } from './databases.js';
import { newSecrets, publicKeys } from './secrets.js';

const { passwords, passportKeys, cursorKey } = newSecrets();
const lines = {
  POSTGRES_PASSWORD: randomBytes(24).toString('base64url'),
  ...Object.fromEntries(
    services.flatMap((service) => [
      [`${service.toUpperCase()}_OWNER_PASSWORD`, passwords[service].owner],
      [`${service.toUpperCase()}_APP_PASSWORD`, passwords[service].app],
    ]),
  ),
  PASSPORT_KEYS: JSON.stringify(publicKeys(passportKeys)),
  GATEWAY_PASSPORT_KEY: JSON.stringify(passportKeys.gateway),
  PRACTICE_PASSPORT_KEY: JSON.stringify(passportKeys.practice),
  CURSOR_KEY: cursorKey,
};
for (const [name, value] of Object.entries(lines)) process.stdout.write(`${name}='${value}'\n`);
