/** The schema's lint rules (eslint.config.mjs) applied to an SDL: a line per fault, none when it is clean. */
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';

const folder = fileURLToPath(new URL('..', import.meta.url));

export async function lint(sdl: string): Promise<string[]> {
  const eslint = new ESLint({
    cwd: folder,
    overrideConfigFile: `${folder}eslint.config.mjs`,
    overrideConfig: {
      files: ['**/*.graphql'],
      languageOptions: { parserOptions: { graphQLConfig: { schema: sdl } } }, // this text, not the committed file
    },
  });
  const results = await eslint.lintText(sdl, { filePath: `${folder}api.graphql` });
  return results.flatMap(({ messages }) =>
    messages.map(({ line, message, ruleId }) => `api.graphql:${line} ${message} (${ruleId ?? 'parser'})`),
  );
}
