import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../../aws-api/aws-error.ts';
import { arnOf } from '../../aws-identity.ts';
import {
  type Secret,
  type SecretValue,
  type SecretVersion,
  versionOf,
  withoutStage,
  withStage,
} from './secret-versions.ts';

/** The secrets of the local account, kept between runs: one file each, written atomically, readable by its owner alone. */
export class SecretStore {
  readonly #dir: string;
  #loaded: Map<string, Secret> | undefined;

  constructor(dir: string) {
    this.#dir = dir;
  }

  get #byName(): Map<string, Secret> {
    this.#loaded ??= load(this.#dir);
    return this.#loaded;
  }

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

  /** Creates a secret. One that exists keeps its value, so credentials survive a restart. */
  createIfMissing(o: { name: string; description?: string; generate: () => string }): Secret {
    const existing = this.#byName.get(o.name);
    if (existing) return existing;
    const now = epochSeconds();
    const secret = {
      name: o.name,
      arn: arnOf('secretsmanager', `secret:${o.name}-${randomBytes(3).toString('hex')}`),
      ...(o.description === undefined ? {} : { description: o.description }),
      createdAt: now,
      changedAt: now,
      versions: [{ id: randomUUID(), createdAt: now, stages: ['AWSCURRENT'], value: { SecretString: o.generate() } }],
    };
    return this.#save(secret);
  }

  /** Sets fields of a secret that holds a JSON object; throws AwsError otherwise. Without a change there is no new version. */
  mergeFields(id: string, fields: Readonly<Record<string, unknown>>): Secret {
    const secret = this.get(id);
    const before = jsonObject(versionOf(secret, { stage: 'AWSCURRENT' }).value);
    const after = { ...before, ...fields };
    if (isDeepStrictEqual(before, after)) return secret;
    return this.putValue(id, { value: { SecretString: JSON.stringify(after) } });
  }

  /**
   * Adds a version. Repeating a token with the same value changes nothing; with another one it throws AwsError.
   * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
   */
  putValue(
    id: string,
    o: { versionId?: string | undefined; value: SecretValue; stages?: readonly string[] | undefined },
  ): Secret {
    const secret = this.get(id);
    const versionId = o.versionId ?? randomUUID();
    const existing = secret.versions.find((version) => version.id === versionId);
    if (existing) {
      if (isDeepStrictEqual(existing.value, o.value)) return secret;
      throw new AwsError(
        'ResourceExistsException',
        `A version with the id ${versionId} and another value already exists.`,
      );
    }
    const added: SecretVersion = { id: versionId, createdAt: epochSeconds(), stages: [], value: o.value };
    const versions = (o.stages ?? ['AWSCURRENT']).reduce(
      (all, stage) => withStage(all, stage, versionId),
      [...secret.versions, added],
    );
    return this.#save({ ...secret, versions });
  }

  /**
   * Moves a staging label, or removes it when `to` is left out. Throws AwsError when `from` does not hold it.
   * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
   */
  moveStage(id: string, o: { stage: string; from?: string | undefined; to?: string | undefined }): Secret {
    const secret = this.get(id);
    const holder = secret.versions.find((version) => version.stages.includes(o.stage))?.id;
    if (o.from !== undefined && o.from !== holder) {
      throw invalid(`The staging label ${o.stage} is not attached to version ${o.from}.`);
    }
    if (o.to !== undefined) {
      if (holder !== undefined && holder !== o.to && o.from === undefined) {
        throw invalid(`${o.stage} is attached to version ${holder}: name that version in RemoveFromVersionId.`);
      }
      versionOf(secret, { versionId: o.to });
      return this.#save({ ...secret, versions: withStage(secret.versions, o.stage, o.to) });
    }
    if (o.from === undefined) throw invalid('Give RemoveFromVersionId, MoveToVersionId or both.');
    if (o.stage === 'AWSCURRENT') throw invalid('AWSCURRENT can be moved to another version, not removed.');
    return this.#save({ ...secret, versions: withoutStage(secret.versions, o.stage) });
  }

  #save(secret: Secret): Secret {
    const saved = {
      ...secret,
      changedAt: epochSeconds(),
      versions: secret.versions.filter(({ stages }) => stages.length > 0),
    };
    const file = join(this.#dir, `${encodeURIComponent(secret.name)}.json`);
    writeFileSync(`${file}.new`, JSON.stringify(saved, null, 2), { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
    this.#byName.set(secret.name, saved);
    return saved;
  }
}

function load(dir: string): Map<string, Secret> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const files = readdirSync(dir).filter((name) => name.endsWith('.json'));
  const secrets = files.map((file) => JSON.parse(readFileSync(join(dir, file), 'utf8')) as Secret);
  return new Map(secrets.map((secret) => [secret.name, secret]));
}

function jsonObject(value: SecretValue): Record<string, unknown> {
  const parsed: unknown = JSON.parse(value.SecretString ?? 'null');
  if (typeof parsed !== 'object' || parsed === null) throw invalid('The secret does not hold a JSON object.');
  return { ...parsed };
}

function epochSeconds(): number {
  return Date.now() / 1000;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}
