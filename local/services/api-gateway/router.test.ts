import { describe, expect, it } from 'vitest';
import { lambdaRoute } from './gateway-fixture.ts';
import { Router } from './router.ts';

const router = new Router([
  lambdaRoute('ANY', '/{proxy+}'),
  lambdaRoute('GET', '/api/orders'),
  lambdaRoute('ANY', '/api/orders'),
  lambdaRoute('GET', '/api/orders/{id}'),
  lambdaRoute('GET', '/api/orders/{id}/receipt'),
  lambdaRoute('GET', '/api/orders/latest'),
  lambdaRoute('POST', '/api/orders/{id}/items/{item}'),
  lambdaRoute('GET', '/files/{path+}'),
]);

describe('a route', () => {
  it.each([
    ['GET', '/api/orders', 'GET /api/orders', null],
    ['GET', '/api/orders/', 'GET /api/orders', null],
    ['PUT', '/api/orders', 'ANY /api/orders', null],
    ['GET', '/api/orders/latest', 'GET /api/orders/latest', null],
    ['GET', '/api/orders/a%2Fb', 'GET /api/orders/{id}', { id: 'a%2Fb' }],
    ['GET', '/api/orders/7/receipt', 'GET /api/orders/{id}/receipt', { id: '7' }],
    ['POST', '/api/orders/1/items/2', 'POST /api/orders/{id}/items/{item}', { id: '1', item: '2' }],
    ['GET', '/api/orders//', 'GET /api/orders', null],
    ['GET', '/api/orders/..', 'GET /api/orders/{id}', { id: '..' }],
    ['GET', '/api/orders/a;b=c', 'GET /api/orders/{id}', { id: 'a;b=c' }],
    ['GET', '/api/orders/l%61test', 'GET /api/orders/{id}', { id: 'l%61test' }],
    ['GET', '/files/a//b/', 'GET /files/{path+}', { path: 'a//b' }],
    ['GET', '/api//orders', 'ANY /{proxy+}', { proxy: 'api//orders' }],
    ['GET', '/api/orders//receipt', 'ANY /{proxy+}', { proxy: 'api/orders//receipt' }],
    ['DELETE', '/anything/else', 'ANY /{proxy+}', { proxy: 'anything/else' }],
  ])('%s %s is handled by %s', (method, path, route, pathParameters) => {
    const match = router.match(method, path);
    expect(`${match?.route.httpMethod} ${match?.route.resourcePath}`).toBe(route);
    expect(match?.pathParameters).toEqual(pathParameters);
  });

  it.each([
    ['DELETE', '/api/orders/1'],
    ['GET', '/'],
  ])('%s %s has none', (method, path) => {
    expect(router.match(method, path)).toBeUndefined();
  });

  it('of the root matches the root', () => {
    expect(new Router([lambdaRoute('GET', '/')]).match('GET', '/')?.route.resourcePath).toBe('/');
  });
});
