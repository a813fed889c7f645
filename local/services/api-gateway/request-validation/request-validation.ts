import { faults, GatewayFault, missingParameters } from '../gateway-fault.ts';
import { headerValue, queryParameters, type RequestContext } from '../request-context.ts';
import type { RequestRules, RestApiDefinition } from '../rest-api-definition.ts';
import type { RouteMatch } from '../router.ts';
import type { BodyModels } from './body-models.ts';

const DEFAULT_CONTENT_TYPE = 'application/json';
/** The model for all content types. */
const ANY_CONTENT_TYPE = '$default';

/**
 * Checks requests against what their methods require.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
 */
export class RequestValidation {
  readonly #models: BodyModels | undefined;

  private constructor(models: BodyModels | undefined) {
    this.#models = models;
  }

  /** @throws Error for a model that cannot be used */
  static async of({
    id,
    models,
    routes,
  }: Pick<RestApiDefinition, 'id' | 'models' | 'routes'>): Promise<RequestValidation> {
    const used = routes.flatMap(({ rules }) => Object.values(rules?.models ?? {}));
    if (used.length === 0) return new RequestValidation(undefined);
    // Loading the validator of schemas takes as long as many an API to start.
    const { BodyModels } = await import('./body-models.ts');
    const all = new BodyModels(id, models);
    for (const name of used) all.allows(name, '');
    return new RequestValidation(all);
  }

  /** @throws GatewayFault (400) when a parameter is missing, or the body does not fit its model */
  check({ route, pathParameters }: RouteMatch, context: RequestContext, body: Buffer): void {
    const { parameters = [], models } = route.rules ?? {};
    const missing = parameters.filter((expression) => !isGiven(expression, context, pathParameters));
    if (missing.length > 0) {
      const names = missing.toSorted().map((expression) => expression.replace(/^method\.request\.\w+\./, ''));
      throw new GatewayFault(missingParameters(names));
    }
    const model = models && modelFor(models, headerValue(context, 'Content-Type'));
    if (model !== undefined && !this.#models?.allows(model, body.toString('utf8'))) {
      throw new GatewayFault(faults.invalidBody);
    }
  }
}

/** The name of the model for a content type; a body of another type is not checked. */
function modelFor(models: NonNullable<RequestRules['models']>, contentType = DEFAULT_CONTENT_TYPE): string | undefined {
  const [type = ''] = contentType.split(';', 1);
  return models[type.trim().toLowerCase()] ?? models[ANY_CONTENT_TYPE];
}

/** Whether a request has a parameter, and not a blank one. */
function isGiven(expression: string, context: RequestContext, path: RouteMatch['pathParameters']): boolean {
  const [, from, name = ''] = /^method\.request\.(header|querystring|path)\.(.+)$/.exec(expression) ?? [];
  if (from === 'path') return (path?.[name] ?? '').trim() !== '';
  if (from === 'header') return (headerValue(context, name) ?? '').trim() !== '';
  return queryParameters(context).some(([candidate, value]) => candidate === name && value.trim() !== '');
}
