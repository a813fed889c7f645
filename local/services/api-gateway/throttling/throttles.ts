import { faults, GatewayFault } from '../gateway-fault.ts';
import type { RestApiDefinition, RouteDefinition } from '../rest-api-definition.ts';
import { TokenBucket } from './token-bucket.ts';

/**
 * Throttles the requests of a stage: each method has a bucket of its own, by the settings of the stage for this method or for
 * all, and all methods of the account share another. AWS looks at the method first. It says that it throttles on a best-effort
 * basis; here the numbers are exact.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
export class Throttles {
  readonly #ofMethods: ReadonlyMap<RouteDefinition, TokenBucket>;
  readonly #account: TokenBucket;

  /** @param account the bucket that all APIs share */
  constructor({ routes }: Pick<RestApiDefinition, 'routes'>, account: TokenBucket) {
    this.#ofMethods = new Map(
      routes.flatMap((route) => (route.throttle ? [[route, new TokenBucket(route.throttle)] as const] : [])),
    );
    this.#account = account;
  }

  /** @throws GatewayFault (429) when there are too many requests */
  admit(route: RouteDefinition): void {
    const admitted = (this.#ofMethods.get(route)?.take() ?? true) && this.#account.take();
    if (!admitted) throw new GatewayFault(faults.throttled);
  }
}
