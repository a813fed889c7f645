import { AuthenticationError } from '@platformatic/kafka';
import { errorsIn, reasonOf } from '../../msk/service.ts';

/** A mapping cannot read its source, because its role or its network lacks something. The message is for the log. */
export class SourceProblem extends Error {
  override name = 'SourceProblem';
  /** The mapping's last result. */
  readonly result: string;

  constructor(message: string, result: string) {
    super(message);
    this.result = result;
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-kafka-troubleshoot.html */
export const NOT_AUTHORIZED = 'PROBLEM: Cluster failed to authorize Lambda.';
/** As users of AWS report it: https://github.com/pulumi/pulumi-aws/issues/1290 */
export const NOT_CONNECTED = 'PROBLEM: Connection error. Please check your event source connection configuration.';
const NOT_SIGNED_IN = 'PROBLEM: SASL authentication failed.';

/** What the mapping's last result says of a failure to read its source. */
export function problemOf(error: unknown): string {
  const errors = errorsIn(error);
  if (errors.some((each) => each instanceof AuthenticationError)) return NOT_SIGNED_IN;
  if (errors.some(({ apiId }) => apiId?.endsWith('_AUTHORIZATION_FAILED'))) return NOT_AUTHORIZED;
  const missing = errors.find((each) => each instanceof SourceProblem);
  return missing?.result ?? `PROBLEM: ${reasonOf(error)}`;
}
