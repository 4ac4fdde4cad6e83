/**
 * Who asks. A token is verified (tokens.ts) or an API key taken (apiKeys.ts), whoever that is looked up (membership.ts),
 * and what the hub knows of them is told to each service in a passport (passports.ts). No token is an explicit anonymous
 * viewer; a bad one, and a key that opens nothing, is refused.
 *
 * *stranger*: somebody whose token is good and whom the hub does not know. They have what is everybody's, and membership
 * is told who they say they are, so that they can accept an invitation. Every other service sees an anonymous viewer.
 */
import { HubError } from '@hub/kit/errors';
import type { Holder } from '../authorize/checks.js';
import { type PassportSigner } from '@hub/kit/passport';
import { type Viewer, anonymous } from '@hub/kit/viewer';
import { type KeyClaim, keyClaim, notAKey } from './apiKeys.js';
import { localesOf } from './locales.js';
import { type Membership, createMembership, viewerService } from './membership.js';
import { createPassports } from './passports.js';
import { type Claim, tokenVerifier } from './tokens.js';

export interface Credentials {
  authorization?: string | undefined;
  acceptLanguage?: string | undefined;
}

/** Somebody an operation runs for, as they were when last looked up. */
export interface Asker {
  /** Which person or client, to tell a service who got what it pushed. */
  viewer: Pick<Viewer, 'kind' | 'key'>;
  /** What they have to show where the schema's rules ask for it. No policy is decided for anybody. */
  holder: Holder;
  /** When their proof runs out; null for who showed none. */
  expiresAt: Date | null;
  /** What to show a service; undefined where there are no passports. */
  passport(service: string): Promise<string | undefined>;
  /** The same, looked up anew. Throws UNAUTHENTICATED once the proof has run out or the hub does not know them any more. */
  renewed(): Promise<Asker>;
}

export interface Identity {
  /** Throws UNAUTHENTICATED for a bad token, SUBGRAPH_UNAVAILABLE when it cannot be checked. */
  ask(credentials: Credentials): Promise<Asker>;
  /** What the gateway itself shows a service when it opens a connection for many. */
  ownPassport(service: string): Promise<string | undefined>;
  /** Whether signed-in requests can be answered. */
  reachable(): Promise<boolean>;
  close(): Promise<void>;
}

export interface IdentityOptions {
  issuer: string;
  audience: string;
  jwksUri?: string | undefined;
  viewerUrl: string;
  signer: PassportSigner;
  now?: () => Date;
}

export function createIdentity({ viewerUrl, signer, now = () => new Date(), ...token }: IdentityOptions): Identity {
  const verify = tokenVerifier({ ...token, now });
  const passports = createPassports(signer, now);
  const membership: Membership = createMembership(viewerUrl, passports);

  /** Throws UNAUTHENTICATED for a key that opens nothing; a stranger is somebody. */
  const viewerOf = async (claim: Claim | KeyClaim): Promise<Viewer> => {
    const known = await membership.viewerOf(claim);
    if (known) return known.viewer;
    if ('apiKey' in claim) throw notAKey();
    return { ...anonymous, stranger: { issuer: claim.issuer, subject: claim.subject } };
  };
  const asker = (viewer: Viewer, claim: Claim | KeyClaim | null, locales: readonly string[]): Asker => {
    const shown = new Map<string, { until: number; passport: Promise<string> }>();
    return {
      viewer,
      holder: { authenticated: viewer.kind !== 'anonymous', scopes: new Set(viewer.scopes), policies: none },
      expiresAt: claim?.expiresAt ?? null,
      passport(service) {
        const known = shown.get(service);
        const at = now().getTime();
        if (known && at < known.until) return known.passport;
        const shownAs = viewer.stranger && service !== viewerService ? anonymous : viewer;
        const passport = passports.viewer(service, shownAs, locales);
        shown.set(service, { until: at + lookAgainMs, passport });
        passport.catch(() => shown.delete(service));
        return passport;
      },
      async renewed() {
        if (!claim) return this;
        if (claim.expiresAt && claim.expiresAt <= now())
          throw new HubError('UNAUTHENTICATED', 'The access token has run out. Sign in again.');
        const found = await viewerOf(claim);
        if (found.stranger && !viewer.stranger)
          throw new HubError('UNAUTHENTICATED', 'The hub does not know you any more.');
        return asker(found, claim, locales);
      },
    };
  };
  const anonymousAskers = new Map<string, Asker>(); // by languages as they were sent
  const anonymousAsker = (acceptLanguage: string | undefined): Asker => {
    const key = acceptLanguage ?? '';
    const known = anonymousAskers.get(key);
    if (known) return known;
    if (anonymousAskers.size >= mostAnonymous) anonymousAskers.clear();
    const made = asker(anonymous, null, localesOf(acceptLanguage));
    if (key.length <= longestKept) anonymousAskers.set(key, made);
    return made;
  };
  return {
    async ask({ authorization, acceptLanguage }) {
      if (authorization === undefined) return anonymousAsker(acceptLanguage);
      const claim = keyClaim(authorization) ?? (await verify(authorization));
      return asker(await viewerOf(claim), claim, localesOf(acceptLanguage));
    },
    ownPassport: (service) => passports.service(service),
    reachable: () => membership.reachable(),
    close: () => membership.close(),
  };
}

const none: ReadonlySet<string> = new Set();
const lookAgainMs = 1_000; // well within what is left of a passport's life when it is handed out
const mostAnonymous = 1_000;
const longestKept = 256; // characters

const nobodyInParticular: Asker = {
  viewer: anonymous,
  holder: { authenticated: false, scopes: none, policies: none },
  expiresAt: null,
  passport: () => Promise.resolve(undefined),
  renewed: () => Promise.resolve(nobodyInParticular),
};

/** For a gateway that was told of no issuer: everybody is the same, and services get no passports. */
export const noIdentity: Identity = {
  ask: () => Promise.resolve(nobodyInParticular),
  ownPassport: () => Promise.resolve(undefined),
  reachable: () => Promise.resolve(true),
  close: () => Promise.resolve(),
};
