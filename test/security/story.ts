/** A practice and what happens to it: each step changes it and appends the event that the hub would. */
import {
  type Consent,
  type Grant,
  type Happening,
  type Image,
  type Makers,
  type Marking,
  type Person,
  type Practice,
  type SectionMarkings,
  type Version,
  day,
  markings,
  minute,
  owners,
  sectionNames,
} from './world.js';

const regions = ['001', '002', '014', '011', '035', '142', '155'];
const themes = ['legal-frameworks', 'digital-evidence', 'capacity-building', 'strategic-communications'];
const types = ['LAW', 'POLICY', 'INSTITUTION', 'PROGRAMME', 'TECHNOLOGY', 'PARTNERSHIP', 'TRAINING'];
const maturities = ['INNOVATION', 'PROMISING', 'GOOD', 'INSTITUTIONALISED'];

export class Story {
  readonly practice: Practice;
  readonly happened: Happening[] = [];
  #clock: number;

  constructor(
    private readonly makers: Makers,
    index: number,
    private readonly persons: readonly Person[],
  ) {
    const { random, ago, uuid } = makers;
    const began = ago((2 + random.fraction()) * 10 * day);
    this.#clock = began.getTime();
    const publicSource = random.chance(0.1);
    this.practice = {
      key: uuid(),
      index,
      slug: `slug-zq${index}`,
      owner: random.pick(owners),
      origin: publicSource ? 'PUBLIC_SOURCE' : 'SUBMISSION',
      marking: publicSource ? 'CLEAR' : random.pick(markings),
      audience: publicSource || random.chance(0.1) ? null : createAudience(makers, persons),
      stage: 'DRAFT',
      revision: 1 + random.below(5),
      createdAt: began,
      withdrawnAt: null,
      versions: [createVersion(makers, 1, began)],
      sectionMarkings: createSectionMarkings(makers),
      lapses: [],
      consents: createConsents(makers),
      assignments: [],
      grants: [],
    };
    assign(makers, this.practice, persons); // to drafts too: it must open nothing there
    if (random.chance(0.3)) this.practice.grants.push(...createGrants(makers, persons, began));
  }

  /** A random course up to today. */
  tell(): this {
    const { random } = this.makers;
    const { practice } = this;
    if (practice.origin === 'PUBLIC_SOURCE') this.#publish(null);
    else if (random.chance(0.88)) {
      this.#submit();
      if (random.chance(0.3)) this.#share();
      const course = random.below(8);
      if (course < 4) this.#publish();
      else if (course === 4) this.#newest.state = random.pick(['IN_REVIEW', 'CHANGES_REQUESTED', 'VALIDATED']);
      else if (course === 5) this.#decline();
      if (random.chance(0.5)) this.#draftNext();
      if (this.#hasDraft && random.chance(0.6)) {
        this.#submit();
        if (practice.stage === 'PUBLISHED' && random.chance(0.4)) this.#publish();
      }
      if (random.chance(0.2)) this.#share();
      if (random.chance(0.5)) this.#grant();
      if (random.chance(0.15)) this.#withdraw();
      if (random.chance(0.25)) this.#lapse();
    }
    return this;
  }

