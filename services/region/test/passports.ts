/** Keys of this test run, and the signers that hold them. */
import { generateKeyPairSync } from 'node:crypto';
import { passportSigner } from '@hub/kit/passport';

const pair = (kid: string) => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    public: { ...publicKey.export({ format: 'jwk' }), kid },
    private: { ...privateKey.export({ format: 'jwk' }), kid },
  };
};
const keys = { gateway: pair('gateway'), practice: pair('practice'), stranger: pair('gateway') };

export const passportKeys = { keys: [keys.gateway.public, keys.practice.public] };
export const gateway = await passportSigner(keys.gateway.private);
export const practice = await passportSigner(keys.practice.private);
/** Signs with a key of its own under the gateway's name. */
export const stranger = await passportSigner(keys.stranger.private);
