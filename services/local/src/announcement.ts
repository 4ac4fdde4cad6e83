/** What the person at the console reads once the hub runs: where it is, and what to paste. */
import type { RunningHub } from './dataFolder.js';
import { developmentToken } from './developmentToken.js';
import type { Secrets } from './secrets.js';

const shownRoles = ['focal-point:KEN', 'officer:igad', 'curator'];
const query =
  '{ practices(first: 3) { totalCount nodes { title { text } owner { ... on MemberState { name { text } bodies { acronym } } } regions { name { text } } } } }';
const subscription =
  'subscription { practiceEvents(filter: { concerns: "igad" }) { cursor type at practice { title { text } } } }';

export async function announcement(hub: RunningHub & { secrets: Secrets }, seeded: boolean): Promise<string> {
  const lines = ['', `The hub runs: ${hub.url}   (a browser gets an explorer there; Ctrl-C stops everything)`, ''];
  lines.push(
    'A query, as anybody:',
    `  curl -s ${hub.url} -H 'content-type: application/json' -d '${JSON.stringify({ query })}'`,
    '',
  );
  if (hub.issuer && seeded) {
    const tokens = await Promise.all(shownRoles.map((role) => developmentToken(hub, hub.secrets, role)));
    lines.push(
      'A subscription, for the explorer, with the token of officer:igad in its field "Access token":',
      `  ${subscription}`,
      '',
    );
    lines.push('Development tokens, good for one hour:', ...shownRoles.map((role, i) => `  ${role}\n    ${tokens[i]}`));
    lines.push(
      'Others: npm run -s token -- reviewer:KEN   (focal-point:<ISO3>, officer:<body>, reviewer:<ISO3>, curator, auditor, integrator:<name>)',
    );
  } else {
    const issuer = hub.issuer ?? '<your issuer>';
    lines.push(
      'The first curator of an empty hub is bound with:',
      `  npm run -s bootstrap -- --issuer ${issuer} --subject ${hub.issuer ? 'curator' : '<subject of their tokens>'}`,
    );
  }
  return [...lines, ''].join('\n');
}
