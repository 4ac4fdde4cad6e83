/** Practices to read: GREEN, submitted, whole; written by an administrator, past the rules, since nobody has to check them. */
import { connected } from '@hub/local/databases';

const text =
  'Police and prosecutors handle digital evidence together, under one protocol, and keep a record of every step. ';
const sections = {
  identity: { summary: { en: { text: text.repeat(4), status: 'ORIGINAL' } } },
  ownership: { leadInstitution: 'Office of the Public Prosecutor', contactRole: 'Head of the desk' },
  scope: { level: 'NATIONAL', periodStart: '2024-01-01' },
  narrative: Object.fromEntries(
    ['context', 'objectives', 'actors', 'methodology', 'resourcesNeeded', 'legalBasis'].map((name) => [
      name,
      text.repeat(3),
    ]),
  ),
  evidence: { maturity: 'PROMISING' },
  learning: Object.fromEntries(
    ['successFactors', 'constraints', 'lessons', 'replicability', 'sustainability'].map((name) => [
      name,
      text.repeat(2),
    ]),
  ),
  rights: { rightsAffected: ['Privacy', 'Fair trial'] },
};

/** Makes them; answers their keys. */
export const fill = (adminUrl, count) =>
  connected(adminUrl, async (sql) => {
    await sql.query('begin');
    await sql.query(
      `insert into practice (key, slug, owner, origin, marking, stage, created_at)
       select gen_random_uuid(), 'measured-' || i, 's:KEN', 'SUBMISSION', 'GREEN', 'SUBMITTED', now() from generate_series(1, $1) i`,
      [count],
    );
    await sql.query(
      `insert into practice_version (key, practice_key, number, state, title, original_language, themes, pillars, regions, type, created_at, updated_at, submitted_at)
       select gen_random_uuid(), key, 1, 'SUBMITTED', '{"en": {"text": "Measured", "status": "ORIGINAL"}}', 'en', '{legal-frameworks}', '{II}',
         array[(array['014', '011', '034', '150', '002'])[1 + (row_number() over ())::int % 5]], 'POLICY', now(), now(), now() from practice`,
    );
    await sql.query(
      `insert into practice_section (version_key, name, content) select v.key, s.key, s.value from practice_version v, jsonb_each($1::jsonb) s`,
      [JSON.stringify(sections)],
    );
    await sql.query('commit');
    await sql.query('vacuum analyze');
    const { rows } = await sql.query('select key from practice order by slug');
    return rows.map(({ key }) => key);
  });
