import { type CloudFormationClient, paginateDescribeStackEvents } from '@aws-sdk/client-cloudformation';
import { UserError } from '../../tooling/errors.ts';

/** How LocalStack's events call a resource that it only pretends to have. */
const FAKED = 'deployed as a fallback';

/**
 * Makes sure that LocalStack has really made everything. It counts a resource of a type that it does not know as deployed, and
 * its attributes are then the text `unknown`.
 *
 * @param stacks names of the stacks
 * @throws UserError naming each resource that was faked
 */
export async function refuseFakedResources(client: CloudFormationClient, stacks: readonly string[]): Promise<void> {
  const faked = (await Promise.all(stacks.map((stack) => fakedResources(client, stack)))).flat();
  if (faked.length === 0) return;
  throw new UserError(
    `LocalStack only pretends to have ${faked.join(', ')}. Leave them out of target localstack with leaveOut(), or do without them.`,
  );
}

async function fakedResources(client: CloudFormationClient, StackName: string): Promise<string[]> {
  const faked = new Set<string>();
  for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName })) {
    for (const { ResourceStatusReason, ResourceType, LogicalResourceId } of StackEvents) {
      if (ResourceStatusReason?.includes(FAKED)) faked.add(`${StackName}/${LogicalResourceId} (${ResourceType})`);
    }
  }
  return [...faked];
}
