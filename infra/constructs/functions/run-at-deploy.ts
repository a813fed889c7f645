import { CfnResource, type Duration } from 'aws-cdk-lib';
import { Trigger } from 'aws-cdk-lib/triggers';
import type { Construct, IDependable } from 'constructs';
import type { Stage } from '../../config/stage.ts';
import { externalize } from '../../localstack/externalize.ts';
import { functionName } from '../../names.ts';
import type { NodeFunction } from './node-function.ts';

export interface RunAtDeployProps {
  readonly stage: Stage;
  /** In a network. */
  readonly fn: NodeFunction;
  readonly timeout: Duration;
  /** What the function uses. */
  readonly after: Construct;
}

/**
 * Invokes a function at deploy whenever its code or its variables change, and fails the deployment when it fails. It waits for
 * the function's security group rules and rights too, which the function itself does not depend on.
 *
 * @returns what to wait for in order to come after it
 */
export function runAtDeploy(scope: Construct, id: string, props: RunAtDeployProps): IDependable {
  const { stage, fn, timeout, after } = props;
  if (stage.localstack === undefined) {
    return new Trigger(scope, id, {
      handler: fn,
      timeout,
      executeAfter: [after, fn, ...fn.connections.securityGroups],
    });
  }
  const trigger = new CfnResource(scope, id, {
    type: 'Custom::Trigger',
    properties: { HandlerArn: functionName(stage.name, fn.folder) },
  });
  externalize(trigger);
  return trigger;
}
