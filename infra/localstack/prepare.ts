import { createHash } from 'node:crypto';
import { AspectPriority, Aspects, CfnWaitConditionHandle, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { SupportedResources } from './supported-resources.ts';

/**
 * Fits an app to LocalStack: a resource that would not work there is an error at synthesis. The metadata of external resources
 * is deployed.
 *
 * @param root what is below it is treated, so it comes last
 */
export function prepareForLocalStack(root: IConstruct): void {
  for (const stack of root.node.findAll().filter((each) => Stack.isStack(each))) deployMetadata(stack);
  Aspects.of(root).add(new SupportedResources(), { priority: AspectPriority.READONLY });
}

/**
 * Adds a resource that does nothing and is another one whenever the template's metadata change: CloudFormation takes no stack
 * without resources, and no update that changes metadata alone.
 */
function deployMetadata(stack: Stack): void {
  const { metadata } = stack.templateOptions;
  if (metadata === undefined) return;
  const hash = createHash('sha256').update(JSON.stringify(metadata)).digest('hex');
  new CfnWaitConditionHandle(stack, `ExternalResources${hash.slice(0, 16)}`);
}
