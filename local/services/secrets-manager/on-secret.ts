import { z } from 'zod';
import type { ApiCall } from '../../aws-api/api-call.ts';
import { type Operation, operation } from '../../aws-api/operation.ts';
import { arnOf } from '../../aws-identity.ts';
import { requireName } from './parameters.ts';
import type { SecretStore } from './secret-store.ts';
import type { Secret } from './secret-versions.ts';

const secretId = { SecretId: z.string().min(1) };

/** What makes an operation on one secret: its name, its other parameters, and what it does once the caller may do it. */
export type OnSecret = <Shape extends z.ZodRawShape>(
  name: string,
  shape: Shape,
  handle: (input: z.output<z.ZodObject<Shape & typeof secretId>>) => unknown,
) => Operation<unknown>;

export function onSecretOf(store: SecretStore): OnSecret {
  return (name, shape, handle) =>
    operation({ ...shape, ...secretId }, (input, call: ApiCall) => {
      const { SecretId } = input as { SecretId: string };
      requireName(SecretId);
      const { VersionId, VersionStage } = input as { VersionId?: string; VersionStage?: string };
      const context = { 'secretsmanager:VersionId': VersionId, 'secretsmanager:VersionStage': VersionStage };
      const arn = store.find(SecretId)?.arn ?? unknownArn(SecretId);
      call.requireAccess(`secretsmanager:${name}`, arn, { context, askedFor: SecretId });
      return handle(input);
    });
}

/** Access to a secret that does not exist is checked as well, so that nobody without permission can probe for names. */
export const unknownArn = (id: string) => (id.startsWith('arn:') ? id : arnOf('secretsmanager', `secret:${id}`));

/** What every response about a secret has. */
export const identity = (secret: Pick<Secret, 'arn' | 'name'>) => ({ ARN: secret.arn, Name: secret.name });
