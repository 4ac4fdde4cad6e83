/** Somebody signed out: the row and its entry in the log, in one transaction. */
import { randomUUID } from 'node:crypto';
import { isUniqueViolation } from '@hub/kit/database';
import { HubError } from '@hub/kit/errors';
import type { DataSource } from 'typeorm';

export interface SignOut {
  issuer: string;
  /** At least one of the two: whose, and which session of theirs. */
  subject: string | null;
  session: string | null;
  /** The identity provider's id of its message. */
  messageId: string;
  /** What was issued up to then is refused. */
  at: Date;
}

/** Throws CONFLICT for a message that was noted before. Wake the log's readers afterwards. */
export async function noteSignOut(database: DataSource, signOut: SignOut): Promise<void> {
  const { issuer, subject, session, messageId, at } = signOut;
  try {
    await database.transaction(async (tx) => {
      await tx.query(
        'insert into sign_out (key, issuer, message, subject, session, at) values ($1, $2, $3, $4, $5, $6)',
        [randomUUID(), issuer, messageId, subject, session, at],
      );
      await tx.query('insert into membership_event (id, type, issuer, subject, session) values ($1, $2, $3, $4, $5)', [
        randomUUID(),
        'SIGNED_OUT',
        issuer,
        subject,
        session,
      ]);
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new HubError('CONFLICT', 'This message was noted before.', { cause: error });
  }
}
