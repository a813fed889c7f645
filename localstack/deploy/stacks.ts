import { type CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';

/** What CloudFormation says about a stack; undefined when there is none of this name. */
export async function describeStack(client: CloudFormationClient, StackName: string): Promise<Stack | undefined> {
  try {
    return (await client.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];
  } catch (error) {
    // "Stack with id ... does not exist" has no name of its own.
    if ((error as Error).name === 'ValidationError') return undefined;
    throw error;
  }
}

/** Whether a stack was made, or changed, to the end and without a failure. */
export function isComplete(stack: Stack | undefined): boolean {
  return /^(CREATE|UPDATE)_COMPLETE$/.test(stack?.StackStatus ?? '');
}
