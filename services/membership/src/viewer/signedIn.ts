import { HubError } from '@hub/kit/errors';
import type { Viewer } from '@hub/kit/viewer';

/** A person who is signed in. Throws UNAUTHENTICATED for nobody, FORBIDDEN for a program. */
export function signedIn({ viewer }: { viewer: Viewer }): Viewer & { key: string } {
  if (viewer.kind === 'anonymous' || viewer.key === null) throw new HubError('UNAUTHENTICATED', 'Sign in to do this.');
  if (viewer.kind === 'client') throw new HubError('FORBIDDEN', 'API clients read; persons do this.');
  return { ...viewer, key: viewer.key };
}
