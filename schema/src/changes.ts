/**
 * What a change of the API breaks, and whether CHANGES.md says so.
 *
 * *baseline*: the API as last released (baseline.graphql). *named*: a line under "## Unreleased" in CHANGES.md
 *
 *     - BREAKING `Practice.title`: ask for `title(locale:)` instead.
 *
 * with the path of what breaks: a type, `Type.field`, `Type.field.argument` or `Enum.VALUE`. Only unreleased lines
 * count, so that the line of one release does not cover a break in the next.
 */
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const unreleased = '## Unreleased';

/** A line per breaking change that is not named, and per named one that breaks nothing. */
export async function unnamedBreaks(baseline: string, api: string, changes: string): Promise<string[]> {
  const broken = new Map<string, string[]>();
  for (const { criticality, path, message } of await diff(buildSchema(baseline), buildSchema(api)))
    if (criticality.level === CriticalityLevel.Breaking)
      broken.set(path ?? '', [...(broken.get(path ?? '') ?? []), message]);
  const named = namedBreaks(changes);
  return [
    ...[...broken]
      .filter(([path]) => !named.has(path))
      .map(([path, messages]) => `\`${path}\` breaks clients and CHANGES.md does not name it: ${messages.join('; ')}.`),
    ...[...named]
      .filter((path) => !broken.has(path))
      .map((path) => `CHANGES.md names \`${path}\`, which breaks nothing.`),
  ];
}

function namedBreaks(changes: string): Set<string> {
  return new Set([...unreleasedPart(changes).matchAll(/^- BREAKING `([^`]+)`: \S/gm)].map(([, path]) => path!));
}

function unreleasedPart(changes: string): string {
  const start = changes.indexOf(`\n${unreleased}\n`);
  if (start < 0) throw new Error(`CHANGES.md has no heading "${unreleased}".`);
  const rest = changes.slice(start + unreleased.length + 2);
  const end = rest.search(/^## /m);
  return end < 0 ? rest : rest.slice(0, end);
}

/** The history with what was unreleased under the day of its release. Throws when there is nothing to read about it. */
export function released(changes: string, day: string): string {
  if (!/^- \S/m.test(unreleasedPart(changes)))
    throw new Error(`Say in CHANGES.md, under "${unreleased}", what is new for clients: a line "- …" for each.`);
  return changes.replace(`\n${unreleased}\n`, `\n${unreleased}\n\n## ${day}\n`);
}
