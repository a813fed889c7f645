import { z } from 'zod';
import { operation } from '../../aws-api/operation.ts';
import { identity, type OnSecret, unknownArn } from './on-secret.ts';
import { eitherOr, givenValue, newValue, requiredToken, requireName } from './parameters.ts';
import type { SecretStore } from './secret-store.ts';
import { invalid, versionOf } from './secret-versions.ts';

const DEFAULT_RECOVERY_DAYS = 30;

/** Operations that create, change, delete and restore secrets. */
export function lifecycleOperations(store: SecretStore, onSecret: OnSecret) {
  return {
    CreateSecret: operation(
      { ...newValue, Name: z.string().min(1), Description: z.string().optional() },
      (input, call) => {
        requireName(input.Name);
        call.requireAccess('secretsmanager:CreateSecret', unknownArn(input.Name));
        const [versionId, value] = [requiredToken(input), givenValue(input)];
        const secret = store.create(
          { name: input.Name, description: input.Description },
          value && { versionId, value },
        );
        return { ...identity(secret), ...(value && { VersionId: versionId }) };
      },
    ),
    UpdateSecret: onSecret('UpdateSecret', { ...newValue, Description: z.string().optional() }, (input) => {
      const { SecretId, Description } = input;
      const [versionId, value] = [requiredToken(input), givenValue(input)];
      const described = Description === undefined ? store.getActive(SecretId) : store.describe(SecretId, Description);
      if (!value) return identity(described);
      store.putValue(SecretId, { versionId, value });
      return { ...identity(described), VersionId: versionId };
    }),
    PutSecretValue: onSecret(
      'PutSecretValue',
      { ...newValue, VersionStages: z.array(z.string().min(1).max(256)).min(1).max(20).optional() },
      (input) => {
        const [versionId, value] = [requiredToken(input), givenValue(input)];
        if (!value) throw eitherOr();
        const secret = store.putValue(input.SecretId, { versionId, value, stages: input.VersionStages });
        return { ...identity(secret), VersionId: versionId, VersionStages: versionOf(secret, { versionId }).stages };
      },
    ),
    DeleteSecret: onSecret(
      'DeleteSecret',
      { RecoveryWindowInDays: z.int().optional(), ForceDeleteWithoutRecovery: z.boolean().optional() },
      ({ SecretId, RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force }) => {
        if (force && days !== undefined) {
          throw invalid("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
        }
        if (days !== undefined && (days < 7 || days > 30)) {
          throw invalid('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
        }
        if (!force) {
          const secret = store.markForDeletion(SecretId, days ?? DEFAULT_RECOVERY_DAYS);
          return { ...identity(secret), DeletionDate: secret.deletion.dueAt };
        }
        // AWS responds as if a secret that is missing had been there.
        const secret = store.find(SecretId) ?? { arn: unknownArn(SecretId), name: SecretId };
        return { ...identity(secret), DeletionDate: store.delete(SecretId) };
      },
    ),
    RestoreSecret: onSecret('RestoreSecret', {}, ({ SecretId }) => identity(store.restore(SecretId))),
  };
}
