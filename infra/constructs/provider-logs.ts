import { CfnResource, CustomResourceProviderBase } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Stage } from '../config/stage.ts';
import { StageLogGroup } from './stage-log-group.ts';

/**
 * Gives the functions of the CDK's own custom resources a log group that is deleted with its stack, and the right to write to
 * it instead of AWS's policy for all logs.
 *
 * @param root covers all providers below it, so call this last
 */
export function confineProviders(root: IConstruct, stage: Stage): void {
  for (const provider of root.node.findAll()) {
    if (!(provider instanceof CustomResourceProviderBase)) continue;
    const logGroup = new StageLogGroup(provider, 'Logs', { stage });
    partOf(provider, 'Handler').addPropertyOverride('LoggingConfig', { LogGroup: logGroup.logGroupName });
    partOf(provider, 'Role').addPropertyDeletionOverride('ManagedPolicyArns');
    provider.addToRolePolicy(logGroup.writeStatement().toStatementJson());
  }
}

function partOf(provider: CustomResourceProviderBase, id: string): CfnResource {
  const part = provider.node.findChild(id);
  if (!CfnResource.isCfnResource(part)) throw new Error(`${part.node.path} is not a CloudFormation resource.`);
  return part;
}
