import { expect, it } from 'vitest';
import { readDenial } from './denial.ts';

const line = (resource: string, operation = 'WRITE') =>
  `INFO logger Principal = User:arn:aws:iam::000000000000:role/packer is Denied operation = ${operation} from host = 127.0.0.1 ` +
  `on resource = ${resource} for request = Produce with resourceRefCount = 1 based on rule DefaultDeny`;

it('a denial is read from the line of the authorizer', () => {
  const user = 'arn:aws:iam::000000000000:role/packer';
  const topic = { user, operation: 'WRITE', resourceType: 'TOPIC', resourceName: 'orders' };
  expect(readDenial(line('Topic:LITERAL:orders'))).toEqual(topic);
  const transaction = { user, operation: 'DESCRIBE_CONFIGS', resourceType: 'TRANSACTIONAL_ID', resourceName: 'a b:c' };
  expect(readDenial(line('TransactionalId:LITERAL:a b:c', 'DESCRIBE_CONFIGS'))).toEqual(transaction);
});

it('what is allowed, and any other line, is no denial', () => {
  expect(readDenial(line('Topic:LITERAL:orders').replace('Denied', 'Allowed'))).toBeUndefined();
  expect(readDenial('INFO KafkaRaftServer Kafka Server started')).toBeUndefined();
});
