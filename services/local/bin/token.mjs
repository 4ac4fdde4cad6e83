/** npm run -s token -- <role>: prints a development access token, and nothing else, on standard output. */
import { built, root } from './built.mjs';

const { exitWith } = await built('oneLineError');
const { printToken } = await built('commands');
await printToken({ root, args: process.argv.slice(2), env: process.env }).catch(exitWith);