  /** One more step; false when nothing more can happen to it. */
  goOn(): boolean {
    const { random } = this.makers;
    const { practice } = this;
    if (practice.withdrawnAt || practice.origin === 'PUBLIC_SOURCE' || practice.lapses.length > 0) return false;
    if (this.#hasDraft) this.#submit();
    else if (random.chance(0.2)) this.#withdraw();
    else if (practice.stage !== 'PUBLISHED' && practice.stage !== 'DECLINED' && random.chance(0.3)) this.#publish();
    else if (random.chance(0.3)) this.#grant();
    else this.#share();
    return true;
  }

  get #newest(): Version {
    return this.practice.versions.at(-1)!;
  }
  get #hasDraft(): boolean {
    return this.#newest.submittedAt === null;
  }
  get #newestSent(): Version | undefined {
    return this.practice.versions.findLast(({ submittedAt }) => submittedAt);
  }

  #submit(): void {
    this.#step(this.practice.stage === 'DRAFT' ? 'SUBMITTED' : 'REVISED', (at) => {
      Object.assign(this.#newest, { state: 'SUBMITTED', submittedAt: at });
      if (this.practice.stage === 'DRAFT') this.practice.stage = 'SUBMITTED';
    });
  }

  #share(): void {
    this.#step('AUDIENCE_CHANGED', () => {
      this.practice.marking = this.makers.random.pick(markings);
      this.practice.audience = createAudience(this.makers, this.persons);
      this.practice.sectionMarkings = createSectionMarkings(this.makers);
    });
  }

  /** Opens sections to somebody, who is told of it, and nobody else. */
  #grant(): void {
    const [grant] = createGrants(this.makers, [this.makers.random.pick(this.persons)], this.#later());
    this.#step('ACCESS_CHANGED', () => this.practice.grants.push(grant!), this.#image, grant!.person);
  }

  /** A consent that runs out leaves less, never more. */
  #lapse(): void {
    const { random, now, ago } = this.makers;
    const { marking, audience, sectionMarkings } = this.practice;
    const left = (own: Marking): Marking => random.pick(markings.slice(markings.indexOf(own)));
    const later = left(marking);
    const shut = later === 'RED' && (marking === 'AMBER' || marking === 'AMBER_STRICT'); // persons did not count before
    this.practice.lapses = [random.chance(0.5) ? ago(minute) : new Date(now.getTime() + day)].map((at) => ({
      at,
      marking: later,
      audience: audience?.filter((token) => random.chance(0.5) && !(shut && token.startsWith('p:'))) ?? null,
      sectionMarkings: Object.fromEntries(
        sectionNames.flatMap((name) => {
          const own = sectionMarkings[name];
          return own ? [[name, left(own)]] : random.chance(0.2) ? [[name, left(marking)]] : [];
        }),
      ),
    }));
  }

  #publish(before: Image | null = this.#image): void {
    this.#step(
      'PUBLISHED',
      (at) => {
        for (const version of this.practice.versions.slice(0, -1)) version.state = 'SUPERSEDED';
        const version = this.#newest;
        version.submittedAt ??= at; // what was compiled is published at once
        Object.assign(version, { state: 'PUBLISHED', publishedAt: at });
        this.practice.stage = 'PUBLISHED';
      },
      before,
    );
  }

  #decline(): void {
    this.#step('REVIEWED', () => {
      this.#newest.state = 'DECLINED';
      this.practice.stage = 'DECLINED';
    });
  }

  #withdraw(): void {
    this.#step('WITHDRAWN', (at) => {
      this.practice.withdrawnAt = at;
      this.practice.versions = this.practice.versions.filter(({ submittedAt }) => submittedAt);
      for (const version of this.practice.versions) Object.assign(version, { state: 'WITHDRAWN', updatedAt: at });
    });
  }

  #draftNext(): void {
    if (this.practice.stage === 'DECLINED') return;
    this.practice.versions.push(createVersion(this.makers, this.#newest.number + 1, this.#later()));
  }

  get #image(): Image {
    const { marking, audience, sectionMarkings, stage } = this.practice;
    return { marking, audience, sectionMarkings, stage, state: this.#newestSent?.state ?? 'DRAFT' };
  }

  #later(): Date {
    this.#clock += Math.floor(this.makers.random.fraction() * day) + 1000;
    return new Date(this.#clock);
  }

  #step(
    type: string,
    change: (at: Date) => void,
    before: Image | null = this.#image,
    person: string | null = null,
  ): void {
    const at = this.#later();
    change(at);
    const sent = this.#newestSent!;
    if (type !== 'AUDIENCE_CHANGED' && type !== 'ACCESS_CHANGED') sent.updatedAt = at;
    const { key } = this.practice;
    this.practice.revision += 1;
    const id = this.makers.uuid();
    this.happened.push({ id, type, at, practice: key, version: sent.number, before, after: this.#image, person });
  }
}

const createAudience = ({ random }: Makers, persons: readonly Person[]): string[] => [
  ...owners.filter(() => random.chance(0.2)),
  ...persons.map(({ key }) => `p:${key}`).filter(() => random.chance(0.15)),
];

function assign({ random, ago }: Makers, practice: Practice, persons: readonly Person[]): void {
  for (const person of persons) {
    const held = person.roles.find(({ role, of }) => role === 'REVIEWER' && of !== practice.owner);
    if (held && random.chance(0.25))
      practice.assignments.push({ person: person.key, of: held.of!, endedAt: random.chance(0.3) ? ago(minute) : null });
  }
}

/** One for each person, of some sections; a few are over already, by time or by the owner. */
const createGrants = ({ random, now, ago, uuid }: Makers, persons: readonly Person[], grantedAt: Date): Grant[] =>
  persons.map(({ key }) => ({
    key: uuid(),
    person: key,
    sections: sectionNames.filter((_, index) => index === 4 || random.chance(0.5)),
    grantedAt,
    until: random.chance(0.2) ? ago(minute) : new Date(now.getTime() + day),
    endedAt: random.chance(0.2) ? ago(minute) : null,
  }));

const createSectionMarkings = ({ random }: Makers): SectionMarkings =>
  Object.fromEntries(sectionNames.filter(() => random.chance(0.3)).map((name) => [name, random.pick(markings)]));

const createConsents = ({ random, uuid, ago }: Makers): Consent[] =>
  random.chance(0.3)
    ? [{ key: uuid(), date: '2026-01-01', expiry: random.chance(0.5) ? '2026-02-01' : null, givenAt: ago(40 * day) }]
    : [];

function createVersion({ random, uuid }: Makers, number: number, at: Date): Version {
  const some = (from: readonly string[]) => from.filter((_, index) => index === 0 || random.chance(0.3));
  const shuffled = (from: readonly string[]) => {
    const first = random.below(from.length);
    return some([...from.slice(first), ...from.slice(0, first)]);
  };
  return {
    key: uuid(),
    number,
    state: 'DRAFT',
    createdAt: at,
    updatedAt: at,
    submittedAt: null,
    publishedAt: null,
    languages: random.chance(0.3) ? ['en', 'fr'] : ['en'],
    themes: shuffled(themes),
    pillars: shuffled(['I', 'II', 'III', 'IV']),
    regions: shuffled(regions).slice(0, 2),
    type: random.pick(types),
    maturity: random.pick(maturities),
    sections: sectionNames.filter(() => random.chance(0.9)),
  };
}
