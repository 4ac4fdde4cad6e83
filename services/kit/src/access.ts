/**
 * What the schema says of who may ask for a field: the directives a gateway enforces before it asks anybody. The rows
 * behind the fields hold by themselves: these tell early, and in the schema, where everybody can read it.
 */
import type { ScopeName } from './viewer.js';

/** For whom the hub knows: `@Directive(authenticated)`. */
export const authenticated = '@authenticated';

/** For who has all of these scopes: `@Directive(requiresScopes('practices:read'))`. */
export const requiresScopes = (...scopes: ScopeName[]): string =>
  `@requiresScopes(scopes: [[${scopes.map((scope) => `"${scope}"`).join(', ')}]])`;
