import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { AwsServiceError } from './aws/aws-service-error.ts';
import { type ReadSecret, type SecretVersion, secretsManager } from './secrets-manager.ts';

/** The first wait before both passwords of a rotation are tried again; doubled each time. */
const FIRST_BACKOFF_MS = 100;

// The keys that Secrets Manager's rotation and CloudFormation's target attachment read and write:
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
const databaseSecret = z.object({
  host: z.string().min(1),
  port: z.coerce.number().int().min(1).max(65_535),
  dbname: z.string().min(1),
  username: z.string().min(1),
  password: z.string().min(1),
});

/**
 * Of a pending version only the password counts: a rotation that failed leaves it behind, and the database may have another
 * address since.
 */
const pendingSecret = databaseSecret.pick({ password: true });

export type DatabaseSecret = Readonly<z.infer<typeof databaseSecret>>;

/** Database secrets by name, read once per execution environment. */
export class DatabaseSecrets {
  readonly #readSecret: ReadSecret;
  readonly #kept = new Map<string, Promise<DatabaseSecret>>();

  constructor(readSecret: ReadSecret = secretsManager()) {
    this.#readSecret = readSecret;
  }

  /** From memory if it was read before. @throws what `AwsClient` throws; Error for a value of another shape */
  get(name: string): Promise<DatabaseSecret> {
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    const reading = this.#read(name, 'AWSCURRENT', databaseSecret);
    this.#kept.set(name, reading);
    reading.catch(() => this.#kept.delete(name));
    return reading;
  }

  /**
   * Reads a version again and keeps it, after a login was refused because the password is being rotated. With the password of
   * the pending version, everything else stays as it is.
   * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
   *
   * @returns whether there is such a version: a pending one exists only during a rotation
   */
  async renew(name: string, stage: SecretVersion): Promise<boolean> {
    try {
      const value =
        stage === 'AWSCURRENT'
          ? await this.#read(name, stage, databaseSecret)
          : { ...(await this.get(name)), ...(await this.#read(name, stage, pendingSecret)) };
      this.#kept.set(name, Promise.resolve(value));
      return true;
    } catch (error) {
      if (stage === 'AWSPENDING' && isMissing(error)) return false;
      throw error;
    }
  }

  /**
   * Chooses the password for the next login: first the pending one, then the current one, since a rotation changes Postgres
   * first.
   *
   * @param refusals logins that were refused before this one
   */
  async refreshCredential(name: string, refusals: number): Promise<void> {
    const [round, isSecond] = [Math.floor(refusals / 2), refusals % 2 === 1];
    if (round > 0 && !isSecond) await delay(FIRST_BACKOFF_MS * 2 ** (round - 1));
    if (isSecond || !(await this.renew(name, 'AWSPENDING'))) await this.renew(name, 'AWSCURRENT');
  }

  async #read<T>(name: string, stage: SecretVersion, shape: z.ZodObject & z.ZodType<T>): Promise<T> {
    const { success, data } = shape.safeParse(parseJson(await this.#readSecret(name, stage)));
    // The value must not reach a log.
    if (!success)
      throw new Error(`The secret ${name} does not hold ${Object.keys(shape.shape).join(', ')} (${stage}).`);
    return data;
  }
}

function parseJson(value: string | undefined): unknown {
  try {
    return JSON.parse(value ?? '');
  } catch {
    return undefined;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof AwsServiceError && error.code === 'ResourceNotFoundException';
}
