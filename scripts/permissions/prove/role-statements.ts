import {
  GetRolePolicyCommand,
  type IAMClient,
  ListRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { type LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { type Statement, statementsOf } from '../statements.ts';

/** One statement of an inline policy of a role. */
export interface RoleStatement {
  readonly role: string;
  /** The function that has the role; undefined when none of the system has. */
  readonly functionName: string | undefined;
  readonly policy: string;
  readonly document: { readonly Version?: string; readonly Statement: readonly Statement[] };
  readonly index: number;
  readonly statement: Statement;
}

/** All statements of all roles of a running system. */
export async function roleStatements(iam: IAMClient, lambda: LambdaClient): Promise<RoleStatement[]> {
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  const functionOf = new Map(Functions.map(({ Role, FunctionName }) => [Role, FunctionName]));
  const { Roles = [] } = await iam.send(new ListRolesCommand({}));
  const found: RoleStatement[] = [];
  for (const { RoleName = '', Arn } of Roles) {
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    for (const policy of PolicyNames) {
      const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: policy }));
      const { Version, ...rest } = JSON.parse(decodeURIComponent(PolicyDocument));
      const document = { Version, Statement: statementsOf(rest) };
      for (const [index, statement] of document.Statement.entries()) {
        found.push({ role: RoleName, functionName: functionOf.get(Arn), policy, document, index, statement });
      }
    }
  }
  return found;
}

/** Takes a statement away from the running system. @returns gives it back */
export async function withhold(iam: IAMClient, taken: RoleStatement): Promise<() => Promise<void>> {
  const { role: RoleName, policy: PolicyName, document, index } = taken;
  const put = (Statement: readonly Statement[]) => {
    const PolicyDocument = JSON.stringify({ ...document, Statement });
    return iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
  };
  await put(document.Statement.toSpliced(index, 1));
  return async () => void (await put(document.Statement));
}
