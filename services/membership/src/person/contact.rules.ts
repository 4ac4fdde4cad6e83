/** What a name and an e-mail address may be. */
import { UserError, UserErrorCode } from '@hub/kit/user-error';

const { INVALID, TOO_LONG } = UserErrorCode;
const most = { name: 200, email: 254 }; // RFC 5321, section 4.5.3.1.3, less the angle brackets

export function contactFaults(contact: { name?: string | null; email?: string | null }): UserError[] {
  return (['name', 'email'] as const).flatMap((field) => {
    const value = contact[field];
    if (value === null || value === undefined) return [];
    if (value.length > most[field]) return [new UserError([field], TOO_LONG, `At most ${most[field]} characters.`)];
    if (field === 'email' && !/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(value))
      return [new UserError([field], INVALID, 'An e-mail address has the form name@example.org.')];
    return value.trim() === '' || /\p{Cc}/u.test(value)
      ? [new UserError([field], INVALID, 'A name is one line of text; leave it out to give none.')]
      : [];
  });
}
