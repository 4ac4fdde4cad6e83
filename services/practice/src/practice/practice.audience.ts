/** From what an owner says of an audience to the tokens that are kept. */
import type { EntityManager } from 'typeorm';
import { keyAt } from '@hub/kit/ids';
import { type Token, type Viewer } from '@hub/kit/viewer';
import type { AudienceInput, AudiencePresetsInput } from './practice.input.js';

/** The tokens an audience comes to now. Presets become the names they stand for: an audience never grows by itself. */
export async function audienceTokens(
  tx: EntityManager,
  { memberStates, regionalBodies, persons, presets }: AudienceInput,
  owner: Token,
  viewer: Viewer,
): Promise<Token[]> {
  return [
    ...new Set<Token>([
      ...(memberStates ?? []).map((iso3): Token => `s:${iso3}`),
      ...(regionalBodies ?? []).map((slug): Token => `b:${slug}`),
      ...(persons ?? []).map((id): Token => `p:${keyAt([], 'Person', id)}`),
      ...(presets ? await presetTokens(tx, presets, owner, viewer) : []),
    ]),
  ];
}

async function presetTokens(
  tx: EntityManager,
  { ownBodies, statesOfRegions }: AudiencePresetsInput,
  owner: Token,
  viewer: Viewer,
): Promise<Token[]> {
  // Which bodies the owner is in now stands in the passport of whoever acts for it.
  const bodies = ownBodies
    ? viewer.roles
        .filter(({ of }) => of === owner)
        .flatMap(({ groups }) => groups)
        .filter((token) => token.startsWith('b:'))
    : [];
  const states = statesOfRegions?.length
    ? await tx.query<{ iso3: string }[]>(
        'select s.iso3 from state s join area a on a.m49 = s.area where a.path && $1::text[] order by 1',
        [statesOfRegions],
      )
    : [];
  return [...bodies, ...states.map(({ iso3 }): Token => `s:${iso3}`).filter((token) => token !== owner)];
}
