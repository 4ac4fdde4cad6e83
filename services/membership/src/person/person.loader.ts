/** The one door to persons: row-level security decides what the viewer sees of them, see person.visibility.ts. */
import type { Base } from '@hub/kit/subgraph';
import DataLoader from 'dataloader';
import { In } from 'typeorm';
import { groupBy } from '../groupBy.js';
import { Person, PersonContact, PersonRole } from './person.js';

export const personLoader = ({ db }: Base) =>
  new DataLoader<string, Person | null>(async (keys) => {
    const rows = await db.read((manager) => manager.findBy(Person, { key: In([...keys]) }));
    const byKey = new Map(rows.map((row) => [row.key, row]));
    return keys.map((key) => byKey.get(key) ?? null);
  });

export const personContactLoader = ({ db }: Base) =>
  new DataLoader<string, PersonContact | null>(async (keys) => {
    const rows = await db.read((manager) => manager.findBy(PersonContact, { personKey: In([...keys]) }));
    const byKey = new Map(rows.map((row) => [row.personKey, row]));
    return keys.map((key) => byKey.get(key) ?? null);
  });

/** The roles a person holds now. */
export const rolesOfPersonLoader = ({ db, now }: Base) =>
  new DataLoader<string, PersonRole[]>(async (keys) => {
    const rows = await db.read((manager) =>
      manager
        .createQueryBuilder(PersonRole, 'r')
        .where('r.person_key = any (:keys)', { keys })
        .andWhere('r.valid_from <= :now and (r.valid_until is null or :now < r.valid_until)', { now: now() })
        .orderBy({ 'r.role': 'ASC', 'r.of': 'ASC' })
        .getMany(),
    );
    const byPerson = groupBy(rows, ({ personKey }) => personKey);
    return keys.map((key) => byPerson.get(key) ?? []);
  });
