/**
 * From COMMIT acknowledged to the event at a WebSocket client. The mutation's HTTP answer leaves after the commit, so
 * its arrival is the earliest a client can know of the commit; an event that is there sooner counts as 0.
 */
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const warmUp = 20;
const counted = 200;
const pauseMs = 20; // idle between submissions

const practice = {
  owner: { memberState: 'KEN' },
  title: 'Measured',
  summary: 'A practice to measure with.',
  marking: 'AMBER',
  audience: { regionalBodies: ['igad'] },
  pillars: ['II'],
  themes: ['legal-frameworks'],
  type: 'POLICY',
  regions: ['014'],
  ownership: { leadInstitution: 'An office', contactRole: 'Its head' },
  scope: { level: 'NATIONAL', periodStart: '2024-01-01' },
  narrative: { context: 'a', objectives: 'b', actors: 'c', methodology: 'd', resourcesNeeded: 'e', legalBasis: 'f' },
  evidence: { maturity: 'PROMISING' },
  learning: { successFactors: 'a', constraints: 'b', lessons: 'c', replicability: 'd', sustainability: 'e' },
  rights: { rightsAffected: ['Privacy'] },
};
const create =
  'mutation ($input: CreatePracticeInput!) { createPractice(input: $input) { practice { id revision } userErrors { message } } }';
const submit =
  'mutation ($input: SubmitPracticeInput!) { submitPractice(input: $input) { practice { id } userErrors { message } } }';
const watch = `subscription { practiceEvents(filter: { concerns: "igad" }) {
  type practiceId practice { title { text } owner { ... on MemberState { name { text } bodies { acronym } } } regions { name { text } } } } }`;

export async function push({ url, focalPoint, officer }) {
  const ask = async (query, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${focalPoint}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    const [payload] = Object.values(data ?? {});
    if (errors || payload.userErrors.length > 0) throw new Error(JSON.stringify(errors ?? payload));
    return payload.practice;
  };
  const client = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${officer}` },
  });
  const arrivals = new Map();
  const waiting = new Map();
  const events = client.iterate({ query: watch });
  await events.next(); // CAUGHT_UP
  const reading = (async () => {
    for await (const { data, errors } of events) {
      if (errors) throw new Error(JSON.stringify(errors));
      const { practiceId, practice: joined } = data.practiceEvents;
      if (practiceId && joined?.owner.bodies.length > 0 && joined.regions[0].name) {
        arrivals.set(practiceId, performance.now());
        waiting.get(practiceId)?.();
      }
    }
  })();
  const delays = [];
  for (let run = 0; run < warmUp + counted; run++) {
    const { id, revision } = await ask(create, { input: practice });
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const arrived = new Promise((resolve) => waiting.set(id, resolve));
    await ask(submit, { input: { id, expectedRevision: revision } });
    const acknowledged = performance.now();
    await Promise.race([arrived, reading]);
    if (run >= warmUp) delays.push(Math.max(0, arrivals.get(id) - acknowledged));
  }
  await client.dispose();
  const sorted = delays.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return {
    name: 'p50',
    value: at(0.5),
    aim: 50,
    unit: 'ms',
    figures: {
      events: sorted.length,
      p95: `${at(0.95).toFixed(1)} ms`,
      p99: `${at(0.99).toFixed(1)} ms`,
      max: `${sorted.at(-1).toFixed(1)} ms`,
    },
  };
}
