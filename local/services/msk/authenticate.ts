import type { Authorizer } from '../iam/authorize.ts';
import { verifyMskToken } from '../iam/msk-token.ts';
import type { Principal, PrincipalStore } from '../iam/principals.ts';

export interface TokenAuthentication {
  readonly principals: PrincipalStore;
  readonly authorizer: Authorizer;
  readonly clusterArn: string;
}

/**
 * Makes the check that MSK does at sign-in: whose token it is, and whether that role may connect to the cluster
 * (https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html).
 *
 * @returns a function from the token to the principal, which throws an Error with the sentence for the client
 */
export function createTokenAuthenticator(options: TokenAuthentication): (token: string) => Principal {
  const action = 'kafka-cluster:Connect';
  return (token) => {
    const principal = verifyMskToken(token, options.principals);
    const resource = options.clusterArn;
    const decision = options.authorizer.authorize({ principal, action, resource });
    if (!decision.allowed) {
      throw new Error(`${principal.arn} is not authorized to perform ${action} on ${resource}: ${decision.reason}.`);
    }
    return principal;
  };
}
