/** What lists, counts, statistics and streams can be narrowed by, and how that reads in SQL. */
import { Field, InputType } from 'type-graphql';
import { nowSql } from '@hub/kit/database';
import { badInput } from '@hub/kit/errors';
import { DateTime, Iso3, Locale, M49 } from '@hub/kit/scalars';
import { type Viewer, holds } from '@hub/kit/viewer';
import { practiceImage } from './practice.visibility.js';
import { Marking, Maturity, Origin, Pillar, PracticeState, PracticeType } from './vocabulary.js';

@InputType({ description: 'Narrows a list of practices. Within a field any value fits; all fields must fit.' })
export class PracticeFilter {
  @Field(() => [M49], { nullable: true, description: 'Regions of the scope: each itself and all within it.' })
  regions?: string[] | null;

  @Field(() => [Iso3], { nullable: true, description: 'States that own the practice.' })
  memberStates?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Regional bodies that own the practice, by short name (slug).',
  })
  regionalBodies?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      'A regional body’s short name (slug): practices that concern it, because it or a member State owns them, it is in their audience, or their regions meet its own. For another body than the viewer’s own, audiences do not count: what is marked AMBER or stricter concerns it only when it is the owner.',
  })
  concerns?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Themes, by short name (slug): each itself and its narrower ones.',
  })
  themes?: string[] | null;

  @Field(() => [Pillar], { nullable: true, description: 'Pillars of the Global Counter-Terrorism Strategy.' })
  pillars?: Pillar[] | null;

  @Field(() => [PracticeType], { nullable: true, description: 'Kinds of measure.' })
  types?: PracticeType[] | null;

  @Field(() => [PracticeState], {
    nullable: true,
    description: 'States of the version shown. Without it all but WITHDRAWN.',
  })
  states?: PracticeState[] | null;

  @Field(() => [Marking], { nullable: true, description: 'Markings.' })
  markings?: Marking[] | null;

  @Field(() => [Locale], { nullable: true, description: 'Languages the title is available in.' })
  languages?: string[] | null;

  @Field(() => [Maturity], { nullable: true, description: 'Maturity, where the viewer may see the evidence.' })
  maturity?: Maturity[] | null;

  @Field(() => [Origin], {
    nullable: true,
    description: 'Submissions only, or records compiled from public sources only.',
  })
  origin?: Origin[] | null;

  @Field(() => DateTime, { nullable: true, description: 'Submitted at this moment or later.' })
  submittedSince?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Changed at this moment or later.' })
  updatedSince?: Date | null;
}

const { marking, audience } = practiceImage('p');
const today = `(${nowSql} at time zone 'UTC')::date`;

/** Collects the parameters of one statement: `$` hands out their places. */
export class Parameters {
  readonly values: unknown[] = [];

  $(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

const slug = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const maxValues = 200;

/** Refuses what could not match anything because it is misspelt, at `path` of the arguments. */
export function checkFilter(filter: PracticeFilter | null | undefined, path: readonly string[] = ['filter']): void {
  if (!filter) return;
  for (const [name, value] of Object.entries(filter))
    if (Array.isArray(value) && value.length > maxValues)
      throw badInput([...path, name], `At most ${maxValues} values, please.`);
  const slugs = {
    themes: filter.themes,
    regionalBodies: filter.regionalBodies,
    concerns: filter.concerns == null ? null : [filter.concerns],
  };
  for (const [name, values] of Object.entries(slugs))
    for (const [index, value] of (values || []).entries())
      if (!slug.test(value))
        throw badInput(
          name === 'concerns' ? [...path, name] : [...path, name, String(index)],
          `A short name (slug) is lower case letters, digits and hyphens, such as "igad".`,
        );
}

/** The conditions of a filter over a practice `p` and its newest visible version `v`. */
export function conditions(filter: PracticeFilter, viewer: Viewer, { $ }: { $: (value: unknown) => string }): string[] {
  const all: (string | false | null | undefined)[] = [
    filter.regions && `v.regions && (select array_agg(a.m49) from area a where a.path && ${$(filter.regions)}::text[])`,
    filter.memberStates && `p.owner = any (${$(filter.memberStates.map((iso3) => `s:${iso3}`))}::text[])`,
    filter.regionalBodies && `p.owner = any (${$(filter.regionalBodies.map((body) => `b:${body}`))}::text[])`,
    filter.concerns != null && concerning(filter.concerns, viewer, $),
    filter.themes &&
      `v.themes && (select array_agg(t.slug) from theme t where t.slug = any (${$(filter.themes)}::text[]) or t.broader = any (${$(filter.themes)}::text[]))`,
    filter.pillars && `v.pillars && ${$(filter.pillars)}::text[]`,
    filter.types && `v.type = any (${$(filter.types)}::text[])`,
    filter.states ? `v.state = any (${$(filter.states)}::text[])` : `v.state <> 'WITHDRAWN'`,
    filter.markings && `${marking} = any (${$(filter.markings)}::text[])`,
    filter.languages && `jsonb_exists_any(v.title, ${$(filter.languages)}::text[])`,
    filter.maturity &&
      `exists (select 1 from practice_section s where s.version_key = v.key and s.name = 'evidence' and s.content->>'maturity' = any (${$(filter.maturity)}::text[]))`,
    filter.origin && `p.origin = any (${$(filter.origin)}::text[])`,
    filter.submittedSince && `p.origin = 'SUBMISSION' and v.submitted_at >= ${$(filter.submittedSince)}`,
    filter.updatedSince && `v.updated_at >= ${$(filter.updatedSince)}`,
  ];
  return all.filter((condition): condition is string => Boolean(condition));
}

/**
 * "A practice concerns a regional body when the body may see it and: the body or one of its member States owns it, or
 * the body is in the audience, or its regions meet the body's. RED concerns no body." Of another body than
 * the viewer's own only what does not hang on the audience may be used, or the filter would tell who is in it. A draft
 * is seen by the body that owns it, and by no other.
 */
function concerning(body: string, viewer: Viewer, $: (value: unknown) => string): string {
  const own = holds(viewer, 'OFFICER', 'CONTRIBUTOR', 'REVIEWER', 'INTEGRATOR').includes(`b:${body}`);
  const place = $(body);
  const token = $(`b:${body}`);
  const bodySees = `(${marking} in ('CLEAR', 'GREEN') and p.stage <> 'DECLINED'
    or ${marking} <> 'RED' and (p.owner = ${token}${own ? ` or ${audience} @> array[${token}] and p.stage <> 'DECLINED'` : ''}))`;
  const reasons = [
    `p.owner = ${token}`,
    `p.owner in (select 's:' || m.state from membership m where m.body = ${place}
       and (m."from" is null or m."from" <= ${today}) and (m.until is null or m.until > ${today}))`,
    own && `${audience} @> array[${token}]`,
    `v.regions && (select array_agg(a.m49) from area a, body b where b.slug = ${place}
       and (a.path && b.regions or exists (select 1 from area r where r.m49 = any (b.regions) and a.m49 = any (r.path))))`,
  ];
  return `${bodySees} and (p.stage <> 'DRAFT' or p.owner = ${token}) and (${reasons.filter(Boolean).join(' or ')})`;
}
