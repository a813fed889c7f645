import { Annotations, Duration } from 'aws-cdk-lib';
import { TokenAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import type { JwtAuth } from '../../config/config.ts';
import type { Stage } from '../../config/stage.ts';
import { prefixOf } from '../../names.ts';
import { NodeFunction } from '../functions/node-function.ts';

/** RFC 6750 and RFC 7515. */
const BEARER = '^ *[Bb][Ee][Aa][Rr][Ee][Rr] +[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+ *$';

/**
 * Claims that users can change at many providers, or that are given to another user later. Whoever renames themselves
 * alice would read Alice's orders. https://openid.net/specs/openid-connect-core-1_0.html#ClaimStability
 */
const EDITABLE_CLAIMS = new Set(['preferred_username', 'nickname', 'name', 'given_name', 'family_name', 'email']);

export interface JwtAuthorizerProps {
  readonly stage: Stage;
  readonly auth: JwtAuth;
}

/**
 * Lets through only requests with a valid token of the issuer. Its function is outside the network, to fetch the issuer's keys,
 * and may only write its log and traces.
 */
export class JwtAuthorizer extends Construct {
  readonly fn: NodeFunction;
  readonly authorizer: TokenAuthorizer;

  constructor(scope: Construct, id: string, props: JwtAuthorizerProps) {
    super(scope, id);
    const { stage, auth } = props;
    if (EDITABLE_CLAIMS.has(auth.userClaim)) {
      Annotations.of(this).addWarningV2(
        'orderflow:editable-user-claim',
        `Context "userClaim": many providers let users change "${auth.userClaim}", and whoever takes another user's value reads that user's orders. ` +
          'Use a claim that is unique and that only the provider sets.',
      );
    }
    // No canary: it fails in order to refuse a token, so anybody could stop a deployment.
    this.fn = new NodeFunction(this, 'Function', {
      stage,
      folder: 'authorizer',
      timeout: Duration.seconds(10),
      memoryMiB: 256,
    });
    this.fn.addEnvironment('ISSUER', auth.issuer);
    this.fn.addEnvironment('AUDIENCE', auth.audience);
    this.fn.addEnvironment('USER_CLAIM', auth.userClaim);
    if (auth.operatorClaim !== undefined) this.fn.addEnvironment('OPERATOR_CLAIM', auth.operatorClaim);
    this.authorizer = new TokenAuthorizer(this, 'Authorizer', {
      authorizerName: prefixOf(stage.name),
      handler: this.fn.live,
      // Refuses what is not a signed token without a call.
      validationRegex: BEARER,
      // By token. The functions check its expiry again.
      resultsCacheTtl: Duration.minutes(5),
    });
  }
}
