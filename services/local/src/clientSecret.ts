import { createHmac } from 'node:crypto';

/** The secret of a development role's client. It follows from the role, so nobody keeps a list. */
export const clientSecret = (key: string, role: string): string =>
  createHmac('sha256', key).update(role).digest('base64url');
