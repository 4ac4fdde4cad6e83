/** What errors say: a mutation of what is hidden is answered as one of what is absent, to the letter. */
import type { Json } from '../../hub.js';
import type { Answer } from '../exchange.js';
import { currentRoles } from '../oracle.js';
import { globalId, practiceId } from '../record.js';
import { everything } from '../selection.js';
import { described } from '../tally.js';
import type { View } from '../view.js';
import { owners } from '../world.js';

/** A revision nobody has: who may write is told CONFLICT, and nothing is changed. */
const never = 2_000_000_000;
/** Mutations of one practice. */
const mutations = ['updatePractice', 'submitPractice', 'withdrawPractice', 'discardPractice'];
const absent = globalId('Practice', '00000000-0000-4000-8000-00000000dead');

/** Every mutation of every viewer, on a share of the practices: `turn` says which. */
export async function refusals(view: View, turn: number): Promise<void> {
  await Promise.all(
    mutations.map(async (mutation, place) => {
      const ofAbsent = await tell(view, mutation, absent);
      const refusal: string = ofAbsent.errors![0]!.extensions.code; // NOT_FOUND for who may write at all
      const share = view.world.practices.filter((_, index) => (index + turn) % 8 === place);
      for (const practice of share) {
        const answer = await tell(view, mutation, practiceId(practice));
        const what = described(view.world, practice);
        view.scan(mutation, answer);
        if (!view.shown(practice)) view.tally.compare(mutation, view.viewer, what, ofAbsent, answer);
        else {
          const code: string = answer.errors?.[0]!.extensions.code ?? answer.data[mutation].userErrors[0].code;
          const mine = currentRoles(view.viewer, view.world.now).some(({ of }) => of === practice.owner);
          const due = mine ? ['CONFLICT', 'FORBIDDEN'] : [refusal === 'NOT_FOUND' ? 'FORBIDDEN' : refusal];
          view.tally.compare(
            mutation,
            view.viewer,
            `${what}: ${code} is one of ${due.join(', ')}`,
            true,
            due.includes(code),
          );
        }
      }
    }),
  );
  await accessRefusals(view, turn);
  await creations(view);
}

const payload = (mutation: string) => {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}`;
  return `mutation ($input: ${type}Input!) { ${mutation}(input: $input) { ${everything(`${type}Payload`)} } }`;
};

const tell = (view: View, mutation: string, id: string): Promise<Answer> =>
  view.exchange.ask(view.known, payload(mutation), { input: { id, expectedRevision: never } });

/** Asking for access, and deciding on what others asked: of what is hidden as of what is absent. */
async function accessRefusals(view: View, turn: number): Promise<void> {
  const nothing = '00000000-0000-4000-8000-00000000dead';
  const hidden = view.world.practices.filter((practice) => !view.shown(practice));
  const practice = hidden[turn % Math.max(1, hidden.length)];
  const request = hidden.find(({ grants }) =>
    grants.some(({ person }) => !('key' in view.viewer) || person !== view.viewer.key),
  );
  const requestId = (key: string) => globalId('AccessRequest', key);
  const pairs: [mutation: string, hiddenInput: object | null, absentInput: object][] = [
    [
      'requestAccess',
      practice ? { practiceId: practiceId(practice), sections: ['NARRATIVE'], reason: 'Why' } : null,
      { practiceId: absent, sections: ['NARRATIVE'], reason: 'Why' },
    ],
    ...(['grantAccess', 'declineAccess', 'endAccessGrant'] as const).map(
      (mutation): [string, object | null, object] => {
        const more =
          mutation === 'grantAccess' ? { until: tomorrow() } : mutation === 'declineAccess' ? { reason: 'No' } : {};
        return [
          mutation,
          request ? { requestId: requestId(request.grants[0]!.key), ...more } : null,
          { requestId: requestId(nothing), ...more },
        ];
      },
    ),
  ];
  for (const [mutation, hiddenInput, absentInput] of pairs) {
    const ofAbsent = await view.exchange.ask(view.known, payload(mutation), { input: absentInput });
    const ofHidden = await view.exchange.ask(view.known, payload(mutation), { input: hiddenInput ?? absentInput });
    view.scan(mutation, ofHidden);
    view.tally.compare(mutation, view.viewer, JSON.stringify(hiddenInput), ofAbsent, ofHidden);
  }
}
const tomorrow = () => new Date(Date.now() + 24 * 60 * 60_000).toISOString();

/** Nobody creates for whom they don't write, whatever else there is of that owner. */
async function creations(view: View): Promise<void> {
  const mine = currentRoles(view.viewer, view.world.now).map(({ of }) => of);
  const owner = owners.find((token) => !mine.includes(token))!;
  const answer = await view.exchange.ask(view.known, payload('createPractice'), {
    input: {
      title: 'Not mine',
      owner: owner.startsWith('s:') ? { memberState: owner.slice(2) } : { regionalBody: owner.slice(2) },
    },
  });
  view.scan('createPractice', answer);
  const made: Json = answer.data?.createPractice?.practice ?? null;
  view.tally.compare('createPractice', view.viewer, `for ${owner}`, null, made);
}
