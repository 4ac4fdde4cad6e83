/** What owners are shown of their sharing: who would see a practice before they share it, and why somebody does after. */
import { Arg, Ctx, Directive, ID, Query, Resolver } from 'type-graphql';
import { authenticated } from '@hub/kit/access';
import { HubError, badInput } from '@hub/kit/errors';
import { keyAt } from '@hub/kit/ids';
import { type Token, holds } from '@hub/kit/viewer';
import type { PracticeContext } from '../context.js';
import { audienceTokens } from '../practice/practice.audience.js';
import { submitters, writers } from '../practice/practice.permissions.js';
import { audienceFaults, sectionMarkingFaults } from '../practice/practice.rules.js';
import type { SectionMarkings } from '../practice/practice.sharing.js';
import { sectionName } from '../practice/vocabulary.js';
import { VisibilityExplanation } from './explanation.js';
import { explainVisibility } from './explanation.query.js';
import type { People } from './people.js';
import { AudiencePreview, PreviewAudienceInput } from './preview.js';
import { previewAudience } from './preview.query.js';

@Resolver()
export class DisclosureResolver {
  @Query(() => AudiencePreview, {
    nullable: true,
    description:
      'Who would see a practice that is shared like this: States, bodies and numbers of people by role, never names. For those who decide for its owner: focal points, alternates, officers.',
  })
  @Directive(authenticated)
  async previewAudience(
    @Arg('input', () => PreviewAudienceInput, { description: 'The sharing to be considered.' })
    { owner: { memberState, regionalBody }, marking, audience, sectionMarkings }: PreviewAudienceInput,
    @Ctx() context: PracticeContext,
  ): Promise<AudiencePreview> {
    const { viewer, db, people } = context;
    if (!memberState === !regionalBody)
      throw badInput(['input', 'owner'], 'Give a State or a regional body, exactly one of them.');
    const owner: Token = memberState ? `s:${memberState}` : `b:${regionalBody}`;
    if (viewer.kind === 'anonymous') throw new HubError('UNAUTHENTICATED', 'Sign in to do this.');
    if (viewer.kind !== 'person' || !holds(viewer, ...submitters).includes(owner))
      throw new HubError('FORBIDDEN', 'Only a focal point, an alternate or an officer of the owner can do this.');
    for (const [index, id] of (audience?.persons ?? []).entries())
      if (keyAt(['input', 'audience', 'persons', index], 'Person', id) === null)
        throw badInput(['input', 'audience', 'persons', index], 'This is not the id of a person.');
    const faults = [
      ...(await db.read((tx) => audienceFaults(tx, audience))),
      ...sectionMarkingFaults(marking, sectionMarkings),
    ];
    if (faults[0]) throw badInput(['input', ...faults[0].path], faults[0].message);
    return previewAudience(context, asked(people), owner, {
      marking,
      audience: audience ? await db.read((tx) => audienceTokens(tx, audience, owner, viewer)) : null,
      sectionMarkings: Object.fromEntries(
        (sectionMarkings ?? []).flatMap(({ section, marking }) => (marking ? [[sectionName(section), marking]] : [])),
      ) as SectionMarkings,
    });
  }

  @Query(() => VisibilityExplanation, {
    nullable: true,
    description:
      'Why a person sees a practice, or does not. For its owner’s people and the curators who see it; null when there is no such practice or person.',
  })
  @Directive(authenticated)
  async explainVisibility(
    @Arg('practice', () => ID, { description: 'The practice.' }) practiceId: string,
    @Arg('person', () => ID, { description: 'The person.' }) personId: string,
    @Ctx() context: PracticeContext,
  ): Promise<VisibilityExplanation | null> {
    const practiceKey = keyAt(['practice'], 'Practice', practiceId);
    const personKey = keyAt(['person'], 'Person', personId);
    const practice = practiceKey === null ? null : await context.practices.load(practiceKey);
    if (!practice || personKey === null) return null;
    const { viewer, people } = context;
    const isCurator = viewer.roles.some(({ role }) => role === 'CURATOR');
    if (viewer.kind !== 'person' || !(isCurator || holds(viewer, ...writers).includes(practice.row.owner)))
      throw new HubError('FORBIDDEN', 'Only the owner’s people and the curators can ask this.');
    const person = await asked(people).viewer(personKey);
    return person && explainVisibility(context, practice.key, person);
  }
}

function asked(people: People | null): People {
  if (!people) throw new HubError('SUBGRAPH_UNAVAILABLE', 'Who people are cannot be asked here.');
  return people;
}
