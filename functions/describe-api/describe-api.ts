import { FROM_ANY_ROUTE, FROM_ROUTES_WITH_SIGN_IN } from './parts.ts';
import { ROUTES, type Route } from './routes.ts';
import { namedSchemas } from './schemas.ts';

/** The name under which the document speaks of tokens. */
const TOKEN = 'token';

/** The OpenAPI 3.1 document of the API, made of the very schemas that requests are checked against. */
export function describeApi() {
  return {
    openapi: '3.1.1',
    info: {
      title: 'OrderFlow',
      version: '1.0.0',
      description: 'Takes orders, keeps them and confirms them. Every failure is answered with a sentence in `error`.',
    },
    // As seen from this document, since the path before /api differs with how the API is reached.
    servers: [{ url: '..', description: 'Where this document comes from' }],
    paths: paths(),
    components: {
      schemas: namedSchemas(),
      securitySchemes: {
        [TOKEN]: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'Of the issuer that the stage trusts. A stage without sign-in takes requests without a token.',
        },
      },
    },
  };
}

function paths() {
  const byPath = Map.groupBy(ROUTES, ({ path }) => path);
  return Object.fromEntries(
    [...byPath].map(([path, routes]) => [
      path,
      Object.fromEntries(routes.map((route) => [route.method, operation(route)])),
    ]),
  );
}

function operation({ path, method, signIn, answers, ...described }: Route) {
  return {
    ...described,
    security: signIn ? [{ [TOKEN]: [] }, {}] : [],
    responses: { ...FROM_ANY_ROUTE, ...(signIn ? FROM_ROUTES_WITH_SIGN_IN : {}), ...answers },
  };
}
