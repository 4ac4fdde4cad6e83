/** Program: `bootstrap --issuer <url> --subject <text>` binds the first curator in MEMBERSHIP_OWNER_DATABASE_URL. */
import { parseArgs } from 'node:util';
import { readConfig, required, text, url } from '@hub/kit/config';
import { bootstrapCurator } from './identity/bootstrapCurator.js';

const usage = 'Give the first curator’s identity: --issuer <URL of the issuer> --subject <subject of their tokens>';

try {
  const { MEMBERSHIP_OWNER_DATABASE_URL } = readConfig(process.env, {
    MEMBERSHIP_OWNER_DATABASE_URL: required('the database, as its owner role membership_owner', text),
  });
  const person = await bootstrapCurator(MEMBERSHIP_OWNER_DATABASE_URL, identity());
  process.stdout.write(`The first curator is bound (person ${person}).\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message.split('\n').join('; ')}\n`);
  process.exitCode = 1;
}

function identity(): { issuer: string; subject: string } {
  let values: { issuer?: string | undefined; subject?: string | undefined };
  try {
    values = parseArgs({ options: { issuer: { type: 'string' }, subject: { type: 'string' } } }).values;
  } catch (cause) {
    throw new Error(usage, { cause });
  }
  const { issuer, subject } = values;
  if (!issuer || !subject || !URL.canParse(issuer)) throw new Error(usage);
  return { issuer: url(issuer), subject };
}
