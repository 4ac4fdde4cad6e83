/** What focal points and officers do in these tests, through the public endpoint. */
import type { Hub, Json } from './hub.js';

/** Everything a practice needs to be submitted. */
export const completePractice = {
  title: 'Joint digital evidence desk',
  summary: 'Police and prosecutors handle digital evidence together, under one protocol.',
  pillars: ['II', 'IV'],
  themes: ['legal-frameworks'],
  type: 'INSTITUTION',
  regions: ['014'],
  ownership: { leadInstitution: 'Office of the Public Prosecutor', contactRole: 'Head of the digital evidence desk' },
  scope: { level: 'NATIONAL', periodStart: '2024-01-01' },
  narrative: {
    context: 'Evidence was lost between agencies.',
    objectives: 'Lose none.',
    actors: 'Police and prosecutors; the courts benefit.',
    methodology: 'One desk, one protocol.',
    resourcesNeeded: 'Twelve posts.',
    legalBasis: 'An act of parliament.',
  },
  evidence: { maturity: 'PROMISING' },
  learning: {
    successFactors: 'Joint training.',
    constraints: 'Staff turnover.',
    lessons: 'A first attempt without the courts failed.',
    replicability: 'Needs a protocol between agencies.',
    sustainability: 'In the budget.',
  },
  rights: { rightsAffected: ['Privacy', 'Fair trial'] },
};

const payload = '{ practice { id revision state } userErrors { path code message } }';
export const createMutation = `mutation ($input: CreatePracticeInput!) { createPractice(input: $input) ${payload} }`;
export const updateMutation = `mutation ($input: UpdatePracticeInput!) { updatePractice(input: $input) ${payload} }`;
export const submitMutation = `mutation ($input: SubmitPracticeInput!) { submitPractice(input: $input) ${payload} }`;

/** Drafts and submits as a State's focal point; the practice's id and revision. */
export async function submitAs(hub: Hub, iso3: string, input: object): Promise<{ id: string; revision: number }> {
  const role = `focal-point:${iso3}`;
  const { createPractice } = await hub.data(role, createMutation, {
    input: { owner: { memberState: iso3 }, ...completePractice, ...input },
  });
  const { id, revision } = done(createPractice);
  const { submitPractice } = await hub.data(role, submitMutation, { input: { id, expectedRevision: revision } });
  return done(submitPractice);
}

export function done({ practice, userErrors }: Json): { id: string; revision: number } {
  if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
  return practice;
}
