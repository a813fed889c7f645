import { z } from 'zod';
import type { ApiCall, AwsApi } from '../../aws-api/api-call.ts';
import { AwsError } from '../../aws-api/aws-error.ts';
import { jsonApi } from '../../aws-api/json-api.ts';
import { operation } from '../../aws-api/operation.ts';
import { pageOf } from '../../aws-api/page.ts';
import { arnOf } from '../../aws-identity.ts';
import { type PasswordRules, passwordRules, randomPassword } from './random-password.ts';
import { listedSecrets, listParameters } from './secret-list.ts';
import type { SecretStore } from './secret-store.ts';
import { type Secret, versionOf } from './secret-versions.ts';

const INVALID_INPUT = 'InvalidParameterException';

const secretId = { SecretId: z.string().min(1) };
const value = { SecretString: z.string().optional(), SecretBinary: z.string().optional() };
const paging = { MaxResults: z.int().min(1).max(100).default(100), NextToken: z.string().optional() };

/** Reads secrets and rotates them. */
export function secretsManagerApi(store: SecretStore): AwsApi {
  const operations = {
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
      return { ...summary(secret), VersionIdsToStages: stagesOf(secret) };
    }),
    ListSecretVersionIds: onSecret(
      'ListSecretVersionIds',
      {
        ...paging,
        IncludeDeprecated: z.literal(false, 'The local Secrets Manager keeps no deprecated versions.').optional(),
      },
      ({ SecretId, ...page }) => {
        const secret = store.get(SecretId);
        const { items, ...rest } = paged(secret.versions, page);
        const Versions = items.map(({ id, stages, createdAt }) => ({
          VersionId: id,
          VersionStages: stages,
          CreatedDate: createdAt,
        }));
        return { ...identity(secret), Versions, ...rest };
      },
    ),
    ListSecrets: operation({ ...paging, ...listParameters }, ({ MaxResults, NextToken, ...wanted }, call) => {
      call.requireAccess('secretsmanager:ListSecrets', '*');
      const { items, ...rest } = paged(listedSecrets(store.list(), wanted), { MaxResults, NextToken });
      return {
        SecretList: items.map((secret) => ({ ...summary(secret), SecretVersionsToStages: stagesOf(secret) })),
        ...rest,
      };
    }),
    GetRandomPassword: operation(passwordRules.shape, (rules, call) => {
      call.requireAccess('secretsmanager:GetRandomPassword', '*');
      return { RandomPassword: generate(rules) };
    }),
  };

  function onSecret<Shape extends z.ZodRawShape>(
    name: string,
    shape: Shape,
    handle: (input: z.output<z.ZodObject<Shape & typeof secretId>>) => unknown,
  ) {
    return operation({ ...shape, ...secretId }, (input, call: ApiCall) => {
      const { SecretId } = input as { SecretId: string };
      const { VersionId, VersionStage } = input as { VersionId?: string; VersionStage?: string };
      const context = { 'secretsmanager:VersionId': VersionId, 'secretsmanager:VersionStage': VersionStage };
      const arn = store.find(SecretId)?.arn ?? unknownArn(SecretId);
      call.requireAccess(`secretsmanager:${name}`, arn, { context, askedFor: SecretId });
      return handle(input);
    });
  }

  return jsonApi({
    name: 'Secrets Manager',
    signingName: 'secretsmanager',
    version: '1.1',
    targetPrefix: 'secretsmanager',
    invalidInput: INVALID_INPUT,
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

const stagesOf = ({ versions }: Secret) => Object.fromEntries(versions.map(({ id, stages }) => [id, stages]));

function paged<Item>(all: readonly Item[], { MaxResults, NextToken }: z.output<z.ZodObject<typeof paging>>) {
  const page = pageOf(all, MaxResults, NextToken);
  if (!page) throw new AwsError('InvalidNextTokenException', 'The NextToken value is invalid.');
  return { items: page.items, ...(page.next === undefined ? {} : { NextToken: page.next }) };
}

/** Access to a secret that does not exist is checked as well, so that nobody without permission can probe for names. */
const unknownArn = (id: string) => (id.startsWith('arn:') ? id : arnOf('secretsmanager', `secret:${id}`));

function generate(rules: PasswordRules): string {
  try {
    return randomPassword(rules);
  } catch (error) {
    if (error instanceof RangeError) throw new AwsError(INVALID_INPUT, error.message, 400, { cause: error });
    throw error;
  }
}
