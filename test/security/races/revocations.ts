/** The ways to lose what one had, each as the hub has it: what is committed, and when. */
import { asOwner } from '@hub/kit/seed';
import { append } from '@hub/membership/event/append';
import { changeMembership } from '@hub/membership/member-state/changeMembership';
import { endRole, startRole } from '@hub/membership/person/changeRole';
import { developmentKey } from '@hub/membership/seed/development';
import type { Hub } from '../../hub.js';

export interface Revocation {
  /** Whether they are to go on, narrowed, or be let go: UNAUTHENTICATED and 4403. */
  ends: boolean;
  /** Somebody's token. It is good for a minute, except where it is to run out. */
  token(hub: Hub, iso3: string): Promise<string>;
  /** Takes it away; resolves to the moment from which the second counts. */
  revoke(hub: Hub, iso3: string, body: string): Promise<number>;
  /** Gives it back, so that the State can take part again. */
  restore?(hub: Hub, iso3: string): Promise<void>;
}

const seconds = () => Math.floor(Date.now() / 1000);
const tokenOf = (hub: Hub, sub: string) => hub.tokenSaying({ sub, iat: seconds() - 1, exp: seconds() + 120 });
/** A token that was issued just now: one from before a sign-out is refused for good. */
export const focalPoint = (hub: Hub, iso3: string) => tokenOf(hub, `focal-point:${iso3}`);
const roleOf = (iso3: string) =>
  ({ person: developmentKey(`focal-point:${iso3}`), role: 'FOCAL_POINT', of: `s:${iso3}` }) as const;
const committed = async (hub: Hub, work: Parameters<typeof asOwner<void>>[1]) => {
  await asOwner(hub.databases.membership.ownerUrl, work);
  return Date.now();
};
/** How soon a token runs out that is to run out during a round. */
const shortLivedSeconds = 2;

export const revocations = {
  'role ended': {
    ends: false,
    token: focalPoint,
    revoke: (hub, iso3) => committed(hub, (tx) => endRole(tx, roleOf(iso3), new Date())),
    restore: async (hub, iso3) => void (await committed(hub, (tx) => startRole(tx, roleOf(iso3), new Date()))),
  },
  'State left the body': {
    ends: false,
    token: focalPoint,
    revoke: (hub, iso3, body) =>
      committed(hub, (tx) => changeMembership(tx, { state: iso3, body, until: new Date().toISOString().slice(0, 10) })),
  },
  'client ended': {
    ends: true,
    token: (hub, iso3) => tokenOf(hub, `integrator:${iso3.toLowerCase()}`),
    revoke(hub, iso3) {
      const client = developmentKey(`integrator:${iso3.toLowerCase()}`);
      return committed(hub, async (tx) => {
        await tx.query('update api_client set ended_at = $2 where key = $1', [client, new Date()]);
        await append(tx, { type: 'CLIENT_ENDED', client, owner: `s:${iso3}` });
      });
    },
    async restore(hub, iso3) {
      const client = developmentKey(`integrator:${iso3.toLowerCase()}`);
      await committed(hub, async (tx) => {
        await tx.query('update api_client set ended_at = null where key = $1', [client]);
        await append(tx, { type: 'CLIENT_CREATED', client, owner: `s:${iso3}` });
      });
    },
  },
  'signed out': {
    ends: true,
    token: focalPoint,
    async revoke(hub, iso3) {
      const status = await hub.logOut({ sub: `focal-point:${iso3}` });
      if (status !== 200) throw new Error(`the sign-out was answered with ${status}`);
      return Date.now();
    },
  },
  'token ran out': {
    ends: true,
    token: (hub, iso3) => hub.tokenSaying({ sub: `focal-point:${iso3}`, exp: seconds() + shortLivedSeconds }),
    revoke: async () => (seconds() + shortLivedSeconds) * 1000,
  },
} as const satisfies Record<string, Revocation>;

export type Kind = keyof typeof revocations;
