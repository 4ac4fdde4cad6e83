/**
 * Who could find a text, as keys of an index: a *reader token* says one way of being let in ("vetted", "a focal point
 * reached through s:KEN"), a text carries those that may let somebody in, and a viewer those they have. Search looks
 * up the pair of a token and a word, so that what a viewer may not see is never touched: a word that stands in
 * hidden texts alone costs what a word costs that stands nowhere.
 *
 * Tokens decide nothing. They must be there for everybody the rule lets in, and the rule (practice.visibility.ts)
 * is asked about every text they lead to.
 */
import type { MarkingName } from '@hub/kit/viewer';
import { type Image, viewer } from '../practice/practice.visibility.js';

const every = (kind: string, tokens: string) => `array(select '${kind} ' || t from unnest(${tokens}) t)`;

/** Of a submitted text, by the strictest marking in it. A new marking does not compile without its row. */
const byMarking: Record<MarkingName, (p: Image) => string> = {
  CLEAR: () => `array['everyone', 'vetted']`,
  GREEN: () => `array['vetted']`,
  AMBER: ({ audience }) => every('reached', audience),
  AMBER_STRICT: ({ audience }) => every('entrusted', audience),
  RED: ({ audience }) => every('named', audience),
};

const owner = (p: Image) => `array['owner ' || ${p.owner}]`;

/** The tokens of a text of a submitted version with sections up to `marking`. Assigned reviewers have none: search
 *  reads what is theirs one by one. */
export const submittedReaders = (p: Image, marking: string): string =>
  `${owner(p)} || case when ${p.stage} = 'DECLINED' then '{}' else case ${marking} ${Object.entries(byMarking)
    .map(([name, tokens]) => `when '${name}' then ${tokens(p)}`)
    .join(' ')} else '{}' end end`;

/** The header alone: what curators see. Of a withdrawn practice it is all there is, for everybody. */
export const headerReaders = (p: Image, withdrawn: string): string =>
  `case when ${withdrawn} then ${submittedReaders(p, p.marking)} else '{}' end
     || case when ${p.marking} = 'RED' then '{}'::text[] else array['curator'] end`;

/** A draft is its owner's alone. */
export const draftReaders = owner;

/** The tokens a viewer has, from the settings of the transaction. */
export const reach = `(case when ${viewer.known} then array['everyone'] else '{}' end
  || case when ${viewer.vetted} then array['vetted'] else '{}' end
  || case when ${viewer.curator} then array['curator'] else '{}' end
  || ${every('reached', viewer.groups)}
  || ${every('entrusted', viewer.strictGroups)}
  || ${every('named', `array[${viewer.person}]`)}
  || ${every('owner', viewer.owners)})`;
