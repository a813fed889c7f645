import { expect, it, onTestFinished } from 'vitest';
import { stackOf } from '../../../assembly/deploy-fixture.ts';
import { servicesFixture } from '../../services-fixture.ts';

const functionNamed = (FunctionName: string, properties: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName,
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Code: { ZipFile: 'exports.handler = async () => {}' },
    ...properties,
  },
});
const settings = {
  Type: 'AWS::Lambda::EventInvokeConfig',
  Properties: {
    FunctionName: { Ref: 'Relay' },
    Qualifier: '$LATEST',
    MaximumRetryAttempts: '0',
    DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Audit', 'Arn'] } } },
  },
};

const roleThatMay = (Action: string) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName: 'relay',
    AssumeRolePolicyDocument: {},
    Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: [{ Effect: 'Allow', Action, Resource: '*' }] } }],
  },
});

async function relayThatFails(Role: ReturnType<typeof roleThatMay>) {
  const { lambda, deploy, invocations } = servicesFixture({
    invoke: (event) => {
      if (event.order === 1) throw new Error('no');
    },
  });
  onTestFinished(() => lambda.stop());
  const Resources = { Role, Relay: functionNamed('relay'), Audit: functionNamed('audit'), Settings: settings };
  await deploy([stackOf('app', { Resources })]);
  return { requestId: lambda.invokeAsync('relay', '{"order":1}'), invocations };
}

it('the settings and the destination of asynchronous invocations come from the template', async () => {
  const { requestId, invocations } = await relayThatFails(roleThatMay('lambda:InvokeFunction'));
  await expect.poll(() => invocations).toHaveLength(2);
  expect(invocations[1]).toMatchObject({
    functionName: expect.stringMatching(/:function:audit:\$LATEST$/),
    event: { requestContext: { requestId, condition: 'RetriesExhausted', approximateInvokeCount: 1 } },
  });
});

it('a destination that the role of the function may not invoke is not told', async () => {
  const { invocations } = await relayThatFails(roleThatMay('lambda:GetFunction'));
  await expect.poll(() => invocations).toHaveLength(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(invocations.map(({ functionName }) => functionName)).toEqual([expect.stringContaining('relay')]);
});

it('a dead-letter queue is refused by name', async () => {
  const queue = { DeadLetterConfig: { TargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead' } };
  const deployed = servicesFixture().deploy([
    stackOf('app', { Resources: { Role: roleThatMay('lambda:*'), Relay: functionNamed('relay', queue) } }),
  ]);
  await expect(deployed).rejects.toThrow(/DeadLetterConfig: is not supported by the local runner/);
});
