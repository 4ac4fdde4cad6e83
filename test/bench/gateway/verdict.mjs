/** What the figures say: tables to read, ratios as JSON, and whether the aims are met. */

/** At most so many times what the other costs. */
const aims = {
  big: { stock: 0.12, hiveRust: 0.3, limit: 3, telemetry: 1.15 },
  small: { stock: 0.13, limit: 3, telemetry: 1.15 },
  single: { stock: 0.15, limit: 3, telemetry: 1.15 },
};
const mostResidentMB = 200;
const mostStallMs = 5;
const mostDocumentStallMs = 50;
const shownDocuments = 8;

const middle = (rounds, key) => median(rounds.map((round) => round[key]));

/** How many times what `b` costs `a` does: compared within each round, as machines are faster at times. */
const ratio = (a, b) => rounded(median(a.map(({ ms }, round) => ms / b[round].ms)));

export function print(workload, figures) {
  console.log(`gateway: ${workload}`);
  console.table(
    Object.fromEntries(
      Object.entries(figures).map(([name, rounds]) => [
        name,
        {
          'CPU ms per request': rounded(middle(rounds, 'ms')),
          '× stock': ratio(rounds, figures.stock),
          'ours is × this': ratio(figures.ours, rounds),
          'core used': rounded(middle(rounds, 'core')),
          'subgraph requests': rounded(middle(rounds, 'fetches')),
        },
      ]),
    ),
  );
}

/** The ratios as JSON, what is to be read beside them, and whether every aim is met. */
export function verdict({ figures, exported, residentMB, stalls, worst, peersExpected }) {
  const lines = [];
  let met = true;
  const judge = (what, value, aim, unit = '') => {
    const good = value !== null && value <= aim;
    met &&= good;
    lines.push(
      `${what} ${value === null ? 'not measured' : `${value}${unit}`} (aim ≤ ${aim}${unit}) ${good ? 'met' : 'MISSED'}`,
    );
  };
  const json = {};
  for (const [workload, { ours, ...others }] of Object.entries(figures)) {
    const to = (name) => (others[name] ? ratio(ours, others[name]) : null);
    const than = (name) => ratio(others[name], ours);
    json[workload] = {
      stock: to('stock'),
      hive: to('hive'),
      hiveRust: to('hiveRust'),
      limit: to('limit'),
      telemetry: exported ? than('telemetry') : null,
      signedIn: than('signedIn'),
    };
    for (const [name, aim] of Object.entries(aims[workload]))
      if (peersExpected || name !== 'hiveRust')
        judge(
          `${workload} ${name === 'telemetry' ? 'with telemetry × without' : `× ${name}`}`,
          json[workload][name],
          aim,
        );
  }
  if (!exported) lines.push('with telemetry on, the collector was sent nothing: there is no such figure');
  json.rssMB = Math.round(residentMB);
  judge('resident memory', json.rssMB, mostResidentMB, ' MB');
  json.coldPlanStallMs = rounded(Math.max(...stalls.map(({ stallMs }) => stallMs)));
  judge('longest stall of the event loop at a cold big query', json.coldPlanStallMs, mostStallMs, ' ms');
  lines.push(
    `of ${stalls.length} cold big queries the median stall was ${rounded(middle(stalls, 'stallMs'))} ms ` +
      `(${rounded(middle(stalls, 'wallMs'))} ms with waiting for a core), the median answer took ${rounded(middle(stalls, 'answeredMs'))} ms`,
  );
  const byStall = worst
    .map((one) => ({ ...one, longest: Math.max(one.newMs, one.knownMs) }))
    .toSorted((a, b) => b.longest - a.longest);
  json.worstDocumentStallMs = rounded(byStall[0].longest);
  judge('longest stall of the event loop for one document', json.worstDocumentStallMs, mostDocumentStallMs, ' ms');
  for (const { name, newMs, knownMs, answered } of byStall.slice(0, shownDocuments))
    lines.push(`  ${name}: ${rounded(newMs)} ms when new, ${rounded(knownMs)} ms when known (${answered})`);
  if (peersExpected && !figures.big.hive) met = false;
  return { lines, json, met };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const rounded = (value) => Number(value.toPrecision(3));
