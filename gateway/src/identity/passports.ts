/** Passports per viewer, languages and service: minted once and shared for half their life. */
import { type PassportSigner, passportSeconds } from '@hub/kit/passport';
import type { Viewer } from '@hub/kit/viewer';

const reuseMs = (passportSeconds / 2) * 1000;
const most = 20_000; // some kB each

export interface Passports {
  /** A passport for `service` about this viewer, with at least half its life left. */
  viewer(service: string, viewer: Viewer, locales: readonly string[]): Promise<string>;
  /** A passport for `service` in the gateway's own name. */
  service(service: string): Promise<string>;
}

export function createPassports(signer: PassportSigner, now: () => Date): Passports {
  const minted = new Map<string, { at: number; passport: Promise<string> }>(); // in order of minting
  const reused = (key: string, mint: () => Promise<string>): Promise<string> => {
    const at = now().getTime();
    const known = minted.get(key);
    if (known && at - known.at < reuseMs) return known.passport;
    const passport = mint();
    minted.delete(key);
    minted.set(key, { at, passport });
    passport.catch(() => minted.delete(key));
    for (const [oldest, { at: mintedAt }] of minted) {
      if (minted.size <= most && at - mintedAt < reuseMs) break;
      minted.delete(oldest);
    }
    return passport;
  };
  return {
    viewer: (service, viewer, locales) =>
      reused(JSON.stringify([service, viewer, locales]), () => signer.viewer(service, viewer, locales)),
    service: (service) => reused(JSON.stringify([service]), () => signer.service(service)),
  };
}
