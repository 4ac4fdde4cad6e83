/** Seeding: what the data files say, once; development persons bound to one issuer; the first curator. */
import { afterAll, expect, test } from '@jest/globals';
import { asOwner } from '@hub/kit/seed';
import { scopeNames } from '@hub/kit/viewer';
import type { FreshDatabase } from '@hub/local/testing';
import { bootstrapCurator } from '../src/identity/bootstrapCurator.js';
import { changeMembership } from '../src/member-state/changeMembership.js';
import { type Bodies, readAreas, readBodies } from '../src/seed/data.js';
import { developmentClients, developmentKey, developmentPersons } from '../src/seed/development.js';
import { seedReference } from '../src/seed/reference.js';
import { seedService } from '../src/seed/seedService.js';
import { as, issuer, migratedDatabase, viewerOf } from './membership.js';

const made: FreshDatabase[] = [];
const empty = async () => {
  const database = await migratedDatabase();
  made.push(database);
  return database;
};
afterAll(() => Promise.all(made.map((database) => database.drop())));

const counts = (url: string) =>
  as(url, async (owner) => {
    const tables = [
      'state',
      'area',
      'state_area',
      'regional_body',
      'membership',
      'person',
      'person_contact',
      'person_role',
      'api_client',
      'identity',
      'membership_event',
    ];
    const { rows } = await owner.query(
      `select ${tables.map((table) => `(select count(*)::int from ${table}) as ${table}`).join(', ')}`,
    );
    return rows[0];
  });

/** Everything but row versions: the same before and after means that nothing was written. */
const versions = (url: string) =>
  as(url, async (owner) => {
    const tables = ['state', 'state_area', 'membership', 'person', 'person_role', 'api_client', 'identity'];
    const { rows } = await owner.query(
      tables
        .map((table) => `select '${table}' as t, count(*), max(xmin::text::bigint) from ${table}`)
        .join(' union all '),
    );
    return rows;
  });

test('reference data alone: States, areas and memberships, and no persons', async () => {
  const { ownerUrl } = await empty();
  await seedService(ownerUrl);
  expect(await counts(ownerUrl)).toMatchObject({
    state: 195,
    area: 30,
    regional_body: 26,
    membership: 535,
    membership_event: 535,
    person: 0,
    api_client: 0,
    identity: 0,
  });
});

test('development persons and clients, one per role, without a name; seeding again writes nothing', async () => {
  const { ownerUrl } = await empty();
  await seedService(ownerUrl, { developmentIssuer: issuer });
  expect(await counts(ownerUrl)).toMatchObject({
    person: 418,
    person_contact: 0,
    person_role: 418,
    api_client: 222,
    identity: 640,
    membership_event: 535 + 418,
  });
  const before = await versions(ownerUrl);
  const begun = performance.now();
  await seedService(ownerUrl, { developmentIssuer: issuer });
  expect(performance.now() - begun).toBeLessThan(2_000); // half a second of it is the database's; the machine is shared
  expect(await versions(ownerUrl)).toEqual(before);
});

test('another issuer takes the bindings over', async () => {
  const { ownerUrl, url } = await empty();
  await seedService(ownerUrl, { developmentIssuer: issuer });
  await seedService(ownerUrl, { developmentIssuer: 'http://other.test/' });
  expect(await viewerOf(url, 'focal-point:KEN')).toBeNull();
  expect(await viewerOf(url, 'focal-point:KEN', 'http://other.test/')).toMatchObject({
    key: developmentKey('focal-point:KEN'),
  });
  expect(await counts(ownerUrl)).toMatchObject({ identity: 640, person_role: 418 });
});

test('keys of development persons are the same everywhere, and no two subjects meet', () => {
  expect(developmentKey('focal-point:KEN')).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(developmentKey('focal-point:KEN')).toBe('042caf23-a3a5-582d-8b5e-41f5859b6b26');
  const areas = readAreas();
  const bodies = readBodies();
  const all = [...developmentPersons(areas, bodies), ...developmentClients(areas, bodies)];
  expect(new Set(all.map(({ subject }) => subject)).size).toBe(640);
  expect(new Set(all.map(({ key }) => key)).size).toBe(640);
});

test('a newer data file starts and ends memberships; what an act in the hub has dated stays as it is', async () => {
  const { ownerUrl } = await empty();
  const areas = readAreas();
  const seed = (bodies: Bodies) => asOwner(ownerUrl, (tx) => seedReference(tx, areas, bodies));
  const igad = (members: string[], asOf: string): Bodies => ({ bodies: [{ id: 'igad', members, asOf }] });
  const states = () =>
    as(ownerUrl, async (owner) => {
      const { rows } = await owner.query(
        `select iso3 || coalesce(' until ' || valid_until, '') as line from membership order by 1`,
      );
      return rows.map(({ line }) => line);
    });
  await seed(igad(['KEN', 'UGA', 'SDN'], '2026-01'));
  await asOwner(ownerUrl, (tx) => changeMembership(tx, { state: 'SDN', body: 'igad', until: '2026-02-10' }));
  await asOwner(ownerUrl, (tx) => changeMembership(tx, { state: 'ERI', body: 'igad', from: '2026-02-10' }));
  await seed(igad(['KEN', 'SDN', 'DJI'], '2026-06'));
  const after = ['DJI', 'ERI', 'KEN', 'SDN until 2026-02-10', 'UGA until 2026-06-01'];
  expect(await states()).toEqual(after);
  expect((await counts(ownerUrl)).membership_event).toBe(3 + 2 + 2);
  await seed(igad(['KEN', 'UGA', 'SDN'], '2026-01')); // an older file changes nothing any more
  expect(await states()).toEqual([...after]);
  await seed(igad(['KEN', 'DJI', 'UGA'], '2026-09'));
  expect(await states()).toEqual([...after, 'UGA'].toSorted());
});

test('the first curator is bound once', async () => {
  const { ownerUrl, url } = await empty();
  await seedService(ownerUrl);
  const key = await bootstrapCurator(ownerUrl, { issuer, subject: 'somebody' });
  expect(await viewerOf(url, 'somebody')).toEqual({
    kind: 'person',
    key,
    roles: [{ role: 'CURATOR', of: null, groups: [] }],
    scopes: [...scopeNames],
    ceiling: 'RED',
    validUntil: null,
  });
  for (const subject of ['somebody', 'somebody else'])
    await expect(bootstrapCurator(ownerUrl, { issuer, subject })).rejects.toMatchObject({ name: 'BootstrapRefused' });
  expect(await counts(ownerUrl)).toMatchObject({ person: 1, person_role: 1, membership_event: 536 });
});

test('two who try to be first at once: one is', async () => {
  const { ownerUrl } = await empty();
  const tries = await Promise.allSettled(
    ['a', 'b', 'c'].map((subject) => bootstrapCurator(ownerUrl, { issuer, subject })),
  );
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});
