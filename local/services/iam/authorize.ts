import type { Principal } from './principals.ts';

export interface AccessRequest {
  readonly principal: Principal;
  /** `service:Operation`, such as `s3:PutObject`. */
  readonly action: string;
  /** The ARN that the action is done to, `*` for actions without a resource. */
  readonly resource: string;
}

export interface Decision {
  readonly allowed: boolean;
  /** Why, in words for the error message or the log. */
  readonly reason: string;
}

/**
 * The one place that is asked on each call to an AWS API.
 * It does not evaluate the roles' policies: every known principal is allowed everything.
 */
export class Authorizer {
  authorize(request: AccessRequest): Decision {
    return { allowed: true, reason: `policies are not evaluated; ${request.principal.name} is a known principal` };
  }
}
