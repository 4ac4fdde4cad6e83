/** npm run reset: deletes the hub's data on this machine, so that the next start begins anew. */
import { built, root } from './built.mjs';

const { exitWith } = await built('oneLineError');
const { reset } = await built('commands');
await reset({ root, args: process.argv.slice(2), env: process.env }).catch(exitWith);
