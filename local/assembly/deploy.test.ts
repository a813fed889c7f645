// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Fn::Sub is written
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { UserError } from '../../tooling/errors.ts';
import { deploy } from './deploy.ts';
import { optionsOf, recordingRegistry, stackOf } from './deploy-fixture.ts';

const type = 'Test::Thing';

describe('deploy', () => {
  it('creates a resource after those that it refers to or depends on', async () => {
    const registry = recordingRegistry();
    const stack = stackOf('app', {
      Resources: {
        Last: { Type: type, Properties: { x: { 'Fn::Sub': '${Middle.Arn}' } } },
        Middle: { Type: type, DependsOn: 'First' },
        First: { Type: type },
      },
    });
    await deploy([stack], registry, optionsOf());
    expect(registry.events).toEqual([
      'begin First',
      'end First',
      'begin Middle',
      'end Middle',
      'begin Last',
      'end Last',
    ]);
    expect(registry.properties.get('Last')).toEqual({ x: 'Arn of Middle' });
  });

  it('creates resources side by side when nothing orders them', async () => {
    const registry = recordingRegistry(async ({ logicalId }) => {
      await delay(1);
      return { ref: logicalId };
    });
    await deploy([stackOf('app', { Resources: { A: { Type: type }, B: { Type: type } } })], registry, optionsOf());
    expect(registry.events.slice(0, 2)).toEqual(['begin A', 'begin B']);
  });

  it('waits for imported resources of other stacks, whatever the order of the stacks', async () => {
    const registry = recordingRegistry();
    const user = stackOf('user', {
      Resources: { User: { Type: type, Properties: { x: { 'Fn::ImportValue': 'owner:Id' } } } },
    });
    const owner = stackOf('owner', {
      Resources: { Owner: { Type: type } },
      Outputs: { Id: { Value: { Ref: 'Owner' }, Export: { Name: 'owner:Id' } } },
    });
    await deploy([user, owner], registry, optionsOf());
    expect(registry.properties.get('User')).toEqual({ x: 'ref of Owner' });
  });

  it('leaves out what a condition excludes, and does not wait for it', async () => {
    const registry = recordingRegistry();
    const stack = stackOf('app', {
      Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
      Resources: {
        Absent: { Type: 'Unknown::Type', Condition: 'Never' },
        Present: {
          Type: type,
          DependsOn: ['Absent'],
          Properties: { x: { 'Fn::If': ['Never', { Ref: 'Absent' }, 'other'] } },
        },
      },
    });
    await deploy([stack], registry, optionsOf());
    expect(registry.properties).toEqual(new Map([['Present', { x: 'other' }]]));
  });

  it('resolves dynamic references in properties', async () => {
    const registry = recordingRegistry();
    const properties = { x: { 'Fn::Sub': '{{resolve:secretsmanager:${Secret}:SecretString:password}}' } };
    const resources = { Secret: { Type: 'Test::Ignored' }, Db: { Type: type, Properties: properties } };
    await deploy([stackOf('app', { Resources: resources })], registry, optionsOf());
    expect(registry.properties.get('Db')).toEqual({ x: 'password of made up for Secret' });
  });

  it('names every unknown type before anything starts', async () => {
    const registry = recordingRegistry();
    const stack = stackOf('app', {
      Resources: { Known: { Type: type }, A: { Type: 'Test::Unknown::Thing' }, B: { Type: 'Test::Unknown::Other' } },
    });
    const deployment = deploy([stack], registry, optionsOf());
    await expect(deployment).rejects.toThrow(UserError);
    await expect(deployment).rejects.toThrow(
      'app/A (Test::Unknown::Thing): its type is not supported\n  app/B (Test::Unknown::Other): its type is not supported\n',
    );
    expect(registry.events).toEqual([]);
  });

  it('shows the cycle of a circular dependency', async () => {
    const stack = stackOf('app', {
      Resources: { A: { Type: type, DependsOn: 'B' }, B: { Type: type, Properties: { x: { Ref: 'A' } } } },
    });
    await expect(deploy([stack], recordingRegistry(), optionsOf())).rejects.toThrow(
      'app/A (Test::Thing) -> app/B (Test::Thing) -> app/A (Test::Thing)',
    );
  });

  it('names the resource whose reference leads nowhere', async () => {
    const stack = stackOf('app', { Resources: { A: { Type: type, Properties: { x: { Ref: 'Nothing' } } } } });
    await expect(deploy([stack], recordingRegistry(), optionsOf())).rejects.toThrow(
      'app/A (Test::Thing): Ref: the template has no resource or parameter Nothing',
    );
  });

  it('ends with the first failure, begins nothing more, and waits for what is under way', async () => {
    const registry = recordingRegistry(async ({ logicalId, signal }) => {
      if (logicalId === 'Broken') throw new Error('no room');
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { ref: logicalId };
    });
    const stack = stackOf('app', {
      Resources: { Slow: { Type: type }, AfterSlow: { Type: type, DependsOn: 'Slow' }, Broken: { Type: type } },
    });
    await expect(deploy([stack], registry, optionsOf())).rejects.toThrow('app/Broken (Test::Thing): no room');
    expect(registry.events).toEqual(['begin Slow', 'begin Broken', 'end Slow']);
  });

  it('gives up on what does not finish within some seconds after a failure', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const registry = recordingRegistry(({ logicalId }) => {
      if (logicalId === 'Broken') throw new Error('no room');
      return new Promise(() => {});
    });
    const stack = stackOf('app', { Resources: { Download: { Type: type }, Broken: { Type: type } } });
    const failure = expect(deploy([stack], registry, optionsOf())).rejects.toThrow('app/Broken (Test::Thing): no room');
    await vi.advanceTimersByTimeAsync(5_000);
    await failure;
  });

  it('ends when the run is to end', async () => {
    const stop = new AbortController();
    const registry = recordingRegistry(() => {
      stop.abort(new Error('stopped by the person'));
      return { ref: 'a' };
    });
    const stack = stackOf('app', { Resources: { A: { Type: type }, B: { Type: type, DependsOn: 'A' } } });
    await expect(deploy([stack], registry, optionsOf(stop.signal))).rejects.toThrow('stopped by the person');
    expect(registry.events).toEqual(['begin A', 'end A']);
  });
});
