import { describe, expect, it } from 'vitest';
import type { AuthMode } from '../http/caller.ts';
import { httpHandler } from '../http/pipeline.ts';
import { call, postJson, type RequestParts, signedIn } from '../testing/api-request.ts';
import { memorySystem } from './create-order-fixture.ts';
import { createOrderEndpoint } from './endpoint.ts';

const KEYBOARD = { user_id: 'alice', product_name: 'Mechanical Keyboard', quantity: 2, price: 149.99 };
const JSON_TYPE = { 'Content-Type': 'application/json' };

function api(auth: AuthMode = 'none') {
  const system = memorySystem();
  const handler = httpHandler(system.log, createOrderEndpoint(auth, system));
  return { ...system, post: (parts: RequestParts) => call(handler, parts) };
}

describe('POST /api/orders', () => {
  it('responds with the order, field for field', async () => {
    const { post } = api();
    const { statusCode, headers, body } = await post(postJson(KEYBOARD));
    expect(statusCode).toBe(201);
    expect(headers.Location).toBe('/api/orders/019d0f2e-7b5c-7000-8000-000000000001');
    expect(body).toEqual({
      order: {
        id: '019d0f2e-7b5c-7000-8000-000000000001',
        user_id: 'alice',
        product_name: 'Mechanical Keyboard',
        quantity: 2,
        price: 149.99,
        status: 'created',
        receipt_s3_key: 'receipts/alice/019d0f2e-7b5c-7000-8000-000000000001.txt',
        created_at: '2026-11-22T09:30:00.123Z',
        updated_at: '2026-11-22T09:30:00.123Z',
      },
      shard: 'shard1',
      shard_info: 'shard1 (A-M)',
      receipt: 'receipts/alice/019d0f2e-7b5c-7000-8000-000000000001.txt',
      delivery: { receipt: 'stored', event: 'published' },
    });
  });

  it('stores the same order twice when it is placed twice', async () => {
    const { post, orders } = api();
    await post(postJson(KEYBOARD));
    await post(postJson(KEYBOARD));
    expect(orders.stored).toHaveLength(2);
  });

  it.each([
    ['a charset', { headers: { 'content-type': 'application/json; charset=UTF-8' }, body: JSON.stringify(KEYBOARD) }],
    ['a header in capitals', { headers: { 'CONTENT-TYPE': 'Application/JSON' }, body: JSON.stringify(KEYBOARD) }],
    [
      'a body in base64',
      { headers: JSON_TYPE, body: Buffer.from(JSON.stringify(KEYBOARD)).toString('base64'), isBase64Encoded: true },
    ],
    ['255 characters outside the basic plane', postJson({ ...KEYBOARD, product_name: '🎹'.repeat(255) })],
    ['the largest order', postJson({ ...KEYBOARD, quantity: 1_000_000, price: 99_999_999.99 })],
    ['the smallest order', postJson({ ...KEYBOARD, user_id: 'a', product_name: 'x', quantity: 1, price: 0.01 })],
    [
      'a body that says it is not encoded',
      { ...postJson(KEYBOARD), headers: { ...JSON_TYPE, 'Content-Encoding': 'identity' } },
    ],
    ['the longest user id', postJson({ ...KEYBOARD, user_id: `Z${'.'.repeat(99)}` })],
  ])('accepts %s', async (_, request) => {
    expect((await api().post(request)).statusCode).toBe(201);
  });

  it.each<[string, number, RequestParts]>([
    ['no body', 400, { headers: JSON_TYPE, body: null }],
    ['an empty body', 400, { headers: JSON_TYPE, body: '' }],
    ['broken JSON', 400, { headers: JSON_TYPE, body: '{"user_id":' }],
    ['a body that is not UTF-8', 400, { headers: JSON_TYPE, body: '/w==', isBase64Encoded: true }],
    ['a list', 400, postJson([KEYBOARD])],
    ['null', 400, postJson(null)],
    ['text', 400, postJson('order')],
    ['no content type', 415, { body: JSON.stringify(KEYBOARD) }],
    ['a form', 415, { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'user_id=alice' }],
    ['another charset', 415, { headers: { 'Content-Type': 'application/json; charset=latin1' }, body: '{}' }],
    [
      'a compressed body',
      415,
      { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: 'H4sI', isBase64Encoded: true },
    ],
    [
      'a body that was encoded twice',
      415,
      { headers: { ...JSON_TYPE, 'Content-Encoding': 'identity, br' }, body: '{}' },
    ],
    ['lists in lists in lists', 400, { headers: JSON_TYPE, body: '['.repeat(30_000) + ']'.repeat(30_000) }],
    ['a body of 65 KiB', 413, postJson({ ...KEYBOARD, product_name: 'x'.repeat(65 * 1024) })],
    ['an unknown field', 400, postJson({ ...KEYBOARD, status: 'confirmed' })],
    ['a prototype', 400, { headers: JSON_TYPE, body: `{"__proto__":{},${JSON.stringify(KEYBOARD).slice(1)}` }],
  ])('refuses %s with %d and stores nothing', async (_, status, request) => {
    const { post, orders } = api();
    const { statusCode, body } = await post(request);
    expect([statusCode, typeof body.error, orders.stored]).toEqual([status, 'string', []]);
  });

  it.each<[keyof typeof KEYBOARD, unknown[]]>([
    ['user_id', [undefined, null, 7, '', '1alice', 'ärger', 'a b', 'alice\n', '../alice', 'a'.repeat(101), '-a']],
    [
      'product_name',
      [
        undefined,
        null,
        7,
        '',
        'x'.repeat(256),
        'key\u0000board',
        'key\nboard',
        '\u0085',
        '\ud800',
        ' ',
        '\u200b',
        'a\u2028b',
      ],
    ],
    ['quantity', [undefined, null, '2', 0, -1, 1.5, 1_000_001, 1e9, true, [2]]],
    ['price', [undefined, null, '149.99', 'NaN', 0, -1, 1.999, 0.001, 100_000_000, 1e300, {}]],
  ])('refuses a bad %s, names it and stores nothing', async (field, values) => {
    for (const value of values) {
      const { post, orders } = api();
      const { statusCode, body } = await post(postJson({ ...KEYBOARD, [field]: value }));
      expect([value, statusCode, body.details]).toEqual([value, 400, [{ path: field, message: expect.any(String) }]]);
      expect(body.error).toMatch(new RegExp(`^${field} must .+\\.$`));
      expect(orders.stored).toEqual([]);
    }
  });

  it.each([
    ['price', '99999999.990000001'],
    ['price', '149.99000000000000001'],
    ['quantity', '2.00000000000000000001'],
    ['product_name', '99999999.990000001'],
  ])('refuses a %s of %s, which only looks right when it is rounded', async (field, digits) => {
    const text = JSON.stringify({ ...KEYBOARD, [field]: 'DIGITS' }).replace('"DIGITS"', digits);
    const { statusCode, body } = await api().post({ headers: JSON_TYPE, body: text });
    expect([statusCode, body.details]).toEqual([400, [{ path: field, message: expect.stringMatching(/^must /) }]]);
  });

  it('names every field that is wrong', async () => {
    const { body } = await api().post(postJson({ user_id: 'alice', qty: 2 }));
    const paths = body.details.map(({ path }: { path: string }) => path);
    expect(paths.sort()).toEqual(['price', 'product_name', 'qty', 'quantity']);
  });

  it('keeps its response short however many fields are wrong', async () => {
    const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`f${index}`, 1]));
    const { body } = await api().post(postJson(fields));
    expect(body.details).toHaveLength(20);
  });

  it('responds with 503 when the user’s shard is down', async () => {
    const { post, orders } = api();
    orders.unavailable.add('shard2');
    const { statusCode, headers } = await post(postJson({ ...KEYBOARD, user_id: 'zara' }));
    expect([statusCode, headers['Retry-After']]).toEqual([503, '5']);
    expect((await post(postJson(KEYBOARD))).statusCode).toBe(201);
  });
});

