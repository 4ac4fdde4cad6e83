/** The first curator of an empty hub: everybody after them is invited by a curator. */
import { randomUUID } from 'node:crypto';
import { asOwner } from '@hub/kit/seed';
import { startRole } from '../person/changeRole.js';

/** Why the first curator was not bound; one line for whoever asked. */
export class BootstrapRefused extends Error {
  override readonly name = 'BootstrapRefused';
}

export interface Identity {
  issuer: string;
  subject: string;
}

/** Makes the person behind `issuer` and `subject` a curator; returns the person's key. */
export const bootstrapCurator = (
  ownerUrl: string,
  { issuer, subject }: Identity,
  now: () => Date = () => new Date(),
): Promise<string> =>
  asOwner(ownerUrl, async (tx) => {
    const [curator] = await tx.query<unknown[]>(
      `select from person_role where role = 'CURATOR' and (valid_until is null or now() < valid_until)`,
    );
    if (curator) throw new BootstrapRefused('There is a curator already: curators invite everybody after the first.');
    const [bound] = await tx.query<{ person_key: string | null }[]>(
      'select person_key from identity where issuer = $1 and subject = $2',
      [issuer, subject],
    );
    if (bound && !bound.person_key)
      throw new BootstrapRefused('This subject is an API client: a curator must be a person.');
    const person = bound?.person_key ?? randomUUID();
    if (!bound) {
      await tx.query('insert into person (key) values ($1)', [person]);
      await tx.query('insert into identity (issuer, subject, person_key) values ($1, $2, $3)', [
        issuer,
        subject,
        person,
      ]);
    }
    await startRole(tx, { person, role: 'CURATOR', of: null }, now());
    return person;
  });
