import { createHash } from 'node:crypto';
import type { ResourceDeclaration, Stack } from '../assembly/template.ts';
import { uuidOf } from '../aws-identity.ts';

interface Named {
  readonly stack: Pick<Stack, 'name'>;
  readonly logicalId: string;
}

/**
 * The name that CloudFormation would make up for a resource, the same in each run.
 *
 * @param maxLength what the service allows; the logical id is cut to fit
 */
export function physicalName({ stack, logicalId }: Named, maxLength: number): string {
  const suffix = `-${resourceHash({ stack, logicalId }, 12)}`;
  return `${`${stack.name}-${logicalId}`.slice(0, maxLength - suffix.length)}${suffix}`;
}

/** An id such as `vpc-0f3a...` for what AWS numbers, the same in each run. */
export function physicalId(prefix: string, request: Named): string {
  return `${prefix}-${resourceHash(request, 17)}`;
}

/** What a person calls a resource: its path in the CDK app, without the names that the CDK adds. Otherwise it is the logical id. */
export function constructPath({
  declaration,
  logicalId,
}: Pick<Named, 'logicalId'> & { readonly declaration: ResourceDeclaration }): string {
  const path = declaration.Metadata?.['aws:cdk:path'];
  return typeof path === 'string' ? path.replace(/(\/(Resource|Default))+$/, '') : logicalId;
}

/** A UUID that belongs to one resource of one stack, the same in each run. */
export function resourceUuid({ stack, logicalId }: Named): string {
  return uuidOf(`${stack.name}/${logicalId}`);
}

/** Hexadecimal digits that belong to one resource of one stack, at most 64. */
export function resourceHash({ stack, logicalId }: Named, digits: number): string {
  return createHash('sha256').update(`${stack.name}/${logicalId}`).digest('hex').slice(0, digits);
}