describe('POST /api/orders with an Idempotency-Key', () => {
  const withKey = (key: string, body: object = KEYBOARD) => ({
    headers: { ...JSON_TYPE, 'idempotency-KEY': key },
    body: JSON.stringify(body),
  });

  it('responds to the same request again with the same order, and says so', async () => {
    const { post, orders } = api();
    const first = await post(withKey('k1'));
    const again = await post(withKey('k1'));
    expect(first.headers).not.toHaveProperty('Idempotent-Replayed');
    expect(again).toEqual({ ...first, headers: { ...first.headers, 'Idempotent-Replayed': 'true' } });
    expect(orders.stored).toHaveLength(1);
  });

  it('refuses another request under the same key', async () => {
    const { post, orders } = api();
    await post(withKey('k1'));
    const { statusCode, body } = await post(withKey('k1', { ...KEYBOARD, quantity: 3 }));
    expect([statusCode, body.error]).toEqual([422, expect.stringContaining('Idempotency-Key')]);
    expect(orders.stored).toHaveLength(1);
  });

  it('keeps the keys of one user apart from those of another', async () => {
    const { post, orders } = api();
    await post(withKey('k1'));
    expect((await post(withKey('k1', { ...KEYBOARD, user_id: 'bob' }))).statusCode).toBe(201);
    expect(orders.stored).toHaveLength(2);
  });

  it.each(['!', '~'.repeat(255), '"8e03978e-40d5-43dd-bc93-6894a57f9324"'])('accepts %s', async (key) => {
    expect((await api().post(withKey(key))).statusCode).toBe(201);
  });

  it.each(['', ' ', 'a b', 'k'.repeat(256), 'schlüssel', 'k\u007f'])('refuses "%s"', async (key) => {
    const { post, orders } = api();
    const { statusCode, body } = await post(withKey(key));
    expect([statusCode, body.details]).toEqual([400, [{ path: 'Idempotency-Key', message: expect.any(String) }]]);
    expect(orders.stored).toEqual([]);
  });
});

describe('POST /api/orders with sign-in', () => {
  it('takes orders for oneself, also from an operator', async () => {
    const { post } = api('jwt');
    expect((await post({ ...postJson(KEYBOARD), ...signedIn() })).statusCode).toBe(201);
    expect((await post({ ...postJson(KEYBOARD), ...signedIn({ operator: 'true' }) })).statusCode).toBe(201);
  });

  it.each(['false', 'true'])('takes none for somebody else; an operator: %s', async (operator) => {
    const { post, orders } = api('jwt');
    for (const user_id of ['bob', 'Alice', 'alice2']) {
      const { statusCode, body } = await post({ ...postJson({ ...KEYBOARD, user_id }), ...signedIn({ operator }) });
      expect([statusCode, body.error]).toEqual([
        403,
        expect.stringMatching(/^user_id must match the user id in the token/),
      ]);
    }
    expect(orders.stored).toEqual([]);
  });

  it('takes none from a caller whom nobody vouches for, whose token has expired or names no user', async () => {
    const { post, orders } = api('jwt');
    const { userId, ...nobody } = signedIn().authorizer ?? {};
    expect((await post(postJson(KEYBOARD))).statusCode).toBe(500);
    expect((await post({ ...postJson(KEYBOARD), ...signedIn({ exp: '1' }) })).statusCode).toBe(401);
    expect((await post({ ...postJson(KEYBOARD), authorizer: nobody })).statusCode).toBe(403);
    expect(orders.stored).toEqual([]);
  });
});
