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
