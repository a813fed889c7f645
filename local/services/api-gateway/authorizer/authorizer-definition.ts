/** A Lambda authorizer of a REST API as its template describes it, with every reference resolved. */
export interface AuthorizerDefinition {
  /** Unique within the API. */
  readonly id: string;
  /** `TOKEN` hands the function one header, `REQUEST` the whole request without its body. */
  readonly type: 'TOKEN' | 'REQUEST';
  /** With an alias or a version where the template names one. */
  readonly functionArn: string;
  /** What must be in a request before the function is asked; together they are the key of the cached result. */
  readonly identitySources: readonly IdentitySource[];
  /** What a token must match as a whole. */
  readonly identityValidation?: RegExp;
  /** 0: each request is asked about. */
  readonly resultTtlSeconds: number;
}

/** A place in the request: a header, a parameter of the query, or a `$context` variable. */
export interface IdentitySource {
  readonly from: 'header' | 'querystring' | 'context';
  readonly name: string;
}

/**
 * What handlers get as `requestContext.authorizer`: `principalId`, the values that the authorizer gave, all of them as text,
 * and as the only number `integrationLatency`, its time in ms.
 */
export interface AuthorizerContext {
  readonly [name: string]: string | number;
}
