import { describe, expect, it } from 'vitest';
import { decide, policyDocument } from './policy.ts';

const ARN = 'arn:aws:execute-api:us-east-1:000000000000:abc123/dev/GET/api/orders/7';
const PREFIX = 'arn:aws:execute-api:us-east-1:000000000000:abc123';

const statement = (fields: object) => ({ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: ARN, ...fields });
const decisionOn = (...statements: object[]) => decide(policyDocument.parse({ Statement: statements }), ARN);

describe('a policy', () => {
  it.each([
    [{}],
    [{ Action: 'EXECUTE-API:invoke' }],
    [{ Action: ['execute-api:ManageConnections', 'execute-api:*'] }],
    [{ Action: '*' }],
    [{ Resource: '*' }],
    [{ Resource: `${PREFIX}/*` }],
    [{ Resource: `${PREFIX}/dev/GET/*/7` }],
    [{ Resource: `${PREFIX}/???/G?T/api/orders/7` }],
    [{ Resource: ['arn:aws:execute-api:*:*:other/*', 'arn:aws:execute-api:*:*:abc123/*'] }],
  ])('allows what %j matches', (fields) => {
    expect(decisionOn(statement(fields))).toBe('allow');
  });

  it.each([
    [{ Action: 'execute-api:Invalidate*' }],
    [{ Resource: `${PREFIX}/dev/GET/api/orders` }],
    [{ Resource: `${PREFIX}/dev/GET/api/orders/77` }],
    [{ Resource: `${PREFIX}/DEV/GET/*` }],
    [{ Resource: `${PREFIX}/dev/GET/api.orders/7` }],
    [{ Resource: `${PREFIX}/dev/?/api/orders/7` }],
  ])('does not allow what %j does not match', (fields) => {
    expect(decisionOn(statement(fields))).toBe('implicit-deny');
  });

  it('denies when any statement does, in any order', () => {
    const deny = statement({ Effect: 'Deny', Resource: `${PREFIX}/*/7` });
    expect(decisionOn(statement({}), deny)).toBe('explicit-deny');
    expect(decisionOn(deny, statement({}))).toBe('explicit-deny');
    expect(decisionOn(statement({}), statement({ Effect: 'Deny', Resource: `${PREFIX}/*/8` }))).toBe('allow');
  });

  it('may be a single statement, and allows nothing without one', () => {
    expect(decide(policyDocument.parse({ Statement: statement({}) }), ARN)).toBe('allow');
    expect(decisionOn()).toBe('implicit-deny');
  });

  it.each([
    [{ Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }],
    [{ NotResource: ARN }],
    [{ Effect: 'allow' }],
    [{ Action: undefined }],
    [{ Resource: [] }],
  ])('with %j is refused', (fields) => {
    expect(policyDocument.safeParse({ Statement: [statement(fields)] }).success).toBe(false);
  });
});
