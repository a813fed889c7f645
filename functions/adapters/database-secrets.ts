import { setTimeout as delay } from 'node:timers/promises';
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';

const TIMEOUT_MS = 2_000;
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
  readonly #client: Pick<SecretsManagerClient, 'send'>;
  readonly #kept = new Map<string, Promise<DatabaseSecret>>();

  constructor(client: Pick<SecretsManagerClient, 'send'> = createClient()) {
    this.#client = client;
  }

  /** From memory if it was read before. @throws what the SDK throws; Error for a value of another shape */
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
  async renew(name: string, stage: 'AWSCURRENT' | 'AWSPENDING'): Promise<boolean> {
    try {
      const value =
        stage === 'AWSCURRENT'
          ? await this.#read(name, stage, databaseSecret)
          : { ...(await this.get(name)), ...(await this.#read(name, stage, pendingSecret)) };
      this.#kept.set(name, Promise.resolve(value));
      return true;
    } catch (error) {
      if (stage === 'AWSPENDING' && error instanceof ResourceNotFoundException) return false;
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

  async #read<T>(name: string, stage: 'AWSCURRENT' | 'AWSPENDING', shape: z.ZodObject & z.ZodType<T>): Promise<T> {
    const { SecretString } = await this.#client.send(
      new GetSecretValueCommand({ SecretId: name, VersionStage: stage }),
      {
        abortSignal: AbortSignal.timeout(TIMEOUT_MS),
      },
    );
    const { success, data } = shape.safeParse(parseJson(SecretString));
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

function createClient(): SecretsManagerClient {
  return new SecretsManagerClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 800, requestTimeout: 1_500, throwOnRequestTimeout: true },
  });
}
