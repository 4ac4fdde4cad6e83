/** Global ids: base64url(`Type:naturalKey`), so that any service can name another's entity without asking it. */
import { badInput } from './errors.js';

export const globalId = (type: string, key: string): string => Buffer.from(`${type}:${key}`).toString('base64url');

/** The parts of a global id, or null when it is not one. Only the canonical spelling counts. */
export function parseGlobalId(id: string): { type: string; key: string } | null {
  const text = Buffer.from(id, 'base64url').toString('utf8');
  const match = /^([A-Z][A-Za-z]*):(\S+)$/u.exec(text);
  return match && globalId(match[1]!, match[2]!) === id ? { type: match[1]!, key: match[2]! } : null;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** How the natural key of each type is spelt; an id whose key is spelt otherwise is malformed. */
const spelling: Record<string, RegExp> = {
  Practice: uuid,
  Person: uuid,
  ApiClient: uuid,
  ApiKey: uuid,
  Invitation: uuid,
  MemberState: /^[A-Z]{3}$/,
  Region: /^\d{3}$/,
};
const slug = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Parses an id given by a client at `inputPath`; throws `BAD_USER_INPUT` when it is malformed. */
export function idAt(inputPath: readonly (string | number)[], id: string): { type: string; key: string } {
  const parsed = parseGlobalId(id);
  if (!parsed || !(spelling[parsed.type] ?? slug).test(parsed.key))
    throw badInput(inputPath, 'This is not an id of the hub: ids are opaque, take them from an answer as they are.');
  return parsed;
}

/** The natural key of an id that must be of `type`; null when it is a well-formed id of another type. */
export function keyAt(inputPath: readonly (string | number)[], type: string, id: string): string | null {
  const parsed = idAt(inputPath, id);
  return parsed.type === type ? parsed.key : null;
}

/** The natural key in a federated reference; null when the id is not of `type`: a reference is never an error. */
export function referenceKey(type: string, id: unknown): string | null {
  const parsed = typeof id === 'string' ? parseGlobalId(id) : null;
  return parsed && parsed.type === type && (spelling[type] ?? slug).test(parsed.key) ? parsed.key : null;
}
