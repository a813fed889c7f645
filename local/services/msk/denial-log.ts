import type { Log } from '../../../tooling/log.ts';
import type { Denial } from '../../engines/kafka/denial.ts';
import { type Iam, principalOfRole, RefusalLog } from '../iam/service.ts';
import { arnOfResource } from './acls.ts';
import { CONNECT, KAFKA_ACTIONS, type KafkaAction, RESOURCE_TYPE } from './kafka-actions.ts';

export interface DenialLogOptions {
  readonly clusterArn: string;
  readonly iam: Pick<Iam, 'evaluator'>;
  readonly log: Log;
}

/**
 * Takes what the broker denies, and logs once which role lacks which action on which resource, with the line of a CDK app that
 * grants it.
 */
export function denialLog({ clusterArn, iam, log }: DenialLogOptions): (denial: Denial) => void {
  const refusals = new RefusalLog(log);
  return ({ user, operation, resourceType, resourceName }) => {
    const principal = principalOfRole(user);
    const refusalsOf = (actions: readonly Pick<KafkaAction, 'name' | 'resource'>[], resourceName: string) =>
      actions.flatMap(({ name, resource }) => {
        const request = { principal, action: name, resource: arnOfResource(clusterArn, resource, resourceName) };
        const decision = iam.evaluator.evaluate(request);
        return decision.allowed ? [] : [{ request, decision }];
      });
    for (const action of KAFKA_ACTIONS.filter(isMeant(operation, resourceType))) {
      const isSameKind = ({ resource }: KafkaAction) => resource === action.resource;
      const same = refusalsOf([connect, action, ...action.requires.filter(isSameKind)], resourceName);
      // A required action on another kind of resource may be allowed for any name.
      const others = action.requires.filter((each) => !isSameKind(each));
      for (const { request, decision } of same.length > 0 ? same : refusalsOf(others, '*'))
        refusals.note(request, decision);
    }
  };
}

/** Who loses it while signed in is refused everything. */
const connect = { name: CONNECT, resource: 'cluster' } as const;

/** Whether an action is what an operation of Kafka stands for. */
function isMeant(operation: string, resourceType: string): (action: KafkaAction) => boolean {
  return (action) => action.operation === operation && RESOURCE_TYPE[action.resource] === resourceType;
}
