import { json, optional, port, readConfig, required, text } from '@hub/kit/config';
import { createLog } from '@hub/kit/log';
import { runProcess } from '@hub/kit/process';
import { type ServiceConfig, start } from './service.js';

const log = createLog('membership');

await runProcess(log, () => {
  const config = readConfig(process.env, {
    HOST: optional('the address to listen on', text, '127.0.0.1'),
    PORT: optional('the port to listen on, 0 for a free one', port, 0),
    MEMBERSHIP_DATABASE_URL: required('the database, as the run-time role membership_app', text),
    PASSPORT_KEYS: required('the public passport keys, a JWKS', json<ServiceConfig['passportKeys']>),
  });
  return start({
    host: config.HOST,
    port: config.PORT,
    databaseUrl: config.MEMBERSHIP_DATABASE_URL,
    passportKeys: config.PASSPORT_KEYS,
    log,
  });
});
