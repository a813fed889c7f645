import { GetResourceCommand } from '@aws-sdk/client-cloudcontrol';
import { isError } from './aws-errors.ts';
import type { Clients } from './clients.ts';

/**
 * Reads a resource of any type by its identifier.
 *
 * @param type of CloudFormation, such as `AWS::IAM::Role`
 * @returns its properties; undefined when there is no such resource
 */
export async function readResource(
  { cloudControl }: Clients,
  type: string,
  identifier: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const request = new GetResourceCommand({ TypeName: type, Identifier: identifier });
    const { ResourceDescription } = await cloudControl.send(request);
    return JSON.parse(ResourceDescription?.Properties ?? '{}');
  } catch (error) {
    if (isError(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}
