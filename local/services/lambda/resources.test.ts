import { describe, expect, it } from 'vitest';
import { BUNDLE_METADATA } from '../../../tooling/bundle.ts';
import { stackOf } from '../../assembly/deploy-fixture.ts';
import type { ResourceDeclaration } from '../../assembly/template.ts';
import { servicesFixture } from '../services-fixture.ts';

async function deployFunction(properties: object, Metadata: ResourceDeclaration['Metadata'] = {}) {
  const Properties = {
    FunctionName: 'orders',
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Role: 'arn:aws:iam::000000000000:role/r',
    Code: { ZipFile: 'exports.handler = async () => {}' },
    ...properties,
  };
  const { lambda, deploy } = servicesFixture();
  await deploy([stackOf('app', { Resources: { Orders: { Type: 'AWS::Lambda::Function', Properties, Metadata } } })]);
  return lambda.find('orders').definition;
}

describe('a function of a template', () => {
  it('has the limits that it declares, or else those of Lambda', async () => {
    expect(await deployFunction({})).toMatchObject({ timeoutSeconds: 3, memoryMb: 128 });
    const declared = { Timeout: '900', MemorySize: '10240', EphemeralStorage: { Size: '1024' } };
    const variables = { Environment: { Variables: { LARGE: 'x'.repeat(4_000), COUNT: 3 } } };
    expect(await deployFunction({ ...declared, ...variables })).toMatchObject({
      timeoutSeconds: 900,
      memoryMb: 10_240,
      temporaryMb: 1_024,
      environment: { COUNT: '3' },
    });
  });

  it.each([
    ['a timeout over 15 minutes', { Timeout: 901 }, 'Timeout'],
    ['memory below 128 MB', { MemorySize: 127 }, 'MemorySize'],
    ['memory over 10 GB', { MemorySize: 10_241 }, 'MemorySize'],
    ['less than 512 MB of /tmp', { EphemeralStorage: { Size: 511 } }, 'EphemeralStorage'],
    [
      'a variable that Lambda sets',
      { Environment: { Variables: { TABLE: 'orders', AWS_REGION: 'eu-west-1' } } },
      'contains reserved keys that are currently not supported for modification. Reserved keys used in this request: AWS_REGION',
    ],
    [
      'more than 4 KB of variables',
      { Environment: { Variables: { LARGE: 'x'.repeat(4_100) } } },
      'exceeded the 4KB limit. String measured: {"LARGE":"x',
    ],
  ])('is refused with %s', async (_, properties, message) => {
    await expect(deployFunction(properties)).rejects.toThrow(message);
  });

  it('tells how it is bundled by metadata of a name that no other tool uses, and is refused when they say something else', async () => {
    const recipe = { entry: 'handler.ts', output: 'index.mjs', options: { format: 'esm' }, folders: {} };
    const anothers = { bundle: { entry: 1 }, 'other:bundle': 'yes' };
    expect(await deployFunction({}, anothers)).not.toHaveProperty('recipe');
    expect(await deployFunction({}, { ...anothers, [BUNDLE_METADATA]: recipe })).toMatchObject({ recipe });
    for (const wrong of [null, 'handler.ts', { ...recipe, entry: '' }, { ...recipe, options: { plugins: [] } }])
      await expect(deployFunction({}, { [BUNDLE_METADATA]: wrong })).rejects.toThrow(
        /app\/Orders .*metadata local-runner:bundle is no recipe/,
      );
  });
});

describe('a function in a VPC', () => {
  const interfaces = ['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DeleteNetworkInterface'];
  const deployInVpc = async (Action: string[]) => {
    const Statement = [{ Effect: 'Allow', Action, Resource: '*' }];
    const Policies = [{ PolicyName: 'network', PolicyDocument: { Version: '2012-10-17', Statement } }];
    const Vpc = { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } };
    const Subnet = { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/24' } };
    const Group = {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: { VpcId: { Ref: 'Vpc' }, GroupDescription: 'the function' },
    };
    const Role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {}, Policies } };
    const VpcConfig = {
      SubnetIds: [{ Ref: 'Subnet' }],
      SecurityGroupIds: [{ 'Fn::GetAtt': ['Group', 'GroupId'] }],
    };
    const Orders = {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'orders',
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Code: { ZipFile: 'exports.handler = async () => {}' },
        VpcConfig,
      },
    };
    const { lambda, deploy } = servicesFixture();
    await deploy([stackOf('app', { Resources: { Vpc, Subnet, Group, Role, Orders } })]);
    return lambda.find('orders').definition;
  };

  it('is created when its role may make network interfaces', async () => {
    expect(await deployInVpc(interfaces)).toHaveProperty('place');
  });

  it.each(interfaces)('is refused when its role may not do %s, with the grant that it lacks', async (action) => {
    const name = action.slice('ec2:'.length);
    await expect(deployInVpc(interfaces.filter((each) => each !== action))).rejects.toThrow(
      `The provided execution role does not have permissions to call ${name} on EC2: the role `,
    );
  });
});
