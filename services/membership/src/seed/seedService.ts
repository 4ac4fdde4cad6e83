/** Loads the reference data and, where an issuer for development is given, the development persons. Idempotent. */
import { asOwner } from '@hub/kit/seed';
import { readAreas, readBodies } from './data.js';
import { seedDevelopment } from './development.js';
import { seedReference } from './reference.js';

export interface SeedOptions {
  /** The OIDC issuer to bind development persons to; without it there are none. */
  developmentIssuer?: string | undefined;
}

export async function seedService(ownerUrl: string, { developmentIssuer }: SeedOptions = {}): Promise<void> {
  const areas = readAreas();
  const bodies = readBodies();
  await asOwner(ownerUrl, async (tx) => {
    await seedReference(tx, areas, bodies);
    if (developmentIssuer) await seedDevelopment(tx, developmentIssuer, areas, bodies);
  });
}
