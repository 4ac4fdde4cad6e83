import type { Rules } from '@hub/kit/migrate';
import { markings } from '@hub/kit/viewer';
import {
  type Roles,
  byMarking,
  definerFunction,
  practiceImage,
  seesHeader,
  seesSectionNamed,
  seesVersion,
} from './practice.visibility.js';

/**
 * The sections there are of these versions that the viewer may not see, of practices whose header they see: name and
 * marking, never content. A definer's function, since to the viewer such a row is not there.
 */
export function redactionRules(roles: Roles): Rules {
  const p = practiceImage('p');
  const rank = (marking: string) =>
    `array_position(array[${markings.map((name) => `'${name}'`).join(', ')}], ${marking})`;
  const own = `(${p.sections}->>s.name)`;
  const statements = [
    `create function redacted_sections(versions uuid[])
       returns table (version_key uuid, name text, marking text, reason text)
       language plpgsql stable security definer set search_path = pg_catalog, public as $$
     begin return query
     select s.version_key, s.name, case when ${rank(own)} > ${rank(p.marking)} then ${own} else ${p.marking} end,
       case when ${p.stage} <> 'DECLINED' and coalesce(${byMarking(p.marking, p)}, false) then 'MARKING' else 'HEADER_ONLY' end
       from public.practice_section s
       join public.practice_version v on v.key = s.version_key
       join public.practice p on p.key = v.practice_key
      where s.version_key = any (versions) and p.withdrawn_at is null
        and ${seesHeader(p)} and ${seesVersion(p, 'v')} and not coalesce(${seesSectionNamed(p, 's.name')}, false);
     end $$`,
    ...definerFunction('redacted_sections(uuid[])', roles),
  ];
  return { tables: [], functions: ['redacted_sections'], statements };
}
