import { AwsError } from '../../aws-api/aws-error.ts';

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  /** Seconds since 1970, like all times here. */
  readonly createdAt: number;
  readonly changedAt: number;
  readonly versions: readonly SecretVersion[];
}

/** Text, or bytes in base64. */
export interface SecretValue {
  readonly SecretString?: string;
  readonly SecretBinary?: string;
}

export interface SecretVersion {
  readonly id: string;
  readonly createdAt: number;
  /** Staging labels such as `AWSCURRENT`; a version without any is dropped. */
  readonly stages: readonly string[];
  readonly value: SecretValue;
}

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
 * Moves a staging label to a version. The version that loses `AWSCURRENT` becomes `AWSPREVIOUS`.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version
 */
export function withStage(versions: readonly SecretVersion[], stage: string, versionId: string): SecretVersion[] {
  const holder = versions.find(({ stages }) => stages.includes(stage));
  if (holder?.id === versionId) return [...versions];
  const labelled = withoutStage(versions, stage).map((version) =>
    version.id === versionId ? { ...version, stages: [...version.stages, stage] } : version,
  );
  return stage === 'AWSCURRENT' && holder ? withStage(labelled, 'AWSPREVIOUS', holder.id) : labelled;
}

/** The versions after a staging label was taken from the one that has it. */
export function withoutStage(versions: readonly SecretVersion[], stage: string): SecretVersion[] {
  return versions.map((version) => ({ ...version, stages: version.stages.filter((label) => label !== stage) }));
}
