import { z } from 'zod';
import type { AwsApi } from '../../aws-api/api-call.ts';
import { AwsError } from '../../aws-api/aws-error.ts';
import { jsonApi } from '../../aws-api/json-api.ts';
import { operation } from '../../aws-api/operation.ts';
import { pageOf } from '../../aws-api/page.ts';
import { lifecycleOperations } from './lifecycle.ts';
import { identity, onSecretOf } from './on-secret.ts';
import { type PasswordRules, passwordRules, randomPassword } from './random-password.ts';
import { listedSecrets, listParameters } from './secret-list.ts';
import type { SecretStore } from './secret-store.ts';
import { invalid, type Secret, versionOf } from './secret-versions.ts';

const paging = { MaxResults: z.int().min(1).max(100).default(100), NextToken: z.string().optional() };
/** What versions are said to be encrypted with. */
const KMS_KEY_IDS = ['DefaultEncryptionKey'];

/** Reads, writes and rotates secrets. */
export function secretsManagerApi(store: SecretStore): AwsApi {
  const onSecret = onSecretOf(store);
  const operations = {
    ...lifecycleOperations(store, onSecret),
    GetSecretValue: onSecret(
      'GetSecretValue',
      { VersionId: z.string().optional(), VersionStage: z.string().optional() },
      (input) => {
        const secret = store.getActive(input.SecretId);
        const version = versionOf(secret, { versionId: input.VersionId, stage: input.VersionStage });
        return {
          ...identity(secret),
          ...version.value,
          VersionId: version.id,
          ...labels(version.stages),
          CreatedDate: version.createdAt,
        };
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
      { ...paging, IncludeDeprecated: z.boolean().default(false) },
      ({ SecretId, IncludeDeprecated, ...page }) => {
        const secret = store.get(SecretId);
        const listed = secret.versions.filter(({ stages }) => IncludeDeprecated || stages.length > 0);
        const { items, ...rest } = paged(listed, page);
        const Versions = items.map(({ id, stages, createdAt }) => ({
          VersionId: id,
          ...labels(stages),
          CreatedDate: createdAt,
          KmsKeyIds: KMS_KEY_IDS,
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

  return jsonApi({
    name: 'Secrets Manager',
    signingName: 'secretsmanager',
    version: '1.1',
    targetPrefix: 'secretsmanager',
    invalidInput: 'InvalidParameterException',
    operations,
  });
}

/** Left out for a version without any. */
const labels = (stages: readonly string[]) => (stages.length === 0 ? {} : { VersionStages: stages });

const summary = (secret: Secret) => ({
  ...identity(secret),
  Description: secret.description,
  CreatedDate: secret.createdAt,
  LastChangedDate: secret.changedAt,
  ...(secret.deletion && { DeletedDate: secret.deletion.markedAt }),
});

const stagesOf = ({ versions }: Secret) =>
  Object.fromEntries(versions.filter(({ stages }) => stages.length > 0).map(({ id, stages }) => [id, stages]));

function paged<Item>(all: readonly Item[], { MaxResults, NextToken }: z.output<z.ZodObject<typeof paging>>) {
  const page = pageOf(all, MaxResults, NextToken);
  if (!page) throw new AwsError('InvalidNextTokenException', 'The NextToken value is invalid.');
  return { items: page.items, ...(page.next === undefined ? {} : { NextToken: page.next }) };
}

function generate(rules: PasswordRules): string {
  try {
    return randomPassword(rules);
  } catch (error) {
    if (error instanceof RangeError) throw invalid(error.message);
    throw error;
  }
}
