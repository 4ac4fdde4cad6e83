/** GraphiQL for browsers, from npm packages bundled at build time (src/explorer/bundle.mjs): no other origin is asked. */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** An operation to start from, shown as a tab. */
export interface Sample {
  name: string;
  query: string;
}

export interface Explorer {
  /** Whether this request is a browser's that wants to look, not a client's that wants data. */
  wanted(method: string, accept: string | undefined): boolean;
  page(reply: FastifyReply): FastifyReply;
  routes(app: FastifyInstance, prefix: string): void;
}

const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ttf': 'font/ttf',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const policy = [
  `default-src 'none'`,
  `script-src 'self'`,
  `worker-src 'self'`,
  `style-src 'self' 'unsafe-inline'`, // the editor positions its lines with style attributes
  `font-src 'self' data:`,
  `img-src 'self' data:`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

export async function createExplorer(samples: readonly Sample[]): Promise<Explorer> {
  const folder = fileURLToPath(new URL('../../dist/graphiql/', import.meta.url));
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []; // not built: the page says what to do
    throw error;
  });
  const assets = new Map(
    await Promise.all(
      names
        .filter((name) => extname(name) in types)
        .map(async (name) => {
          const body = await readFile(folder + name);
          return [
            name,
            { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` },
          ] as const;
        }),
    ),
  );
  const samplesBody = JSON.stringify(samples);
  const html = page(assets.has('explorer.js'));
  const guarded = (reply: FastifyReply) =>
    reply
      .header('content-security-policy', policy)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer');
  return {
    wanted: (method, accept = '') =>
      method === 'GET' && /\btext\/html\b/.test(accept) && !/application\/(graphql-response\+)?json/.test(accept),
    page: (reply) => guarded(reply).header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(html),
    routes(app, prefix) {
      app.get(`${prefix}/samples.json`, (_request, reply) =>
        guarded(reply).header('cache-control', 'no-cache').type(types['.json']!).send(samplesBody),
      );
      app.get<{ Params: { name: string } }>(`${prefix}/:name`, (request, reply) => {
        const asset = assets.get(request.params.name);
        if (!asset) return reply.callNotFound();
        guarded(reply).header('cache-control', 'no-cache').header('etag', asset.etag);
        if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send();
        return reply.type(types[extname(request.params.name)]!).send(asset.body);
      });
    },
  };
}

const page = (built: boolean): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>GraphiQL</title>
${built ? '<link rel="stylesheet" href="/graphql/assets/explorer.css">' : ''}
</head>
<body>
<div id="explorer">${built ? 'Loading …' : 'The explorer is not built. Build the gateway, or send GraphQL here.'}</div>
${built ? '<script src="/graphql/assets/explorer.js"></script>' : ''}
</body>
</html>
`;
