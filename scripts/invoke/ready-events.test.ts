import { describe, expect, it } from 'vitest';
import { STAGE_CONTEXTS } from '../../infra/example-contexts.ts';
import { functionName } from '../../infra/names.ts';
import { resourcesOf } from '../templates/resources.ts';
import { synthesizeStacks } from '../templates/stacks.ts';
import { exampleOf } from './examples.ts';
import { type ReadyEvent, readyEvents } from './ready-events.ts';

const resources = resourcesOf(synthesizeStacks(STAGE_CONTEXTS.prod));
const eventsOf = (folder: Parameters<typeof functionName>[1]) => readyEvents(resources, functionName('prod', folder));

describe('the ready events of a function', () => {
  it.each<[Parameters<typeof functionName>[1], string[]]>([
    ['create-order', ['POST /api/orders']],
    ['get-receipt', ['GET /api/orders/{id}/receipt']],
    ['health', ['schedule', 'GET /health']],
    ['consume-orders', ['orders']],
    ['confirm-orders', ['order-confirmations']],
    ['relay-outbox', ['schedule']],
    ['move-users', ['schedule']],
    ['authorizer', ['authorizer']],
    ['dlt', []],
    ['user-data', []],
  ])('%s are those of its triggers', (folder, names) => {
    expect(eventsOf(folder).map(({ name }) => name)).toEqual(names);
  });

  it('are as the triggers send them', () => {
    const [get] = eventsOf('get-receipt') as [ReadyEvent];
    const { resource, path, pathParameters, requestContext } = JSON.parse(get.make(''));
    expect(resource).toBe('/api/orders/{id}/receipt');
    expect(path).toBe(`/api/orders/${pathParameters.id}/receipt`);
    expect(requestContext.httpMethod).toBe('GET');
    const [batch] = eventsOf('consume-orders') as [ReadyEvent];
    const { eventSource, records } = JSON.parse(batch.make('{}'));
    expect([eventSource, Buffer.from(records['orders-0'][0].value, 'base64').toString()]).toEqual(['aws:kafka', '{}']);
  });

  it('may be of a certain path, with its query', () => {
    const [get] = eventsOf('get-receipt') as [ReadyEvent];
    const event = JSON.parse(get.make('', '/api/orders/17/receipt?download=1'));
    expect(event).toMatchObject({
      path: '/api/orders/17/receipt',
      pathParameters: { id: '17' },
      queryStringParameters: { download: '1' },
    });
    expect(get.fits?.('/api/orders/17')).toBe(false);
    expect(() => get.make('', '/api/orders/17')).toThrow('/api/orders/17 is no path of GET /api/orders/{id}/receipt.');
  });

  it('contain an example, where they contain something that a function reads', () => {
    expect(JSON.parse(exampleOf('POST /api/orders'))).toMatchObject({ user_id: 'alice' });
    expect(JSON.parse(exampleOf('orders'))).toMatchObject({ event_type: 'order.created' });
    expect(JSON.parse(exampleOf('order-confirmations'))).toMatchObject({ event_type: 'order.confirmed' });
  });
});
