/** What the executor needs of a service. How it is reached is the transport's (transport/subgraph-http.ts). */
export interface ServiceRequest {
  service: string;
  /** The JSON text of a GraphQL request: query and variables. */
  body: string;
  /** Whether asking twice is the same as asking once. */
  idempotent: boolean;
}

/** An error as a service sent it; nothing about its form is certain. */
export interface SentError {
  message?: unknown;
  path?: unknown;
  extensions?: unknown;
}

export interface ServiceAnswer {
  data?: Record<string, unknown> | null | undefined;
  errors?: readonly SentError[] | undefined;
  /** Of an event: what the service wants back when it was delivered. */
  receipt?: string | undefined;
}

/** What a service sent, if it has the form of a GraphQL response. */
export function answerIn(sent: unknown): ServiceAnswer | null {
  if (typeof sent !== 'object' || sent === null) return null;
  const { data, errors, extensions } = sent as { data?: unknown; errors?: unknown; extensions?: unknown };
  const validData = data === undefined || (typeof data === 'object' && !Array.isArray(data));
  const validErrors =
    errors === undefined ||
    errors === null ||
    (Array.isArray(errors) && errors.every((e) => e && typeof e === 'object'));
  if (!validData || !validErrors || (data === undefined && !errors)) return null;
  const receipt = (extensions as { receipt?: unknown } | null | undefined)?.receipt;
  return { data, ...(errors && { errors }), ...(typeof receipt === 'string' && { receipt }) } as ServiceAnswer;
}

/** Sends one request. Throws `ServiceUnavailable` when there is no GraphQL answer, and `ServiceRefused` for a refused passport. */
export type Send = (request: ServiceRequest) => Promise<ServiceAnswer>;

/** Down, too slow, or no GraphQL service at all. `message` is for the log, not for clients. */
export class ServiceUnavailable extends Error {
  override readonly name = 'ServiceUnavailable';
}

/** The service does not accept us: our fault, not the client's. */
export class ServiceRefused extends Error {
  override readonly name = 'ServiceRefused';
}
