/**
 * Who asks. A token is verified (tokens.ts) or an API key taken (apiKeys.ts), whoever that is looked up (viewers.ts), and
 * what the hub knows of them is told to each service in a passport (passports.ts). No token is an explicit anonymous
 * viewer; a bad one, and a key that opens nothing, is refused.
 *
 * Who asks for one answer is done with then. Who has something open is watched: their token runs out or is renewed,
 * they sign out, what they may do changes.
 *
 * *stranger*: somebody whose token is good and whom the hub does not know. They have what is everybody's, and membership
 * is told who they say they are, so that they can accept an invitation. Every other service sees an anonymous viewer.
 */
import { HubError } from '@hub/kit/errors';
import type { Log } from '@hub/kit/log';
import type { Holder } from '../authorize/checks.js';
import { type PassportSigner } from '@hub/kit/passport';
import { type Viewer, anonymous } from '@hub/kit/viewer';
import { keyClaim, notAKey } from './apiKeys.js';
import { localesOf } from './locales.js';
import { type Standing, createMembership, viewerService } from './membership.js';
import { createPassports } from './passports.js';
import { covers } from './rights.js';
import { type SignOuts, createSignOuts } from './signOuts.js';
import { type Claim, providerKeys, tokenVerifier } from './tokens.js';
import { createViewers } from './viewers.js';

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
  /** The same as they are now: itself when nothing changed. Throws UNAUTHENTICATED once the proof has run out or the
   *  hub does not know them any more, SUBGRAPH_UNAVAILABLE when that cannot be known. */
  renewed(): Asker | Promise<Asker>;
  /** Whether whatever was decided for them earlier holds for them now. */
  covers(earlier: Asker): boolean;
  /** Tells of changes until the returned function is called or it has ended. */
  watch(watcher: AskerWatcher): () => void;
  /** Goes on with a newer token of the same person or client, also for all that is open on the older; resolves to when
   *  it runs out. Throws UNAUTHENTICATED for a bad one, FORBIDDEN for somebody else's, SUBGRAPH_UNAVAILABLE when it
   *  cannot be checked. */
  prolong(authorization: string): Promise<Date | null>;
}

export interface AskerWatcher {
  changed(now: Asker): void;
  /** UNAUTHENTICATED: the token has run out or was signed out, or the hub does not know them any more.
   *  SUBGRAPH_UNAVAILABLE: whether it does cannot be known. */
  ended(error: HubError): void;
}

export interface Identity {
  /** Throws UNAUTHENTICATED for a bad token, SUBGRAPH_UNAVAILABLE when it cannot be checked. */
  ask(credentials: Credentials): Promise<Asker>;
  /** What the gateway itself shows a service when it opens a connection for many. */
  ownPassport(service: string): Promise<string | undefined>;
  /** Takes the identity provider's word that somebody signed out; null where nobody signs in. */
  signOuts: SignOuts | null;
  /** Whether signed-in requests can be answered. */
  reachable(): Promise<boolean>;
  close(): Promise<void>;
}

export interface IdentityOptions {
  issuer: string;
  audience: string;
  jwksUri?: string | undefined;
  /** The audience of logout tokens, when it is not that of access tokens. */
  logoutAudience?: string | undefined;
  keysMs?: number | undefined;
  viewerUrl: string;
  signer: PassportSigner;
  log: Log;
  now?: () => Date;
}

/** What a socket or a request has shown; a newer token takes the place of the older one. */
interface Proof {
  claim: Claim;
  /** Told when that happened. */
  onProlonged: Set<() => void>;
}

