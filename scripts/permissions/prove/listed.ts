import type { Statement } from '../statements.ts';
import type { RoleStatement } from './role-statements.ts';

/** Roles that nothing here has, by a part of their names. */
const ROLES: readonly (readonly [name: string, reason: string])[] = [
  ['-VpcFlows', "the VPC's flow logs, which AWS alone writes; here the run's log has what the network refuses"],
  ['-SiteFiles', "the deployment of the site's files by a function in Python; here the runner copies them itself"],
];

/** What nothing that runs here asks for, so that no step can miss it. */
const STATEMENTS: readonly (readonly [isMeant: (statement: Statement) => boolean, reason: string])[] = [
  [only('logs:'), "logs: Lambda writes the function's log to CloudWatch in its name; here the run has one log"],
  [only('xray:'), 'X-Ray: traces are sent only on AWS'],
  [
    (statement) => only('ec2:')(statement) && statement.Effect === 'Deny',
    "a function's own code may not use what Lambda needs of EC2, whose API does not run here",
  ],
  [
    // With this action, it is about the pollers of a mapping. Lambda asks for that before it starts them, and so does the runner.
    (statement) => only('ec2:')(statement) && !actionsOf(statement).includes('ec2:DescribeVpcs'),
    'network interfaces and groups: deployments make and change them; here the templates alone say what they are',
  ],
];

/** Why a statement needs no step that notices its loss; undefined for one that does. */
export function listedReason({
  role,
  functionName,
  statement,
}: Pick<RoleStatement, 'role' | 'functionName' | 'statement'>): string | undefined {
  const ofRole = functionName === undefined ? ROLES.find(([name]) => role.includes(name)) : undefined;
  return (ofRole ?? STATEMENTS.find(([isMeant]) => isMeant(statement)))?.[1];
}

function only(prefix: string): (statement: Statement) => boolean {
  return (statement) => {
    const actions = actionsOf(statement);
    return actions.length > 0 && actions.every((action) => action.startsWith(prefix));
  };
}

/** None for a statement that says which actions it does not mean. */
function actionsOf({ Action }: Statement): readonly string[] {
  return [Action ?? []].flat();
}
