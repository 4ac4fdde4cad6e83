/** Whether what somebody may do now takes in all that they might do before. */
import { type Viewer, markings } from '@hub/kit/viewer';

/** Whether whatever was decided for `before` holds for `now` as well: rights were added, or nothing changed. */
export function covers(now: Viewer, before: Viewer): boolean {
  if (now === before) return true;
  return (
    now.kind === before.kind &&
    now.key === before.key &&
    markings.indexOf(now.ceiling) >= markings.indexOf(before.ceiling) &&
    within(before.scopes, now.scopes) &&
    before.roles.every(({ role, of, groups }) =>
      now.roles.some((held) => held.role === role && held.of === of && within(groups, held.groups)),
    )
  );
}

const within = (few: readonly string[], many: readonly string[]): boolean => few.every((one) => many.includes(one));
