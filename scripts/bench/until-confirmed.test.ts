import { expect, it } from 'vitest';
import { untilConfirmed } from './until-confirmed.ts';

const context = { say: () => {}, signal: new AbortController().signal };
const instance = { addresses: { api: '', site: '', aws: '', kafka: '', databases: {} } };

it('orders that are not confirmed in time end a measurement, which would count the fast ones alone', async () => {
  await expect(untilConfirmed(context, instance, async () => undefined)).rejects.toThrow('not confirmed within 300 s');
  await expect(untilConfirmed(context, instance, async () => 0)).resolves.toBeUndefined();
});
