import { Duration } from 'aws-cdk-lib';
import { TokenAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import type { JwtAuth } from '../../config/config.ts';
import type { Stage } from '../../config/stage.ts';
import { prefixOf } from '../../names.ts';
import { NodeFunction } from '../functions/node-function.ts';

/** `Bearer` and three parts in base64url (RFC 6750, RFC 7515). */
const BEARER = '^ *[Bb][Ee][Aa][Rr][Ee][Rr] +[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+ *$';

export interface JwtAuthorizerProps {
  readonly stage: Stage;
  readonly auth: JwtAuth;
}

/**
 * What lets through the requests with a valid token of the issuer alone. Its function stands outside the network, since
 * it asks the issuer for its keys, and has no rights but to write its log and traces.
 */
export class JwtAuthorizer extends Construct {
  readonly fn: NodeFunction;
  readonly authorizer: TokenAuthorizer;

  constructor(scope: Construct, id: string, props: JwtAuthorizerProps) {
    super(scope, id);
    const { stage, auth } = props;
    // It gets new versions at once: to refuse a token it has to fail, so that anybody could stop a canary deployment.
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
      // What is no signed token at all is refused without a call.
      validationRegex: BEARER,
      // By the token's text. The functions look at its time of expiry again.
      resultsCacheTtl: Duration.minutes(5),
    });
  }
}
