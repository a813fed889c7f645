import type { Principal } from '../../../aws-api/api-call.ts';
import { type Iam, refusalText } from '../../iam/service.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';
import { NOT_AUTHORIZED, SourceProblem } from './problem.ts';

/** So that Lambda can place pollers into the cluster's network. */
const NETWORK_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeVpcs',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeSubnets',
  'ec2:DescribeSecurityGroups',
];

type Mapping = Pick<EventSourceMappingDefinition, 'eventSourceArn' | 'onFailureTopic'>;

/**
 * Makes the check whether a function's role has what its mapping needs, beside what the brokers ask for themselves.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-msk-permissions.html
 * https://docs.aws.amazon.com/lambda/latest/dg/msk-cluster-auth.html
 * https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure-destination.html
 *
 * @returns a check that throws SourceProblem
 */
export function mappingAccess({ evaluator }: Pick<Iam, 'evaluator'>, role: Principal, mapping: Mapping): () => void {
  const needed = permissionsOf(mapping);
  return () => {
    for (const { actions, resource } of needed) {
      const refusals = actions.flatMap((action) => {
        const request = { principal: role, action, resource };
        const decision = evaluator.evaluate(request);
        return decision.allowed ? [] : [{ request, decision }];
      });
      const [refused] = refusals;
      if (!refused || refusals.length < actions.length) continue;
      throw new SourceProblem(refusalText(refused.request, refused.decision), resultFor(refused.request.action));
    }
  };
}

/** What the role needs: of each entry one action. */
function permissionsOf({ eventSourceArn: cluster, onFailureTopic }: Mapping) {
  const topic = `${cluster.replace(':cluster/', ':topic/')}/${onFailureTopic}`;
  const onFailure = [
    { actions: ['kafka-cluster:DescribeCluster'], resource: cluster },
    { actions: ['kafka-cluster:ReadData'], resource: topic },
    { actions: ['kafka-cluster:WriteData'], resource: topic },
  ];
  return [
    { actions: ['kafka:DescribeClusterV2', 'kafka:DescribeCluster'], resource: cluster },
    { actions: ['kafka:GetBootstrapBrokers'], resource: cluster },
    ...NETWORK_ACTIONS.map((action) => ({ actions: [action], resource: '*' })),
    { actions: ['kafka-cluster:DescribeClusterDynamicConfiguration'], resource: cluster },
    ...(onFailureTopic === undefined ? [] : onFailure),
  ];
}

function resultFor(action: string): string {
  if (action.startsWith('kafka-cluster:')) return NOT_AUTHORIZED;
  // As worded for EventBridge Pipes, whose pollers are the same: https://github.com/terraform-aws-modules/terraform-aws-eventbridge/issues/164
  return `PROBLEM: Lambda does not have enough permission to process your event source. Please add ${action} permission to role.`;
}
