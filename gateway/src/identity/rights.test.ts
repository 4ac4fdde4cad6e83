import { expect, test } from '@jest/globals';
import type { RoleHeld, Viewer } from '@hub/kit/viewer';
import { covers } from './rights.js';

const role = (name: RoleHeld['role'], of: RoleHeld['of'], ...groups: RoleHeld['groups']): RoleHeld => ({
  role: name,
  of,
  groups: of ? [of, ...groups] : groups,
});
const ann: Viewer = {
  kind: 'person',
  key: 'a',
  roles: [role('FOCAL_POINT', 's:KEN', 'b:igad', 'b:au'), role('CURATOR', null)],
  scopes: ['practices:read', 'events:read'],
  ceiling: 'AMBER',
};
const [focalPoint, curator] = ann.roles as [RoleHeld, RoleHeld];

test.each<[string, Partial<Viewer>, boolean]>([
  ['nothing changed', {}, true],
  ['a role was added', { roles: [...ann.roles, role('REVIEWER', 's:UGA')] }, true],
  ['the roles come in another order', { roles: [curator, focalPoint] }, true],
  ['the State joined a body', { roles: [role('FOCAL_POINT', 's:KEN', 'b:igad', 'b:au', 'b:eac'), curator] }, true],
  ['the State left a body', { roles: [role('FOCAL_POINT', 's:KEN', 'b:igad'), curator] }, false],
  ['a role ended', { roles: [focalPoint] }, false],
  ['a role became another of the same State', { roles: [role('REVIEWER', 's:KEN', 'b:igad', 'b:au'), curator] }, false],
  ['the same role is of another State', { roles: [role('FOCAL_POINT', 's:UGA', 'b:igad', 'b:au'), curator] }, false],
  ['a scope was added', { scopes: [...ann.scopes, 'directory:read'] }, true],
  ['a scope was taken', { scopes: ['practices:read'] }, false],
  ['the ceiling was raised', { ceiling: 'RED' }, true],
  ['the ceiling was lowered', { ceiling: 'GREEN' }, false],
  ['it is somebody else', { key: 'b' }, false],
  ['it is a client of that key', { kind: 'client' }, false],
])('when %s', (_what, change, covered) => {
  expect(covers({ ...ann, ...change }, structuredClone(ann))).toBe(covered);
});
