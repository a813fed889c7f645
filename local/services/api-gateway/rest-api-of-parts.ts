import { required } from '../service.ts';
import type { MethodDeclaration, RestApiDefinition, RestApiParts, RouteDefinition } from './rest-api-definition.ts';
import { throttleOf } from './throttling/method-settings.ts';

/**
 * A REST API as the resources declare it that belong to it.
 *
 * @throws Error when the API has no stage, since nobody could reach it then, or several, or refers to what it does not have
 */
export function restApiDefinition(parts: RestApiParts): RestApiDefinition {
  const { id, listener, binaryMediaTypes, apiKeySource, models } = parts;
  const [stage, ...others] = parts.stages.values();
  if (stage === undefined) throw new Error(`the REST API ${listener.name} has no stage`);
  if (others.length > 0) {
    const names = [...parts.stages.keys()].join(' and ');
    throw new Error(`the local runner serves one stage of a REST API, and ${listener.name} has ${names}`);
  }
  const routes = [...parts.methods.values()].map((method) => {
    const route = routeOf(method, parts);
    const throttle = throttleOf(route, stage.methodSettings);
    return throttle === undefined ? route : { ...route, throttle };
  });
  return {
    id,
    stage: stage.name,
    stageVariables: stage.variables,
    binaryMediaTypes,
    apiKeySource,
    models,
    routes,
    gatewayResponses: Object.fromEntries(parts.gatewayResponses),
  };
}

function routeOf(method: MethodDeclaration, parts: RestApiParts): RouteDefinition {
  const { authorizerId, validatorId, httpMethod, integration, parameters } = method;
  const validator =
    validatorId === undefined
      ? undefined
      : required(parts.validators.get(validatorId), `request validator ${validatorId}`);
  const models = Object.keys(method.models).length > 0 ? method.models : { $default: 'Empty' };
  return {
    resourcePath: pathOf(method.resourceId, parts) || '/',
    httpMethod,
    integration,
    ...(method.apiKeyRequired && { apiKeyRequired: true }),
    ...(validator && { rules: { ...(validator.parameters && { parameters }), ...(validator.body && { models }) } }),
    ...(authorizerId !== undefined && {
      authorizer: required(parts.authorizers.get(authorizerId), `authorizer ${authorizerId}`),
    }),
  };
}

/** The root's path is empty. */
function pathOf(resourceId: string, parts: RestApiParts): string {
  if (resourceId === parts.rootResourceId) return '';
  const { parentId, part } = required(parts.paths.get(resourceId), `resource ${resourceId} of the REST API`);
  return `${pathOf(parentId, parts)}/${part}`;
}
