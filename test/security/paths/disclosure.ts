/** What owners and curators are told of who sees what: the truth, and nobody else is told anything. */
import type { Json } from '../../hub.js';
import { currentRoles, shown } from '../oracle.js';
import { globalId, practiceId } from '../record.js';
import { everything } from '../selection.js';
import { described } from '../tally.js';
import type { View } from '../view.js';
import { type Practice, owners } from '../world.js';

const whole = everything('VisibilityExplanation');
/** So many explanations each viewer asks for, by turns. */
const share = 12;

export async function disclosure(view: View, turn: number): Promise<void> {
  const { practices, persons } = view.world;
  for (let place = 0; place < share; place++) {
    const practice = practices[(turn + place) % practices.length]!;
    const person = persons[(turn * share + place) % persons.length]!;
    const answer = await view.exchange.ask(
      view.known,
      `query ($practice: ID!, $person: ID!) { explainVisibility(practice: $practice, person: $person) { ${whole} } }`,
      { practice: practiceId(practice), person: globalId('Person', person.key) },
    );
    view.scan('explainVisibility', answer);
    const told: Json = answer.data?.explainVisibility ?? null;
    const what = `${described(view.world, practice)}: ${person.name}`;
    const may = mayExplain(view, practice);
    view.tally.compare('explainVisibility', view.viewer, what, may, told !== null);
    if (!told) continue;
    const sight = shown({ viewer: person, world: view.world }, practice);
    view.tally.compare('explainVisibility: header', view.viewer, what, sight !== null, told.sees);
    for (const { section, sees } of told.sections) {
      const name = section.toLowerCase();
      // Of a section without text the oracle says nothing.
      if (sight?.version.sections.includes(name))
        view.tally.compare(
          'explainVisibility: section',
          view.viewer,
          `${what}: ${section}`,
          sight.sections.has(name),
          sees,
        );
    }
  }
  await preview(view);
}

/** The owner’s side, and the curators of what they see. */
const mayExplain = (view: View, practice: Practice): boolean => {
  const sight = view.shown(practice);
  const curator = currentRoles(view.viewer, view.world.now).some(({ role }) => role === 'CURATOR');
  return sight !== null && (curator || sight.has.has('owner'));
};

/** For whom they don’t decide, nobody is shown whom a sharing would reach. */
async function preview(view: View): Promise<void> {
  const mine = currentRoles(view.viewer, view.world.now).filter(
    ({ role }) => role !== 'CONTRIBUTOR' && role !== 'REVIEWER',
  );
  for (const owner of [owners.find((token) => !mine.some(({ of }) => of === token))!, mine.find(({ of }) => of)?.of])
    if (owner) {
      const answer = await view.exchange.ask(
        view.known,
        `query ($input: PreviewAudienceInput!) { previewAudience(input: $input) { ${everything('AudiencePreview')} } }`,
        {
          input: {
            marking: 'AMBER',
            owner: owner.startsWith('s:') ? { memberState: owner.slice(2) } : { regionalBody: owner.slice(2) },
            audience: { memberStates: ['KEN'] },
          },
        },
      );
      view.scan('previewAudience', answer);
      const decides = mine.some(({ of }) => of === owner);
      view.tally.compare('previewAudience', view.viewer, owner, decides, answer.data?.previewAudience != null);
    }
}
