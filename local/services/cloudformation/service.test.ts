import { describe, expect, it } from 'vitest';
import { recordingRegistry, stackOf } from '../../assembly/deploy-fixture.ts';
import type { ResourceProvider } from '../../assembly/resource-provider.ts';
import { type Respond, servicesFixture } from '../services-fixture.ts';

const resources = {
  Role: { Type: 'AWS::IAM::Role' },
  Provider: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { ZipFile: 'exports.handler = async () => {}' },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    },
  },
  Lookup: {
    Type: 'Custom::Lookup',
    Properties: { ServiceToken: { 'Fn::GetAtt': ['Provider', 'Arn'] }, Install: false, Sizes: [1, 2], Name: 'x' },
  },
};
const reader = {
  Type: 'Test::Reader',
  Properties: { Ref: { Ref: 'Lookup' }, Brokers: { 'Fn::GetAtt': ['Lookup', 'Brokers.0'] } },
};

function deployWith(invoke: (event: Record<string, unknown>, respond: Respond) => unknown) {
  const fixture = servicesFixture({ invoke });
  const registry = recordingRegistry();
  const standIns = { [reader.Type]: registry.providerOf(reader) as ResourceProvider };
  const deployment = fixture.deploy([stackOf('app', { Resources: { ...resources, Reader: reader } })], standIns);
  /** What the template reads of the custom resource. */
  const valuesRead = async () => {
    await deployment;
    return registry.properties.get('Reader');
  };
  return { ...fixture, deployment, valuesRead };
}

describe('a custom resource', () => {
  it('sends its provider the event that CloudFormation sends, with all scalars as strings', async () => {
    const { deployment, invocations, lambda } = deployWith((_, respond) => respond({ Data: { 'Brokers.0': 'b' } }));
    await deployment;
    const provider = [...lambda.functions.values()][0]?.definition;
    expect(invocations).toEqual([
      {
        functionName: provider?.arn,
        event: {
          RequestType: 'Create',
          ServiceToken: provider?.arn,
          ResponseURL: expect.stringMatching(/^https:\/\/127\.0\.0\.1/),
          StackId: expect.stringMatching(/^arn:aws:cloudformation:us-east-1:000000000000:stack\/app\/[0-9a-f-]{36}$/),
          RequestId: expect.any(String),
          LogicalResourceId: 'Lookup',
          ResourceType: 'Custom::Lookup',
          ResourceProperties: { ServiceToken: provider?.arn, Install: 'false', Sizes: ['1', '2'], Name: 'x' },
        },
      },
    ]);
  });

  it('gives its physical id as Ref and the data of the response as attributes', async () => {
    const { valuesRead } = deployWith((_, respond) =>
      respond({ PhysicalResourceId: 'id-1', Data: { 'Brokers.0': 'b' } }),
    );
    expect(await valuesRead()).toEqual({ Ref: 'id-1', Brokers: 'b' });
  });

  it('takes a response that comes while the function is still running', async () => {
    const { valuesRead } = deployWith((_, respond) => {
      respond({ Data: { 'Brokers.0': 'b' } });
      return new Promise(() => {});
    });
    expect(await valuesRead()).toMatchObject({ Brokers: 'b' });
  });

  it('fails with the reason that its provider gives', async () => {
    const { deployment } = deployWith((_, respond) =>
      respond({ Status: 'FAILED', Reason: 'the user belongs elsewhere' }),
    );
    await expect(deployment).rejects.toThrow('app/Lookup (Custom::Lookup): the user belongs elsewhere');
  });

  it('fails when its provider throws', async () => {
    const { deployment } = deployWith(() => {
      throw new Error('Cannot find package');
    });
    await expect(deployment).rejects.toThrow('app/Lookup (Custom::Lookup): its provider failed: Cannot find package');
  });

  it('fails when its provider is not a function of the templates', async () => {
    const properties = { ServiceToken: 'arn:aws:lambda:us-east-1:000000000000:function:elsewhere' };
    const stack = stackOf('app', { Resources: { Lookup: { Type: 'Custom::Lookup', Properties: properties } } });
    await expect(servicesFixture().deploy([stack])).rejects.toThrow(
      'this run has no function arn:aws:lambda:us-east-1:000000000000:function:elsewhere, its provider',
    );
  });
});
