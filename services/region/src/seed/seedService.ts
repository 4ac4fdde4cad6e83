/** Loads the reference data; running it again writes only what differs. All of it is reference data. */
import { type Localized, TranslationStatus } from '@hub/kit/localized-text';
import { asOwner, upsert } from '@hub/kit/seed';
import type { ParticipantFacts } from '../workshop/workshop.js';
import { type Workshops, readAreas, readBodies, readWorkshops } from './data.js';
import { datesOf } from './dates.js';

export async function seedService(ownerUrl: string): Promise<void> {
  const { areas, states } = readAreas();
  const { bodies } = readBodies();
  const { workshops } = readWorkshops();
  const slugs = new Set(bodies.map(({ id }) => id));
  await asOwner(ownerUrl, async (tx) => {
    await upsert(tx, 'region', 'm49', areas.map(regionRow));
    await upsert(
      tx,
      'state_area',
      'iso3',
      states.map(({ alpha3, ancestors }) => ({ iso3: alpha3, areas: ancestors })),
    );
    await upsert(tx, 'regional_body', 'slug', bodies.map(bodyRow));
    await upsert(
      tx,
      'workshop',
      'slug',
      workshops.map((workshop) => workshopRow(workshop, slugs)),
    );
  });
}

/** Texts whose English is the original; `others` says how the rest came about. */
const localized = (texts: Record<string, string>, others: TranslationStatus): Localized =>
  Object.fromEntries(
    Object.entries(texts).map(([locale, text]) => [
      locale,
      { text, status: locale === 'en' ? TranslationStatus.ORIGINAL : others },
    ]),
  );

// Area names are the UNSD's own in each language, not translations by us.
const regionRow = ({ m49, level, parent, name }: ReturnType<typeof readAreas>['areas'][number], place: number) => ({
  m49,
  level: level.toUpperCase(),
  parent_m49: parent,
  names: localized(name, TranslationStatus.HUMAN),
  place,
});

const bodyRow = (body: ReturnType<typeof readBodies>['bodies'][number]) => ({
  slug: body.id,
  acronym: body.acronym,
  names: localized({ en: body.name }, TranslationStatus.HUMAN),
  seat_city: body.seat.city,
  seat_state: body.seat.country,
  founded_year: body.foundedYear,
  website: body.website,
  organs: body.counterTerrorismOrTechnologyOrgans,
  regions: body.regions,
  non_un_members: body.nonUnMembers.map(({ name, note = null }) => ({ name, note })),
  status_notes: body.statusNotes,
  as_of: body.asOf,
});

function workshopRow(workshop: Workshops['workshops'][number], slugs: ReadonlySet<string>) {
  const { precision, earliest, latest } = datesOf(workshop.datePrecision, workshop.startDate, workshop.endDate);
  return {
    slug: workshop.id,
    kind: workshop.kind.toUpperCase(),
    titles: localized(workshop.title, TranslationStatus.MACHINE),
    venue_city: workshop.venue.city,
    venue_state: workshop.venue.country,
    start_date: workshop.startDate,
    end_date: workshop.endDate,
    date_precision: precision,
    earliest_date: earliest,
    latest_date: latest,
    regions: workshop.regions,
    regions_note: workshop.participatingRegionsNote,
    participant_facts: workshop.participants && participantFacts(workshop.participants, slugs),
    summary: workshop.summary,
    facts: workshop.facts,
    resources: workshop.resources.map(({ title, publisher = null, year = null, url = null }) => ({
      title,
      publisher,
      year,
      url,
    })),
  };
}

function participantFacts(
  said: NonNullable<Workshops['workshops'][number]['participants']>,
  slugs: ReadonlySet<string>,
): ParticipantFacts {
  const organizations = said.organizations ?? [];
  return {
    total: said.participants ?? null,
    officials: said.officials ?? null,
    others: said.others ?? null,
    partnerStates: said.partnerStates ?? null,
    states: said.states ?? [],
    bodies: organizations.filter((name) => slugs.has(name)),
    organizations: organizations.filter((name) => !slugs.has(name)),
  };
}
