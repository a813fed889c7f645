import type { RoleStatement } from './role-statements.ts';

/** Actions that no step can miss, since what they are for does not run here. */
const ELSEWHERE: readonly (readonly [prefix: string, reason: string])[] = [
  ['logs:', "logs: Lambda writes the function's log to CloudWatch in its name; here the run has one log"],
  ['xray:', 'X-Ray: traces are sent only on AWS'],
  [
    'ec2:',
    "network interfaces and groups: Lambda and deployments make them; here the runner's own network stands for them",
  ],
];

/** Why a statement needs no step that notices its loss; undefined for one that does. */
export function listedReason({
  functionName,
  statement,
}: Pick<RoleStatement, 'functionName' | 'statement'>): string | undefined {
  if (functionName === undefined)
    return 'roles of AWS services and of functions that do not run here, such as bucket deployments and rotation';
  const actions = [statement.Action ?? statement.NotAction ?? []].flat();
  return ELSEWHERE.find(([prefix]) => actions.length > 0 && actions.every((action) => action.startsWith(prefix)))?.[1];
}
