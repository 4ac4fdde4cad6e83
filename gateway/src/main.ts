/** The process: settings, listen, close. The only reader of the environment. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { json, optional, port, readConfig, required, text, url } from '@hub/kit/config';
import { createLog } from '@hub/kit/log';
import { runProcess } from '@hub/kit/process';
import { createGateway } from './gateway.js';
import { watchText } from './supergraph/watchFile.js';
import { type SamplerName, samplerNames, usualSampler } from './telemetry/telemetry.js';
import type { Sample } from './transport/explorer.js';

const log = createLog('gateway');

await runProcess(log, async () => {
  const { env } = process;
  const signIn = ['OIDC_ISSUER', 'OIDC_AUDIENCE', 'GATEWAY_PASSPORT_KEY', 'VIEWER_URL'].some((name) => env[name]);
  const metrics = env['METRICS'] === 'on'; // a listener of their own: they are not for everybody
  const mayBeAbsent = <T>(hint: string, parse: (value: string) => T) => optional<T | null>(hint, parse, null);
  const identity = signIn ? required : mayBeAbsent; // all of it, or nothing
  const serviceUrls = Object.keys(env).filter((name) => /^SUBGRAPH_.+_URL$/.test(name));
  const config = readConfig(env, {
    SUPERGRAPH: required('the file of a composed Federation 2 supergraph', text),
    PORT: optional('the port to listen on, 0 for a free one', port, 4000),
    HOST: optional('the address to listen on', text, '127.0.0.1'),
    OIDC_ISSUER: identity<string | null>('the issuer of access tokens', url),
    OIDC_AUDIENCE: identity<string | null>('the audience access tokens must have', text),
    OIDC_JWKS_URI: mayBeAbsent('where the issuer’s keys are, if not where its discovery document says', url),
    OIDC_LOGOUT_AUDIENCE: mayBeAbsent('the audience logout tokens must have, if not OIDC_AUDIENCE', text),
    GATEWAY_PASSPORT_KEY: identity<JWK | null>(
      'the private Ed25519 JWK that signs passports, kid "gateway"',
      json<JWK>,
    ),
    VIEWER_URL: identity<string | null>('where membership says who a subject is', url),
    INTERNAL_PORT: (metrics ? required : mayBeAbsent)<number | null>(
      'the port POST /passport and GET /metrics listen on, 0 for a free one',
      port,
    ),
    INTERNAL_HOST: optional('the address POST /passport and GET /metrics listen on', text, '127.0.0.1'),
    METRICS: optional('on: GET /metrics is answered on INTERNAL_PORT', onOff, false),
    OTEL_EXPORTER_OTLP_ENDPOINT: mayBeAbsent('the collector that takes traces at <endpoint>/v1/traces', url),
    OTEL_SERVICE_NAME: optional('the name of this gateway in traces', text, 'gateway'),
    OTEL_EXPORTER_OTLP_HEADERS: optional('headers for the collector: name=value, separated by commas', headers, {}),
    OTEL_TRACES_SAMPLER: mayBeAbsent(`one of ${samplerNames.join(', ')}`, samplerName),
    OTEL_TRACES_SAMPLER_ARG: mayBeAbsent('the share of requests traced, 0 to 1, where the sampler is a ratio', share),
    GRAPHIQL_SAMPLES: mayBeAbsent('a folder of .graphql files to show as tabs', text),
    WARM_DOCUMENTS: mayBeAbsent('a folder of .graphql files to plan before anybody asks', text),
    OVERRIDE_LABELS: optional('labels of progressive overrides that are on, separated by commas', list, []),
    SHARE_IN_FLIGHT: optional('on: equal queries of one viewer under way at the same time are sent once', onOff, false),
    ...Object.fromEntries(serviceUrls.map((name) => [name, required('where that service answers GraphQL', url)])),
  });
  const settings = config as unknown as Readonly<Record<string, string | undefined>>;
  const supergraph = await readFile(config.SUPERGRAPH, 'utf8');
  const samples = config.GRAPHIQL_SAMPLES ? await readSamples(config.GRAPHIQL_SAMPLES) : [];
  const gateway = await createGateway({
    supergraph,
    host: config.HOST,
    port: config.PORT,
    log,
    serviceUrl: (name) => settings[urlSetting(name)],
    samples,
    warm: [...samples, ...(config.WARM_DOCUMENTS ? await readSamples(config.WARM_DOCUMENTS) : [])],
    overrideLabels: config.OVERRIDE_LABELS,
    shareInFlight: config.SHARE_IN_FLIGHT,
    ...(signIn && {
      identity: {
        issuer: config.OIDC_ISSUER!,
        audience: config.OIDC_AUDIENCE!,
        jwksUri: config.OIDC_JWKS_URI ?? undefined,
        logoutAudience: config.OIDC_LOGOUT_AUDIENCE ?? undefined,
        passportKey: config.GATEWAY_PASSPORT_KEY!,
        viewerUrl: config.VIEWER_URL!,
        ...(config.INTERNAL_PORT !== null && { internal: { host: config.INTERNAL_HOST, port: config.INTERNAL_PORT } }),
      },
    }),
    ...(config.METRICS && { metrics: { host: config.INTERNAL_HOST, port: config.INTERNAL_PORT! } }),
    ...(config.OTEL_EXPORTER_OTLP_ENDPOINT !== null && {
      traces: {
        endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
        serviceName: config.OTEL_SERVICE_NAME,
        headers: config.OTEL_EXPORTER_OTLP_HEADERS,
        sampler: {
          name: config.OTEL_TRACES_SAMPLER ?? usualSampler.name,
          ratio: config.OTEL_TRACES_SAMPLER_ARG ?? (config.OTEL_TRACES_SAMPLER ? 1 : usualSampler.ratio),
        },
      },
    }),
  });
  const refused = (error: unknown) => log.error('the changed supergraph is refused, the old one serves on', { error });
  const stopWatching = watchText(
    config.SUPERGRAPH,
    (changed) =>
      void gateway.reload(changed).then(() => log.info('serving the supergraph as it is in the file now'), refused),
    refused,
  );
  const { url: address, internalUrl } = gateway;
  return {
    url: address,
    ...(internalUrl && { internalUrl }),
    close() {
      stopWatching();
      return gateway.close();
    },
  };
});

function list(value: string): string[] {
  return value
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
}

function onOff(value: string): boolean {
  if (value !== 'on' && value !== 'off') throw new Error('on or off');
  return value === 'on';
}

function samplerName(value: string): SamplerName {
  const name = samplerNames.find((known) => known === value);
  if (!name) throw new Error('the name of a sampler');
  return name;
}

/** As https://opentelemetry.io/docs/specs/otel/protocol/exporter/ has them: the values percent-encoded. */
function headers(value: string): Record<string, string> {
  return Object.fromEntries(
    list(value).map((one) => {
      const [, name, text] = /^([\w!#$%&'*+.^`|~-]+)\s*=\s*(.*)$/.exec(one)!; // what does not match throws
      return [name!.toLowerCase(), decodeURIComponent(text!)];
    }),
  );
}

function share(value: string): number {
  const number = Number(value);
  if (!(number >= 0 && number <= 1)) throw new Error('a number from 0 to 1');
  return number;
}

/** `SUBGRAPH_<NAME>_URL`: the name the supergraph has for the service, upper case, with `_` for what is no letter or digit. */
function urlSetting(name: string): string {
  return `SUBGRAPH_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_URL`;
}

async function readSamples(folder: string): Promise<Sample[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.graphql')).sort();
  return Promise.all(
    names.map(async (name) => ({
      name: name.replace(/\.graphql$/, ''),
      query: await readFile(join(folder, name), 'utf8'),
    })),
  );
}
