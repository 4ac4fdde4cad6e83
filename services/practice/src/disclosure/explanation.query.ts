/** Asks the rule why a person sees a practice; null when that is not the viewer's to know. */
import type { Token, Viewer } from '@hub/kit/viewer';
import type { PracticeContext } from '../context.js';
import { ownerOf } from '../practice/practice-owner.js';
import { viewerSettings } from '../practice/practice.visibility.js';
import { Marking, type SectionName, sectionOf } from '../practice/vocabulary.js';
import { VisibilityExplanation, VisibilityRule, inWords } from './explanation.js';

interface Row {
  part: 'HEADER' | SectionName;
  sees: boolean;
  because: string;
  marking: Marking;
  via: Token[];
}

export async function explainVisibility(
  { db }: Pick<PracticeContext, 'db'>,
  practiceKey: string,
  person: Viewer,
): Promise<VisibilityExplanation | null> {
  const rows = await db.read((tx) =>
    tx.query<Row[]>('select * from why_seen($1, $2)', [practiceKey, viewerSettings(person)]),
  );
  const header = rows.find(({ part }) => part === 'HEADER');
  if (!header) return null;
  return {
    ...decision(header),
    via: header.because === 'AUDIENCE' ? header.via.map(ownerOf) : [],
    sections: rows.flatMap((row) =>
      row.part === 'HEADER' ? [] : [{ section: sectionOf(row.part), marking: row.marking, ...decision(row) }],
    ),
  };
}

function decision({ sees, because, via }: Row): Pick<VisibilityExplanation, 'sees' | 'rule' | 'explanation'> {
  const name =
    because === 'AUDIENCE'
      ? via.some((token) => token.startsWith('s:'))
        ? 'AUDIENCE_STATE'
        : 'AUDIENCE_BODY'
      : because;
  const rule = VisibilityRule[name as keyof typeof VisibilityRule];
  return { sees, rule, explanation: inWords[rule] };
}
