/** One viewer in one world, with what the oracle says they see, and a way to ask that watches what comes back. */
import { type Known } from './known.js';
import type { Json } from '../hub.js';
import type { Answer, Exchange } from './exchange.js';
import { type Asking, type Shown, shown } from './oracle.js';
import { comparable, practiceId, recordOf } from './record.js';
import { type Tally, described } from './tally.js';
import { wordsIn } from './texts.js';
import type { Practice, SectionName, Viewer, World } from './world.js';

export class View {
  readonly asking: Asking;
  /** By practice key. */
  readonly sights: ReadonlyMap<string, Shown | null>;
  readonly seen: readonly Practice[];
  readonly #records = new Map<string, Json>();

  constructor(
    readonly exchange: Exchange,
    readonly world: World,
    readonly viewer: Viewer,
    readonly known: Known,
    readonly tally: Tally,
  ) {
    this.asking = { viewer, world };
    this.sights = new Map(world.practices.map((practice) => [practice.key, shown(this.asking, practice)]));
    this.seen = world.practices.filter(({ key }) => this.sights.get(key));
  }

  shown(practice: Practice): Shown | null {
    return this.sights.get(practice.key) ?? null;
  }

  record(practice: Practice): Json {
    const sight = this.shown(practice);
    if (sight && !this.#records.has(practice.key))
      this.#records.set(practice.key, recordOf(practice, sight, this.world.now));
    return this.#records.get(practice.key) ?? null;
  }

  /** Asks, expects no error, and looks for words of what is hidden in whatever comes back. */
  async ask(path: string, query: string, variables: object = {}): Promise<Json> {
    const answer = await this.exchange.ask(this.known, query, variables);
    this.scan(path, answer);
    if (answer.errors) throw new Error(`${path}, ${this.viewer.name}: ${JSON.stringify(answer.errors).slice(0, 500)}`);
    return answer.data;
  }

  /** Whatever form an answer has: no word of a hidden practice, version or section is in it. */
  scan(path: string, answer: Answer | Json): void {
    const strange = wordsIn(JSON.stringify(answer)).filter((word) => !this.#mayRead(word));
    this.tally.compare(`${path}: words`, this.viewer, 'words of what is hidden', [], strange, 0);
  }

  #mayRead({ index, number, part }: { index: number; number: number; part: string }): boolean {
    const practice = this.world.practices[index];
    const sight = practice && this.shown(practice);
    if (!sight) return false;
    if (part === '') return true;
    if (part === 'consent') return sight.has.has('owner');
    return sight.version.number === number && (part === 'title' || sight.sections.has(part as SectionName));
  }

  /** Compares a record, or null, with what the oracle says: a decision for the header, and one per section below it. */
  compareRecord(path: string, practice: Practice, answer: Json): void {
    const expected = this.record(practice);
    const sections = expected || answer ? practice.versions[0]!.sections.length : 0;
    const actual = comparable(answer, this.asking, practice);
    this.tally.compare(path, this.viewer, described(this.world, practice), expected, actual, 1 + sections);
  }

  /** Compares which practices are there: a decision for each practice of the world. */
  compareSet(path: string, expected: readonly Practice[], ids: readonly string[]): void {
    const due = new Set(expected.map(practiceId));
    const got = new Set(ids);
    for (const practice of this.world.practices) {
      const id = practiceId(practice);
      this.tally.compare(path, this.viewer, described(this.world, practice), due.has(id), got.has(id));
    }
    const twice = ids.length !== got.size;
    const strange = ids.filter((id) => !this.world.practices.some((practice) => practiceId(practice) === id));
    this.tally.compare(
      `${path}: once and of this world`,
      this.viewer,
      '',
      { twice: false, strange: [] },
      { twice, strange },
      0,
    );
  }
}
