import { GetAliasCommand, GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { demandOneRelease } from './rollout.ts';

const MAP = [
  { id: 1, from: 'A', to: 'M', next: ['A', 'F'], secret: 'orderuser' },
  { id: 3, next: ['G', 'M'], secret: 'orderuser' },
];
const known = (map: object) => ({ Environment: { Variables: { SHARD_MAP: JSON.stringify(map) } } });
const MOVER = { FunctionName: 'orderflow-prod-move-users' };

describe('a move', () => {
  const mockLambda = () => mockClient(LambdaClient);
  let lambda: ReturnType<typeof mockLambda>;
  const start = () => demandOneRelease({ stage: 'prod' });

  beforeEach(() => {
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    lambda = mockLambda();
    lambda.on(GetAliasCommand).resolves({ FunctionVersion: '7' });
    lambda.on(GetFunctionConfigurationCommand).resolves(known(MAP));
  });
  afterEach(() => {
    // All tests of the tier share the class.
    lambda.restore();
    vi.unstubAllEnvs();
  });

  it('may begin when every function serves one version that knows both maps, whatever secrets it uses', async () => {
    const ofMover = MAP.toReversed().map((entry) => ({ ...entry, secret: 'ordermover' }));
    lambda.on(GetFunctionConfigurationCommand, MOVER).resolves(known(ofMover));
    await start();
    const asked = lambda.commandCalls(GetAliasCommand).map(({ args }) => args[0].input);
    expect(asked).toContainEqual({ ...MOVER, Name: 'live' });
    expect(asked).toContainEqual({ FunctionName: 'orderflow-prod-create-order', Name: 'live' });
  });

  it.each(['move-users', 'create-order', 'consume-orders'])(
    'may not begin while a deployment of %s shifts traffic',
    async (folder) => {
      const FunctionName = `orderflow-prod-${folder}`;
      lambda
        .on(GetAliasCommand, { FunctionName })
        .resolves({ FunctionVersion: '7', RoutingConfig: { AdditionalVersionWeights: { '8': 0.1 } } });
      await expect(start()).rejects.toThrow(`${FunctionName} serves two versions`);
    },
  );

  it('may not begin with one function that was set back to a version from before', async () => {
    const FunctionName = 'orderflow-prod-list-orders';
    const former = known([{ id: 1, from: 'A', to: 'Z', secret: 'orderuser' }]);
    lambda.on(GetAliasCommand, { FunctionName }).resolves({ FunctionVersion: '6' });
    lambda.on(GetFunctionConfigurationCommand, { FunctionName, Qualifier: 'live' }).resolves(former);
    await expect(start()).rejects.toThrow(`${FunctionName} knows no next map.`);
  });

  it('may not begin with functions that know no next map', async () => {
    lambda.on(GetFunctionConfigurationCommand).resolves(known([{ id: 1, from: 'A', to: 'Z', secret: 'orderuser' }]));
    await expect(start()).rejects.toThrow(/knows no next map\. Deploy one with the context nextShards/);
  });

  it('may not begin with functions of another deployment', async () => {
    lambda.on(GetFunctionConfigurationCommand, MOVER).resolves(known([{ ...MAP[0], next: ['A', 'G'] }]));
    await expect(start()).rejects.toThrow(
      'orderflow-prod-move-users knows another shard map than orderflow-prod-create-order.',
    );
  });
});
