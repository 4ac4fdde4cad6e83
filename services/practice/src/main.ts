import type { JWK } from 'jose';
import { json, key32, optional, port, readConfig, required, text, url } from '@hub/kit/config';
import { createLog } from '@hub/kit/log';
import { runProcess } from '@hub/kit/process';
import { start } from './service.js';

const log = createLog('practice');

await runProcess(log, () => {
  const config = readConfig(process.env, {
    HOST: optional('the address to listen on', text, '127.0.0.1'),
    PORT: optional('the port to listen on, 0 for a free one', port, 0),
    PRACTICE_DATABASE_URL: required('postgres://… of the run-time role', text),
    PASSPORT_KEYS: required('the JWKS of who may issue passports', json<{ keys: JWK[] }>),
    PRACTICE_PASSPORT_KEY: required('the private JWK practice signs service passports with', json<JWK>),
    MEMBERSHIP_URL: required('where membership listens', url),
    CURSOR_KEY: required('32 bytes in base64', key32),
  });
  return start({
    host: config.HOST,
    port: config.PORT,
    databaseUrl: config.PRACTICE_DATABASE_URL,
    passportKeys: config.PASSPORT_KEYS,
    membership: { url: config.MEMBERSHIP_URL, passportKey: config.PRACTICE_PASSPORT_KEY },
    cursorKey: config.CURSOR_KEY,
    log,
  });
});
