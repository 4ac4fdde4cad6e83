/** npm run -s bootstrap -- --issuer <url> --subject <sub>: binds the first curator of an empty hub. */
import { built, root } from './built.mjs';

const { exitWith } = await built('oneLineError');
const { bootstrap } = await built('commands');
process.exitCode = await bootstrap({ root, args: process.argv.slice(2), env: process.env }).catch(exitWith);
