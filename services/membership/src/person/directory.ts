/** Who holds which role, by State and body: for naming people in an audience. Names are for their colleagues. */
import { Iso3 } from '@hub/kit/scalars';
import { type Page, PageArgs, connectionType } from '@hub/kit/page';
import type { Base } from '@hub/kit/subgraph';
import { ArgsType, Field } from 'type-graphql';
import { column, pageOfQuery } from '../pageOfQuery.js';
import { Person, PersonRole } from './person.js';
import { Role } from './role.js';

export const PersonConnection = connectionType('Person', () => Person);

@ArgsType()
export class DirectoryArgs extends PageArgs {
  @Field(() => Role, { nullable: true, description: 'Only who holds this role now.' })
  role?: Role | null;

  @Field(() => Iso3, { nullable: true, description: 'Only who holds it, or any, of this State.' })
  memberState?: string | null;

  @Field(() => String, { nullable: true, description: 'Only who holds it, or any, of this regional body (slug).' })
  regionalBody?: string | null;
}

export const listDirectory = (
  base: Base,
  { role, memberState, regionalBody, ...args }: DirectoryArgs,
): Promise<Page<Person>> =>
  pageOfQuery(
    base,
    args,
    (manager) => {
      const persons = manager.createQueryBuilder(Person, 'p');
      const holds = (name: string, of: string | null) => {
        const held = persons
          .subQuery()
          .select('1')
          .from(PersonRole, `r${name}`)
          .where(`r${name}.person_key = p.key`)
          .andWhere(`r${name}.valid_from <= :now and (r${name}.valid_until is null or :now < r${name}.valid_until)`);
        if (role) held.andWhere(`r${name}.role = :role`);
        if (of) held.andWhere(`r${name}.of = :${name}`);
        persons
          .andWhere(`exists ${held.getQuery()}`)
          .setParameters({ now: base.now(), role, ...(of && { [name]: of }) });
      };
      if (memberState) holds('state', `s:${memberState}`);
      if (regionalBody) holds('body', `b:${regionalBody}`);
      if (!memberState && !regionalBody) holds('any', null);
      return persons;
    },
    [column.key('p.key', ({ key }) => key)], // in no order that would tell of names
  );
