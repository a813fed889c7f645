import type { ResourcePlace, ResourceProvider } from '../../assembly/resource-provider.ts';
import { describeResource } from '../../assembly/template.ts';
import { ignored } from '../provider.ts';

/** The types of what calls functions, but for bucket deployments, whose work the runner does itself. */
const CALLERS =
  /^Custom::(?!CDKBucketDeployment$)|^AWS::(CloudFormation::CustomResource|ApiGateway::(Method|Authorizer)|Events::Rule|Lambda::EventSourceMapping)$/;

/** The CDK's bucket deployments bring a Python function, which nothing calls here. */
const uncalled = ignored(
  'only Node.js functions are supported; the runner does the work of a bucket deployment itself',
);

/** A function that is not written for Node.js: refused when something in its stack calls it, and otherwise ignored. */
export function otherRuntime(runtime: string, place: ResourcePlace | undefined): ResourceProvider {
  const [caller] = place ? callersOf(place) : [];
  if (caller === undefined) return uncalled;
  const problem = `Runtime: functions in ${runtime} do not run here, only those in Node.js do, and ${caller} calls this one`;
  return {
    kind: 'run',
    how: 'nothing',
    problems: () => [problem],
    create: () => Promise.reject(new Error(problem)),
  };
}

function callersOf({ stack, logicalId }: ResourcePlace): string[] {
  const callers = Object.entries(stack.template.Resources).filter(([, { Type }]) => CALLERS.test(Type));
  return callers
    .filter(([, { Properties }]) => JSON.stringify(Properties ?? {}).includes(`"${logicalId}"`))
    .map(([id]) => describeResource(stack, id));
}
