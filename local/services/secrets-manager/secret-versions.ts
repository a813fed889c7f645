/** Text, or bytes in base64. */
export interface SecretValue {
  readonly SecretString?: string;
  readonly SecretBinary?: string;
}

export interface SecretVersion {
  readonly id: string;
  /** Seconds since 1970. */
  readonly createdAt: number;
  /** Staging labels such as `AWSCURRENT`; a version without any is dropped. */
  readonly stages: readonly string[];
  readonly value: SecretValue;
}

/**
 * Attaches a staging label to one version and takes it from all others.
 * Where `AWSCURRENT` moves on, the version that had it becomes `AWSPREVIOUS`.
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

/** Takes a staging label from the version that has it. */
export function withoutStage(versions: readonly SecretVersion[], stage: string): SecretVersion[] {
  return versions.map((version) => ({ ...version, stages: version.stages.filter((label) => label !== stage) }));
}
