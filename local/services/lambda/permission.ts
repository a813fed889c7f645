import { z } from 'zod';
import type { Principal } from '../../aws-api/api-call.ts';
import { type AccessRequest, type Iam, refusalText } from '../iam/service.ts';
import { resourceHash } from '../physical-names.ts';
import { created, notSupported, provider, REPLACED } from '../provider.ts';
import { LambdaError } from './errors.ts';
import { qualifiedFunctionArn } from './function-name.ts';

/** A service that invokes a function for something of its own, such as a rule or a method. */
export interface InvocationSource {
  /** Such as `events.amazonaws.com`. */
  readonly service: string;
  readonly arn: string;
}

const properties = z.object({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
  PrincipalOrgID: z.string().optional(),
  EventSourceToken: z.string().optional(),
  FunctionUrlAuthType: z.string().optional(),
  InvokedViaFunctionUrl: notSupported,
});

/** Who may invoke a function: a statement of the policy of the function, or of its version or alias. */
export const lambdaPermission = (iam: Pick<Iam, 'policies'>) =>
  provider(
    'who may invoke the function',
    properties,
    (permission, request) => {
      const id = `${request.logicalId}-${resourceHash(request, 12)}`;
      const arn = qualifiedFunctionArn(permission.FunctionName);
      const remove = iam.policies.putResourcePolicy(arn, id, permissionPolicy(permission, arn));
      return created(id, { Id: id }, remove);
    },
    // Whoever invokes the function is told of.
    { ...REPLACED, quiet: true },
  );

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html */
function permissionPolicy(permission: z.output<typeof properties>, arn: string) {
  const { Action, Principal, SourceArn, SourceAccount, PrincipalOrgID, EventSourceToken, FunctionUrlAuthType } =
    permission;
  const equals = {
    'AWS:SourceAccount': SourceAccount,
    'aws:PrincipalOrgID': PrincipalOrgID,
    'lambda:EventSourceToken': EventSourceToken,
    'lambda:FunctionUrlAuthType': FunctionUrlAuthType,
  };
  const StringEquals = Object.fromEntries(Object.entries(equals).filter(([, value]) => value !== undefined));
  const ArnLike = SourceArn === undefined ? {} : { 'AWS:SourceArn': SourceArn };
  const who = /^[\w-]+(\.[\w-]+)+$/.test(Principal) ? { Service: Principal } : { AWS: Principal };
  const statement = { Effect: 'Allow', Principal: who, Action, Resource: arn, Condition: { StringEquals, ArnLike } };
  return { Version: '2012-10-17', Statement: [statement] };
}

/**
 * Decides whether a service may invoke a function. The version or alias counts: a permission on the function is none on its alias.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html
 * @throws LambdaError `AccessDeniedException`, with what the CDK app lacks
 */
export function requirePermission(
  { evaluator }: Pick<Iam, 'evaluator'>,
  { service, arn }: InvocationSource,
  functionNameOrArn: string,
): void {
  const request: AccessRequest = {
    principal: { kind: 'service', name: service, arn: service },
    action: 'lambda:InvokeFunction',
    resource: qualifiedFunctionArn(functionNameOrArn),
    context: { 'aws:SourceArn': arn, 'aws:SourceAccount': arn.split(':')[4] },
  };
  requireAllowed(evaluator, request);
}

/**
 * Decides whether a function's role may invoke the function that is its destination.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-async-destinations-permissions
 * @throws LambdaError `AccessDeniedException`, with what the CDK app lacks
 */
export function requireDestination({ evaluator }: Pick<Iam, 'evaluator'>, role: Principal, destination: string): void {
  requireAllowed(evaluator, { principal: role, action: 'lambda:InvokeFunction', resource: destination });
}

function requireAllowed(evaluator: Iam['evaluator'], request: AccessRequest): void {
  const decision = evaluator.evaluate(request);
  if (!decision.allowed) throw new LambdaError('AccessDeniedException', refusalText(request, decision));
}
