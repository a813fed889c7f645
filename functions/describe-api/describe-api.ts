import { COMMON_RESPONSES, ROUTES, type Route, type RouteParameter, TOKEN_RESPONSES } from '../contract/http/routes.ts';
import { jsonContent, openApiResponses } from './openapi-responses.ts';
import { namedSchemas, schemaOf } from './schemas.ts';

const TOKEN = 'token';

/** The OpenAPI 3.1 document, made of the schemas that requests are checked against. */
export function describeApi() {
  return {
    openapi: '3.1.1',
    info: {
      title: 'OrderFlow',
      version: '1.0.0',
      description: 'Takes orders, keeps them and confirms them. Every error response has a sentence in `error`.',
    },
    // Relative to this document: the path before /api depends on how the API is reached.
    servers: [{ url: '..', description: 'Where this document comes from' }],
    paths: paths(),
    components: {
      schemas: namedSchemas(),
      securitySchemes: {
        [TOKEN]: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'A token from the issuer that the stage trusts. A stage without sign-in accepts requests without a token.',
        },
      },
    },
  };
}

function paths() {
  const byPath = Map.groupBy<Route['path'], Route>(ROUTES, ({ path }) => path);
  return Object.fromEntries(
    [...byPath].map(([path, routes]) => [
      path,
      Object.fromEntries(routes.map((route) => [route.method.toLowerCase(), operation(route)])),
    ]),
  );
}

/** https://spec.openapis.org/oas/v3.1.1.html#operation-object */
function operation({ operationId, summary, description, parameters, request, authorization, responses }: Route) {
  const takesToken = authorization === 'token';
  return {
    operationId,
    summary,
    ...(description && { description }),
    ...(parameters && { parameters: parameters.map(parameter) }),
    ...(request && { requestBody: { required: true, content: jsonContent(request) } }),
    security: takesToken ? [{ [TOKEN]: [] }, {}] : [],
    responses: openApiResponses({ ...COMMON_RESPONSES, ...(takesToken ? TOKEN_RESPONSES : {}), ...responses }),
  };
}

function parameter({ name, in: where, description, schema, describeOutput }: RouteParameter) {
  return {
    name,
    in: where,
    required: where === 'path',
    ...(description && { description }),
    schema: schemaOf(schema, describeOutput ? 'output' : 'input'),
  };
}
