import type { Roles } from '../practice/practice.visibility.js';

export const roles: Roles = { owner: 'practice_owner', app: 'practice_app', definer: 'practice_definer' };
