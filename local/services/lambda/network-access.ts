import type { Principal } from '../../aws-api/api-call.ts';
import { type Iam, refusalText } from '../iam/service.ts';

const NEEDED = ['CreateNetworkInterface', 'DescribeNetworkInterfaces', 'DeleteNetworkInterface'];

/**
 * Decides whether a role lets Lambda place its function into a network, which creating and changing such a function asks for.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 *
 * @throws Error with the words of Lambda, and with what the CDK app lacks
 */
export function requireNetworkAccess({ evaluator }: Pick<Iam, 'evaluator'>, role: Principal): void {
  for (const name of NEEDED) {
    const request = { principal: role, action: `ec2:${name}`, resource: '*' };
    const decision = evaluator.evaluate(request);
    if (decision.allowed) continue;
    throw new Error(
      `The provided execution role does not have permissions to call ${name} on EC2: ${refusalText(request, decision)}`,
    );
  }
}
