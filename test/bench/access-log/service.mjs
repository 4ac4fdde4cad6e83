/** The practice service in a process of its own, with its access log or without: `node service.mjs <settings as JSON>`. */
import { start } from '@hub/practice/service';

const { databaseUrl, passportKeys, accessLog } = JSON.parse(process.argv[2]);
const quiet = { info: () => undefined, error: (...told) => console.error(...told) };
const { url } = await start({
  ...{ host: '127.0.0.1', port: 0, databaseUrl, passportKeys, membership: null, accessLog, log: quiet },
  cursorKey: Buffer.alloc(32, 1),
});
process.on('disconnect', () => process.exit());
process.send({ url });
