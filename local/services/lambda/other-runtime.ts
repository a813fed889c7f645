import type { ResourcePlace, ResourceProvider } from '../../assembly/resource-provider.ts';
import { ignored, referrers, refused } from '../provider.ts';

/** The types of what calls functions, but for bucket deployments, whose work the runner does itself. */
const CALLERS =
  /^Custom::(?!CDKBucketDeployment$)|^AWS::(CloudFormation::CustomResource|ApiGateway::(Method|Authorizer)|Events::Rule|Lambda::EventSourceMapping)$/;

/** The CDK's bucket deployments bring a Python function, which nothing calls here. */
const uncalled = ignored(
  'only Node.js functions are supported; the runner does the work of a bucket deployment itself',
);

/** A function that is not written for Node.js: refused when something in its stack calls it, and otherwise ignored. */
export function otherRuntime(runtime: string, place: ResourcePlace | undefined): ResourceProvider {
  const [caller] = place ? referrers(place, CALLERS) : [];
  if (caller === undefined) return uncalled;
  return refused(
    `Runtime: functions in ${runtime} do not run here, only those in Node.js do, and ${caller} calls this one`,
  );
}
