import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../../aws-api/aws-error.ts';
import { arnOf } from '../../aws-identity.ts';
import {
  type Declared,
  invalid,
  keptVersions,
  movedStage,
  type Secret,
  type SecretValue,
  versionOf,
  withVersion,
} from './secret-versions.ts';

const DAY_SECONDS = 24 * 60 * 60;

/** A value with the id of its version, which a client may choose to repeat a call without doing it twice. */
export interface NewVersion {
  readonly versionId?: string | undefined;
  readonly value: SecretValue;
  readonly stages?: readonly string[] | undefined;
}

/** The secrets of the local account, kept between runs: one file each, written atomically, readable by its owner alone. */
export class SecretStore {
  readonly #dir: string;
  #loaded: Map<string, Secret> | undefined;

  constructor(dir: string) {
    this.#dir = dir;
  }

  get #byName(): Map<string, Secret> {
    this.#loaded ??= this.#load();
    return this.#loaded;
  }

  /** All secrets, those that are marked for deletion included. */
  list(): Secret[] {
    return [...this.#byName.values()];
  }

  /** @param id name, ARN, or ARN without the random suffix */
  find(id: string): Secret | undefined {
    return this.#byName.get(id) ?? this.list().find(({ arn }) => arn === id || arn.slice(0, -7) === id);
  }

  /** @throws AwsError `ResourceNotFoundException` */
  get(id: string): Secret {
    const secret = this.find(id);
    if (!secret) throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    return secret;
  }

  /** A secret that is not marked for deletion. @throws AwsError `ResourceNotFoundException`, `InvalidRequestException` */
  getActive(id: string): Secret {
    const secret = this.get(id);
    if (!secret.deletion) return secret;
    throw new AwsError(
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }

  /**
   * The secret of a template. One that exists keeps its value, so credentials survive a restart, until the template says another text or
   * description than before. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-secretsmanager-secret.html
   *
   * @param generate the first value where the template has no text
   */
  declare({ name, description, text, generate }: Declared & { name: string; generate: () => string }): Secret {
    const declared = { description, text };
    const secret = this.#byName.get(name);
    if (!secret) return this.#add({ name, description, declared }, { value: { SecretString: text ?? generate() } });
    const isSame = { text: text === secret.declared?.text, description: description === secret.declared?.description };
    if (isSame.text && isSame.description) return secret;
    if (!isSame.text && text !== undefined) this.putValue(name, { value: { SecretString: text } });
    if (!isSame.description && description !== undefined) this.describe(name, description);
    return this.#save({ ...this.get(name), declared });
  }

  /**
   * Creates a secret. Repeating a call with the token of its first version and the same value changes nothing.
   * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
   *
   * @throws AwsError when there is another secret of this name
   */
  create(secret: { name: string; description?: string | undefined }, first?: NewVersion): Secret {
    const existing = this.#byName.get(secret.name);
    if (!existing) return this.#add(secret, first);
    if (existing.deletion) {
      throw new AwsError(
        'InvalidRequestException',
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
      );
    }
    const repeated = existing.versions.find(({ id }) => id === first?.versionId);
    if (repeated && isDeepStrictEqual(repeated.value, first?.value)) return existing;
    throw new AwsError(
      'ResourceExistsException',
      `The operation failed because the secret ${secret.name} already exists.`,
    );
  }

  /** Sets fields of a secret that holds a JSON object; throws AwsError otherwise. Without a change there is no new version. */
  mergeFields(id: string, fields: Readonly<Record<string, unknown>>): Secret {
    const secret = this.get(id);
    const before = jsonObject(versionOf(secret, { stage: 'AWSCURRENT' }).value);
    const after = { ...before, ...fields };
    if (isDeepStrictEqual(before, after)) return secret;
    return this.putValue(id, { value: { SecretString: JSON.stringify(after) } });
  }

  describe(id: string, description: string): Secret {
    return this.#save({ ...this.getActive(id), description });
  }

  /**
   * Adds a version. Repeating a token with the same value changes nothing; with another one it throws AwsError.
   * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
   */
  putValue(id: string, { versionId = randomUUID(), value, stages = ['AWSCURRENT'] }: NewVersion): Secret {
    const secret = this.getActive(id);
    const existing = secret.versions.find((version) => version.id === versionId);
    if (!existing) {
      const added = { id: versionId, createdAt: epochSeconds(), value };
      return this.#save({ ...secret, versions: withVersion(secret.versions, added, stages) });
    }
    if (isDeepStrictEqual(existing.value, value)) return secret;
    throw new AwsError(
      'ResourceExistsException',
      `A version with the id ${versionId} and another value already exists.`,
    );
  }

  /** Moves or removes a staging label: see {@link movedStage}. */
  moveStage(id: string, move: Parameters<typeof movedStage>[1]): Secret {
    const secret = this.getActive(id);
    return this.#save({ ...secret, versions: movedStage(secret, move) });
  }

  /** Marks a secret for deletion: nobody can read it any more, but it can be restored for some days. */
  markForDeletion(id: string, recoveryDays: number): Secret & Required<Pick<Secret, 'deletion'>> {
    const secret = this.getActive(id);
    const now = epochSeconds();
    const deletion = { markedAt: now, dueAt: now + recoveryDays * DAY_SECONDS };
    this.#save({ ...secret, deletion });
    return { ...secret, deletion };
  }

  restore(id: string): Secret {
    const { deletion: _, ...secret } = this.get(id);
    return this.#save(secret);
  }

  /** Deletes a secret at once, if there is one. Returns the time. */
  delete(id: string): number {
    const secret = this.find(id);
    if (secret) {
      rmSync(this.#fileOf(secret), { force: true });
      this.#byName.delete(secret.name);
    }
    return epochSeconds();
  }

  #add(
    { name, description, declared }: { name: string; description?: string | undefined; declared?: Declared },
    first?: NewVersion,
  ): Secret {
    const now = epochSeconds();
    const version = first && { id: first.versionId ?? randomUUID(), createdAt: now, value: first.value };
    return this.#save({
      name,
      arn: arnOf('secretsmanager', `secret:${name}-${randomBytes(3).toString('hex')}`),
      ...(description === undefined ? {} : { description }),
      ...(declared === undefined ? {} : { declared }),
      createdAt: now,
      changedAt: now,
      versions: version ? withVersion([], version, ['AWSCURRENT']) : [],
    });
  }

  #save(secret: Secret): Secret {
    const now = epochSeconds();
    const saved = { ...secret, changedAt: now, versions: keptVersions(secret.versions, now) };
    const file = this.#fileOf(secret);
    writeFileSync(`${file}.new`, JSON.stringify(saved, null, 2), { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
    this.#byName.set(secret.name, saved);
    return saved;
  }

  /** Reads all files, and removes the secrets whose time to be restored is over. */
  #load(): Map<string, Secret> {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    const files = readdirSync(this.#dir).filter((name) => name.endsWith('.json'));
    const secrets = files.map((file) => JSON.parse(readFileSync(join(this.#dir, file), 'utf8')) as Secret);
    const [over, kept] = [true, false].map((wanted) => secrets.filter((secret) => isOver(secret) === wanted));
    for (const secret of over ?? []) rmSync(this.#fileOf(secret), { force: true });
    return new Map(kept?.map((secret) => [secret.name, secret]));
  }

  #fileOf({ name }: Pick<Secret, 'name'>): string {
    return join(this.#dir, `${encodeURIComponent(name)}.json`);
  }
}

function isOver({ deletion }: Secret): boolean {
  return deletion !== undefined && deletion.dueAt <= epochSeconds();
}

function jsonObject(value: SecretValue): Record<string, unknown> {
  const parsed: unknown = JSON.parse(value.SecretString ?? 'null');
  if (typeof parsed !== 'object' || parsed === null) throw invalid('The secret does not hold a JSON object.');
  return { ...parsed };
}

function epochSeconds(): number {
  return Date.now() / 1000;
}
