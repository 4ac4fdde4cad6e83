/** Who one can be in development. A role's name is the subject of its tokens; membership's seed binds it to a person or client. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DevelopmentRoles {
  states: ReadonlySet<string>;
  bodies: ReadonlySet<string>;
}

/** Read from region's committed data; `root` is the project's folder. */
export function developmentRoles(root: string): DevelopmentRoles {
  const read = <T>(name: string) => JSON.parse(readFileSync(join(root, 'services/region/data', name), 'utf8')) as T;
  const { states } = read<{ states: { alpha3: string }[] }>('regions.json');
  const { bodies } = read<{ bodies: { id: string }[] }>('regional-bodies.json');
  return { states: new Set(states.map(({ alpha3 }) => alpha3)), bodies: new Set(bodies.map(({ id }) => id)) };
}

export function isDevelopmentRole(role: string, { states, bodies }: DevelopmentRoles): boolean {
  const [kind, of, ...more] = role.split(':');
  if (more.length > 0) return false;
  switch (kind) {
    case 'focal-point':
    case 'reviewer':
      return of !== undefined && states.has(of);
    case 'officer':
      return of !== undefined && bodies.has(of);
    case 'integrator':
      return of !== undefined && /^[a-z0-9]+(-[a-z0-9]+)*$/i.test(of) && of.length <= 60;
    case 'curator':
    case 'auditor':
      return of === undefined;
    default:
      return false;
  }
}

export const allowedRoles = ({ states, bodies }: DevelopmentRoles): string =>
  `focal-point:<ISO3>, reviewer:<ISO3> (one of ${states.size} States, for instance KEN), officer:<body> (${[...bodies].join(', ')}), curator, auditor, integrator:<letters, digits, dashes>`;
