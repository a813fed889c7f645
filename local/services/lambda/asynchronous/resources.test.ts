import { expect, it, onTestFinished } from 'vitest';
import { stackOf } from '../../../assembly/deploy-fixture.ts';
import { servicesFixture } from '../../services-fixture.ts';

const functionNamed = (FunctionName: string, properties: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName,
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Role: 'arn:aws:iam::000000000000:role/r',
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

it('the settings and the destination of asynchronous invocations come from the template', async () => {
  const { lambda, deploy, invocations } = servicesFixture({
    invoke: (event) => {
      if (event.order === 1) throw new Error('no');
    },
  });
  onTestFinished(() => lambda.stop());
  const Resources = { Relay: functionNamed('relay'), Audit: functionNamed('audit'), Settings: settings };
  await deploy([stackOf('app', { Resources })]);

  const requestId = lambda.invokeAsync('relay', '{"order":1}');
  await expect.poll(() => invocations).toHaveLength(2);
  expect(invocations[1]).toMatchObject({
    functionName: expect.stringMatching(/:function:audit:\$LATEST$/),
    event: { requestContext: { requestId, condition: 'RetriesExhausted', approximateInvokeCount: 1 } },
  });
});

it('a dead-letter queue is refused by name', async () => {
  const queue = { DeadLetterConfig: { TargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead' } };
  const deployed = servicesFixture().deploy([stackOf('app', { Resources: { Relay: functionNamed('relay', queue) } })]);
  await expect(deployed).rejects.toThrow(/is not supported by the local runner[\s\S]*DeadLetterConfig/);
});
