import { Admin } from '@platformatic/kafka';
import { expect, it } from 'vitest';

// patches/ lets @platformatic/kafka compile a schema when it is first used.
it('options that the client of Kafka does not take are refused with their place, each time', () => {
  const create = (retries: unknown) =>
    new Admin({ clientId: 'test', bootstrapBrokers: ['127.0.0.1:1'], strict: true, retries: retries as number });
  for (const retries of ['many', -1]) expect(() => create(retries)).toThrow(/retries/);
  expect(() => create(1)).not.toThrow();
  expect(() => create('many')).toThrow(/retries/);
});
