import { describe, expect, it } from 'vitest';
import { stackOf } from '../../assembly/deploy-fixture.ts';
import { servicesFixture } from '../services-fixture.ts';
import { startFunction } from './lambda-fixture.ts';
import { requirePermission } from './permission.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:report';
const RULE = 'arn:aws:events:us-east-1:000000000000:rule/nightly';
const ROLE = 'arn:aws:iam::000000000000:role/caller';
const ofEvents = { Principal: 'events.amazonaws.com', SourceArn: RULE };

/** What a function with one permission says to a rule of EventBridge. */
async function permitted(properties: object, functionArn = FUNCTION, source = RULE) {
  const { iam, deploy } = servicesFixture();
  const Properties = { Action: 'lambda:InvokeFunction', FunctionName: FUNCTION, ...properties };
  await deploy([stackOf('app', { Resources: { Permission: { Type: 'AWS::Lambda::Permission', Properties } } })]);
  const invoke = () => requirePermission(iam, { service: 'events.amazonaws.com', arn: source }, functionArn);
  return { iam, invoke };
}

describe('a permission to invoke a function', () => {
  it.each([
    ['the rule', ofEvents],
    ['rules that a pattern names', { ...ofEvents, SourceArn: RULE.replace('nightly', '*') }],
    ['the service, for its account', { Principal: 'events.amazonaws.com', SourceAccount: '000000000000' }],
    ['the function by its name', { ...ofEvents, FunctionName: 'report' }],
    ['everybody', { Principal: '*' }],
  ])('lets a rule invoke it when it names %s', async (_, properties) => {
    const { invoke } = await permitted(properties);
    expect(invoke).not.toThrow();
  });

  it.each([
    ['another rule', { ...ofEvents, SourceArn: `${RULE}2` }],
    ['another service', { ...ofEvents, Principal: 'apigateway.amazonaws.com' }],
    ['another account', { ...ofEvents, SourceAccount: '111111111111' }],
    ['another action', { ...ofEvents, Action: 'lambda:GetFunction' }],
    ['the function while its alias is invoked', ofEvents, `${FUNCTION}:live`],
    ['the alias while the function is invoked', { ...ofEvents, FunctionName: `${FUNCTION}:live` }],
  ])('does not when it names %s', async (_, properties, functionArn = FUNCTION) => {
    const { invoke } = await permitted(properties, functionArn);
    expect(invoke).toThrow(
      `events.amazonaws.com (${RULE}) may not do lambda:InvokeFunction on ${functionArn} because no resource-based policy`,
    );
  });

  it('is needed by synchronous and asynchronous invocations alike', async () => {
    const { service } = await startFunction('export const handler = async () => 1;');
    const source = { service: 'events.amazonaws.com', arn: RULE };
    const message = `events.amazonaws.com (${RULE}) may not do lambda:InvokeFunction`;
    await expect(service.invoke('orders', '{}', { source })).rejects.toThrow(message);
    expect(() => service.invokeAsync('orders', '{}', { source })).toThrow(message);
  });

  it('lets a role invoke it without a policy of its own', async () => {
    const { iam } = await permitted({ Principal: ROLE });
    const request = { action: 'lambda:InvokeFunction', resource: FUNCTION };
    const role = (name: string) => ({ kind: 'role', name, arn: ROLE.replace('caller', name) }) as const;
    expect(iam.evaluator.evaluate({ ...request, principal: role('caller') }).allowed).toBe(true);
    expect(iam.evaluator.evaluate({ ...request, principal: role('other') }).allowed).toBe(false);
  });
});
