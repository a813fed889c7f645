import { silentLog } from '../../../tooling/log-fixture.ts';
import { Ec2 } from '../ec2/service.ts';
import type { AccessRequest, Decision } from '../iam/policy-evaluation.ts';
import { PrincipalStore } from '../iam/principals.ts';
import { Iam } from '../iam/service.ts';
import type { Service } from '../service.ts';
import { Services } from '../services.ts';
import { AwsEndpoint } from './service.ts';

/** For tests: allows all but what it is told to refuse, and remembers what it was asked. */
class RecordingEvaluator {
  readonly asked: string[] = [];
  readonly refused = new Set<string>();

  evaluate({ principal, action, resource }: AccessRequest): Decision {
    this.asked.push(`${principal.name} ${action} ${resource}`);
    return this.refused.has(action) ? { allowed: false, policyType: 'identity-based policy' } : { allowed: true };
  }
}

/**
 * For tests: services, opened, behind an endpoint on a free port, and a role to call it as.
 *
 * @param create the services; the endpoint has its address once they are open
 */
export async function startEndpointFixture(create: (endpoint: AwsEndpoint) => readonly Service[]) {
  const principals = new PrincipalStore();
  const role = { kind: 'role', name: 'writer', arn: 'arn:aws:iam::000000000000:role/writer', session: 'fn' } as const;
  const evaluator = new RecordingEvaluator();
  const ec2 = new Ec2({ log: silentLog }, new Iam());
  const endpoint = new AwsEndpoint(0, { principals, evaluator }, ec2, silentLog);
  const served = create(endpoint);
  endpoint.serve(served);
  const services = new Services([served, [endpoint]]);
  await services.open(new AbortController().signal);
  return {
    endpoint,
    ec2,
    evaluator,
    role,
    /** What an SDK client needs to call as the role. */
    client: { endpoint: endpoint.url, region: 'us-east-1', credentials: principals.issue(role), maxAttempts: 1 },
    stop: () => services.stop(),
  };
}

export type EndpointFixture = Awaited<ReturnType<typeof startEndpointFixture>>;
