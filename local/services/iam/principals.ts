import { randomBytes, randomInt } from 'node:crypto';
import type { Principal } from '../../aws-api/api-call.ts';
import { arnOf, OPERATOR_CREDENTIALS } from '../../aws-identity.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface KnownPrincipal {
  readonly principal: Principal;
  readonly credentials: Credentials;
}

export const OPERATOR: KnownPrincipal = {
  principal: { kind: 'operator', name: 'operator', arn: arnOf('iam', 'user/operator', { global: true }) },
  credentials: OPERATOR_CREDENTIALS,
};

/** The access keys of this run and their owners. The operator's (key `test`, secret `test`) is always there. */
export class PrincipalStore {
  readonly #byAccessKeyId = new Map<string, KnownPrincipal>([[OPERATOR.credentials.accessKeyId, OPERATOR]]);

  /** Issues temporary credentials for a role. They are valid until this process ends. */
  issue(role: Principal): Credentials {
    const credentials = {
      accessKeyId: randomAccessKeyId(),
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(96).toString('base64'),
    };
    this.#byAccessKeyId.set(credentials.accessKeyId, { principal: role, credentials });
    return credentials;
  }

  find(accessKeyId: string): KnownPrincipal | undefined {
    return this.#byAccessKeyId.get(accessKeyId);
  }
}

/** `ASIA` marks temporary credentials; 16 base32 characters follow. */
function randomAccessKeyId(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return `ASIA${Array.from({ length: 16 }, () => alphabet[randomInt(alphabet.length)]).join('')}`;
}
