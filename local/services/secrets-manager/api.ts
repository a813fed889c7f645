import { z } from 'zod';
import type { ApiCall, AwsApi } from '../../aws-api/api-call.ts';
import { AwsError } from '../../aws-api/aws-error.ts';
import { type JsonApiOptions, jsonApi, parseInput } from '../../aws-api/json-api.ts';
import { arnOf } from '../../aws-identity.ts';
import { passwordRules, randomPassword } from './random-password.ts';
import type { SecretStore } from './secret-store.ts';
import { type Secret, versionOf } from './secret-versions.ts';

const INVALID_INPUT = 'InvalidParameterException';

const secretId = z.object({ SecretId: z.string().min(1) });
const value = { SecretString: z.string().optional(), SecretBinary: z.string().optional() };

/** Reads secrets and rotates them. */
export function secretsManagerApi(store: SecretStore): AwsApi {
  const operations: JsonApiOptions['operations'] = {
    GetSecretValue: onSecret(
      'GetSecretValue',
      { VersionId: z.string().optional(), VersionStage: z.string().optional() },
      (input) => {
        const secret = store.get(input.SecretId);
        const version = versionOf(secret, { versionId: input.VersionId, stage: input.VersionStage });
        return {
          ...identity(secret),
          ...version.value,
          VersionId: version.id,
          VersionStages: version.stages,
          CreatedDate: version.createdAt,
        };
      },
    ),
    PutSecretValue: onSecret(
      'PutSecretValue',
      {
        ...value,
        ClientRequestToken: z.string().min(32).max(64).optional(),
        VersionStages: z.array(z.string()).min(1).optional(),
      },
      ({ SecretId, ClientRequestToken: token = crypto.randomUUID(), SecretString, SecretBinary, VersionStages }) => {
        if ((SecretString === undefined) === (SecretBinary === undefined)) {
          throw new AwsError(INVALID_INPUT, 'Give either SecretString or SecretBinary.');
        }
        const content = SecretString === undefined ? { SecretBinary: SecretBinary ?? '' } : { SecretString };
        const secret = store.putValue(SecretId, { versionId: token, value: content, stages: VersionStages });
        return { ...identity(secret), VersionId: token, VersionStages: versionOf(secret, { versionId: token }).stages };
      },
    ),
    UpdateSecretVersionStage: onSecret(
      'UpdateSecretVersionStage',
      { VersionStage: z.string(), RemoveFromVersionId: z.string().optional(), MoveToVersionId: z.string().optional() },
      ({ SecretId, VersionStage, RemoveFromVersionId, MoveToVersionId }) =>
        identity(store.moveStage(SecretId, { stage: VersionStage, from: RemoveFromVersionId, to: MoveToVersionId })),
    ),
    DescribeSecret: onSecret('DescribeSecret', {}, ({ SecretId }) => {
      const secret = store.get(SecretId);
      const stages = secret.versions.map((version) => [version.id, version.stages] as const);
      return { ...summary(secret), VersionIdsToStages: Object.fromEntries(stages) };
    }),
    ListSecretVersionIds: onSecret('ListSecretVersionIds', {}, ({ SecretId }) => {
      const secret = store.get(SecretId);
      return {
        ...identity(secret),
        Versions: secret.versions.map(({ id, stages, createdAt }) => ({
          VersionId: id,
          VersionStages: stages,
          CreatedDate: createdAt,
        })),
      };
    }),
    ListSecrets: (_, call) => {
      call.requireAccess('secretsmanager:ListSecrets', '*');
      return { SecretList: store.list().map(summary) };
    },
    GetRandomPassword: (input, call) => {
      call.requireAccess('secretsmanager:GetRandomPassword', '*');
      return { RandomPassword: generate(input) };
    },
  };

  function onSecret<Shape extends z.ZodRawShape>(
    operation: string,
    shape: Shape,
    handle: (input: z.output<z.ZodObject<Shape>> & { SecretId: string }) => unknown,
  ) {
    const schema = z.object(shape);
    return (input: unknown, call: ApiCall) => {
      const { SecretId } = parseInput(secretId, input, INVALID_INPUT);
      call.requireAccess(`secretsmanager:${operation}`, store.find(SecretId)?.arn ?? unknownArn(SecretId));
      return handle({ ...parseInput(schema, input, INVALID_INPUT), SecretId });
    };
  }

  return jsonApi({
    name: 'Secrets Manager',
    signingName: 'secretsmanager',
    version: '1.1',
    targetPrefix: 'secretsmanager',
    operations,
  });
}

const identity = (secret: Secret) => ({ ARN: secret.arn, Name: secret.name });

const summary = (secret: Secret) => ({
  ...identity(secret),
  Description: secret.description,
  CreatedDate: secret.createdAt,
  LastChangedDate: secret.changedAt,
});

/** Access to a secret that does not exist is checked as well, so that nobody without permission can probe for names. */
const unknownArn = (id: string) => (id.startsWith('arn:') ? id : arnOf('secretsmanager', `secret:${id}`));

function generate(input: unknown): string {
  const rules = parseInput(passwordRules, input, INVALID_INPUT);
  try {
    return randomPassword(rules);
  } catch (error) {
    if (error instanceof RangeError) throw new AwsError(INVALID_INPUT, error.message, 400, { cause: error });
    throw error;
  }
}
