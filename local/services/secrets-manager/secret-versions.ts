import { AwsError } from '../../aws-api/aws-error.ts';

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  /** What a template said last. */
  readonly declared?: Declared;
  /** Seconds since 1970, like all times here. */
  readonly createdAt: number;
  readonly changedAt: number;
  readonly deletion?: Deletion;
  readonly versions: readonly SecretVersion[];
}

/** What a template says of a secret; without a text, its first value is generated. */
export interface Declared {
  readonly description?: string | undefined;
  readonly text?: string | undefined;
}

/** A secret that is marked for deletion can be restored until it is deleted. */
export interface Deletion {
  readonly markedAt: number;
  /** When it may be deleted for good. */
  readonly dueAt: number;
}

/** Text, or bytes in base64. */
export interface SecretValue {
  readonly SecretString?: string;
  readonly SecretBinary?: string;
}

export interface SecretVersion {
  readonly id: string;
  readonly createdAt: number;
  /** Staging labels such as `AWSCURRENT`, in order; a version without any is deprecated. */
  readonly stages: readonly string[];
  readonly value: SecretValue;
}

const DAY_SECONDS = 24 * 60 * 60;
const MOST_DEPRECATED = 100;

/**
 * The version with an id or a staging label; by default the current one.
 *
 * @throws AwsError `ResourceNotFoundException`, or `InvalidRequestException` when the id and the label belong to different versions
 */
export function versionOf(
  secret: Secret,
  o: { versionId?: string | undefined; stage?: string | undefined },
): SecretVersion {
  const stage = o.stage ?? (o.versionId === undefined ? 'AWSCURRENT' : undefined);
  const version = secret.versions.find(({ id, stages }) =>
    o.versionId === undefined ? stages.includes(stage ?? '') : id === o.versionId,
  );
  if (!version) {
    const wanted = o.versionId === undefined ? `staging label: ${stage}` : `VersionId: ${o.versionId}`;
    throw new AwsError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${wanted}`,
    );
  }
  if (stage !== undefined && !version.stages.includes(stage)) {
    throw new AwsError(
      'InvalidRequestException',
      'You provided a VersionStage that is not associated to the provided VersionId.',
    );
  }
  return version;
}

/**
 * Adds a version with staging labels, which others lose. The version that loses `AWSCURRENT` to a new one loses
 * `AWSPENDING` as well, as recorded from AWS.
 */
export function withVersion(
  versions: readonly SecretVersion[],
  added: Omit<SecretVersion, 'stages'>,
  stages: readonly string[],
): SecretVersion[] {
  const isPending = ({ stages: own }: SecretVersion) => own.includes('AWSCURRENT') && own.includes('AWSPENDING');
  const settled =
    stages.includes('AWSCURRENT') && versions.some(isPending) ? withoutStage(versions, 'AWSPENDING') : versions;
  return stages.reduce((all, stage) => withStage(all, stage, added.id), [...settled, { ...added, stages: [] }]);
}

/**
 * Moves a staging label to a version. The version that loses `AWSCURRENT` becomes `AWSPREVIOUS`.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version
 */
export function withStage(versions: readonly SecretVersion[], stage: string, versionId: string): SecretVersion[] {
  const holder = versions.find(({ stages }) => stages.includes(stage));
  if (holder?.id === versionId) return [...versions];
  const labelled = withoutStage(versions, stage).map((version) =>
    version.id === versionId ? { ...version, stages: [...version.stages, stage].sort() } : version,
  );
  return stage === 'AWSCURRENT' && holder ? withStage(labelled, 'AWSPREVIOUS', holder.id) : labelled;
}

/** The versions after a staging label was taken from the one that has it. */
export function withoutStage(versions: readonly SecretVersion[], stage: string): SecretVersion[] {
  return versions.map((version) => ({ ...version, stages: version.stages.filter((label) => label !== stage) }));
}

/**
 * Moves a staging label on request, or removes it when `to` is left out.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
 *
 * @throws AwsError `InvalidParameterException` unless `from` names the version that has the label
 */
export function movedStage(
  { versions }: Secret,
  { stage, from, to }: { stage: string; from?: string | undefined; to?: string | undefined },
): SecretVersion[] {
  for (const id of [from, to]) {
    if (id !== undefined && !versions.some((version) => version.id === id)) throw invalid(`Not a valid version: ${id}`);
  }
  const holder = versions.find(({ stages }) => stages.includes(stage))?.id;
  if (from !== undefined && from !== holder) throw invalid(`Version stage ${stage} not found in version ${from}`);
  if (to === undefined) {
    if (from === undefined) throw invalid('Give RemoveFromVersionId, MoveToVersionId or both.');
    if (stage === 'AWSCURRENT') throw invalid('AWSCURRENT can be moved to another version, not removed.');
    return withoutStage(versions, stage);
  }
  if (from === undefined && holder !== undefined && holder !== to) {
    throw invalid(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  return withStage(versions, stage, to);
}

/**
 * The versions that are kept: those with a label, those of the last 24 hours, and 100 deprecated ones, the youngest.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version
 *
 * @param now in seconds
 */
export function keptVersions(versions: readonly SecretVersion[], now: number): SecretVersion[] {
  const deprecated = versions.filter(({ stages }) => stages.length === 0);
  const surplus = deprecated.toSorted((a, b) => b.createdAt - a.createdAt).slice(MOST_DEPRECATED);
  const dropped = new Set(surplus.filter(({ createdAt }) => now - createdAt > DAY_SECONDS));
  return versions.filter((version) => !dropped.has(version));
}

export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}