export function createIdentity(options: IdentityOptions): Identity {
  const { viewerUrl, signer, log, now = () => new Date(), issuer, audience } = options;
  const tokens = { issuer, audience, jwksUri: options.jwksUri, keysMs: options.keysMs, now };
  const keys = providerKeys(tokens);
  const verify = tokenVerifier(tokens, keys);
  const passports = createPassports(signer, now);
  const membership = createMembership(viewerUrl, passports);
  const viewers = createViewers(membership, log, now);

  const claimed = async (authorization: string): Promise<Claim> => keyClaim(authorization) ?? verify(authorization);
  /** Throws UNAUTHENTICATED where the proof is not good any more, and for a key that opens nothing. */
  const admit = ({ question, issuedAt, expiresAt }: Claim, { viewer, signedOutAt }: Standing) => {
    if (expiresAt && expiresAt <= now()) throw hasRunOut();
    if (issuedAt && issuedAt.getTime() <= signedOutAt) throw hasSignedOut();
    if (!viewer && question['apiKey']) throw notAKey();
  };
  const asker = (proof: Proof | null, standing: Standing, locales: readonly string[]): Asker => {
    const viewer = standing.viewer ?? strangerIn(proof!.claim);
    const shown = new Map<string, { until: number; passport: Promise<string> }>();
    const as = (other: Standing): Asker => {
      admit(proof!.claim, other);
      if (!other.viewer && !viewer.stranger) throw isUnknown();
      return other === standing ? self : asker(proof, other, locales);
    };
    const self: Asker & { viewer: Viewer } = {
      viewer,
      holder: { authenticated: viewer.kind !== 'anonymous', scopes: new Set(viewer.scopes), policies: none },
      expiresAt: proof?.claim.expiresAt ?? null,
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
      renewed() {
        if (!proof) return self;
        const found = viewers.of(proof.claim.question);
        return found instanceof Promise ? found.then(as) : as(found);
      },
      covers: (earlier) => covers(viewer, (earlier as typeof self).viewer),
      watch(watcher) {
        if (!proof) return () => undefined;
        let over = false;
        const end = (error: HubError) => {
          if (over) return;
          unwatch();
          watcher.ended(error);
        };
        const look = (other: Standing) => {
          if (over) return;
          try {
            watcher.changed(as(other));
          } catch (error) {
            if (!(error instanceof HubError)) throw error;
            end(error);
          }
        };
        let unwatchViewer = () => undefined as void;
        let expiry: NodeJS.Timeout | undefined;
        const follow = () => {
          clearTimeout(expiry);
          const { expiresAt } = proof.claim;
          if (!expiresAt) return;
          const inMs = Math.max(0, expiresAt.getTime() - now().getTime());
          expiry = setTimeout(
            () => (inMs > longestTimerMs ? follow() : end(hasRunOut())),
            Math.min(inMs, longestTimerMs),
          );
        };
        /** The newer token may be of another session. */
        const prolonged = () => {
          unwatchViewer();
          unwatchViewer = viewers.watch(proof.claim.question, standing, { changed: look, ended: end });
          follow();
        };
        const unwatch = () => {
          over = true;
          clearTimeout(expiry);
          proof.onProlonged.delete(prolonged);
          unwatchViewer();
        };
        proof.onProlonged.add(prolonged);
        prolonged();
        return unwatch;
      },
      async prolong(authorization) {
        const claim = await claimed(authorization);
        const found = await viewers.of(claim.question);
        admit(claim, found);
        if (!proof || !isSame(found.viewer ?? strangerIn(claim), viewer))
          throw new HubError('FORBIDDEN', 'The token is somebody else’s. Open another socket for it.');
        proof.claim = claim;
        for (const tell of [...proof.onProlonged]) tell();
        return claim.expiresAt;
      },
    };
    return self;
  };
  const anonymousAskers = new Map<string, Asker>(); // by languages as they were sent
  const anonymousAsker = (acceptLanguage: string | undefined): Asker => {
    const key = acceptLanguage ?? '';
    const known = anonymousAskers.get(key);
    if (known) return known;
    if (anonymousAskers.size >= mostAnonymous) anonymousAskers.clear();
    const made = asker(null, nobody, localesOf(acceptLanguage));
    if (key.length <= longestKept) anonymousAskers.set(key, made);
    return made;
  };
  return {
    async ask({ authorization, acceptLanguage }) {
      if (authorization === undefined) return anonymousAsker(acceptLanguage);
      const claim = await claimed(authorization);
      const standing = await viewers.of(claim.question);
      admit(claim, standing);
      return asker({ claim, onProlonged: new Set() }, standing, localesOf(acceptLanguage));
    },
    ownPassport: (service) => passports.service(service),
    signOuts: createSignOuts({ issuer, audience: options.logoutAudience ?? audience, keys, now, membership }),
    reachable: () => membership.reachable(),
    async close() {
      await viewers.close();
      await membership.close();
    },
  };
}

const strangerIn = ({ question }: Claim): Viewer => ({
  ...anonymous,
  stranger: { issuer: question['issuer']!, subject: question['subject']! },
});

/** The same person or client; of a stranger, the same to the identity provider. */
const isSame = (one: Viewer, other: Viewer): boolean =>
  one.kind === other.kind && one.key === other.key && one.stranger?.subject === other.stranger?.subject;

const isUnknown = () => new HubError('UNAUTHENTICATED', 'The hub does not know you any more.');
const hasRunOut = () => new HubError('UNAUTHENTICATED', 'The access token has run out. Sign in again.');
const hasSignedOut = () => new HubError('UNAUTHENTICATED', 'You have signed out. Sign in again.');

const nobody: Standing = { viewer: anonymous, validUntil: Infinity, signedOutAt: -Infinity };
const none: ReadonlySet<string> = new Set();
const lookAgainMs = 1_000; // well within what is left of a passport's life when it is handed out
const longestTimerMs = 2 ** 31 - 1;
const mostAnonymous = 1_000;
const longestKept = 256; // characters

const nobodyInParticular: Asker = {
  viewer: anonymous,
  holder: { authenticated: false, scopes: none, policies: none },
  expiresAt: null,
  passport: () => Promise.resolve(undefined),
  renewed: () => nobodyInParticular,
  covers: () => true,
  watch: () => () => undefined,
  prolong: () => Promise.reject(new HubError('UNAUTHENTICATED', 'Nobody signs in here.')),
};

/** For a gateway that was told of no issuer: everybody is the same, and services get no passports. */
export const noIdentity: Identity = {
  ask: () => Promise.resolve(nobodyInParticular),
  ownPassport: () => Promise.resolve(undefined),
  signOuts: null,
  reachable: () => Promise.resolve(true),
  close: () => Promise.resolve(),
};
