/** An access token of the development identity provider for one role. */
import { clientSecret } from './clientSecret.js';
import type { RunningHub } from './dataFolder.js';
import { OneLineError } from './oneLineError.js';
import type { Secrets } from './secrets.js';

export async function developmentToken({ issuer }: RunningHub, secrets: Secrets, role: string): Promise<string> {
  if (!issuer)
    throw new OneLineError('This hub runs without the development identity provider: ask your own issuer for a token.');
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: role,
      client_secret: clientSecret(secrets.identityProvider.clientSecretKey, role),
    }),
    signal: AbortSignal.timeout(10_000),
  }).catch((cause: unknown) => {
    throw new OneLineError(
      `The development identity provider at ${issuer} does not answer: start the hub with npm start.`,
      { cause },
    );
  });
  const answer = (await response.json()) as { access_token?: string; error_description?: string };
  if (!answer.access_token)
    throw new OneLineError(
      `The development identity provider refused: ${answer.error_description ?? response.status}.`,
    );
  return answer.access_token;
}
