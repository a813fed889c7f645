import { describe, expect, it } from 'vitest';
import { UserError } from '../../tooling/errors.ts';
import { Deployment } from './deploy.ts';
import { optionsOf, stackOf } from './deploy-fixture.ts';
import type { Change } from './resource-change.ts';
import type { ResourceRequest, RunProvider } from './resource-provider.ts';
import type { ResourceDeclaration, TemplateValue } from './template.ts';

/** The types of what stays until a start, of what waits, and of what is replaced. */
type Kind = 'Fixed' | 'Later' | 'Thing';

const resource = (
  kind: Kind,
  Properties: Record<string, TemplateValue> = {},
  rest: Partial<ResourceDeclaration> = {},
) => ({
  Type: `Test::${kind}`,
  Properties,
  ...rest,
});

/** A deployment that writes down what happens; a resource refers to itself by its property `name`. */
function recorded() {
  const events: string[] = [];
  const create = async ({ logicalId, properties, former }: ResourceRequest) => {
    if (properties.fails === true) throw new Error('no room');
    events.push(`${former ? 'again' : 'create'} ${logicalId} ${JSON.stringify(properties)}`);
    const ref = String(properties.name ?? logicalId);
    return { ref, remove: () => void events.push(`remove ${ref}`) };
  };
  const provider = (update: RunProvider['update']): RunProvider => ({ kind: 'run', how: '', update, create });
  const providers: Record<string, RunProvider> = {
    'Test::Fixed': provider(undefined),
    'Test::Later': provider('later'),
    'Test::Thing': { ...provider('again'), readPaths: (paths) => paths.filter((path) => path !== 'note') },
  };
  const deployment = new Deployment({ providerOf: ({ Type }) => providers[Type] }, optionsOf());
  const apply = async (Resources: Record<string, ResourceDeclaration>, later = false) => {
    events.length = 0;
    const changes: Change[] = [];
    const applied = deployment.apply([stackOf('app', { Resources })], new AbortController().signal, { changes, later });
    const told = () => changes.map(({ kind, node, paths }) => [kind, node.logicalId, ...paths].join(' '));
    await applied.catch((error) => {
      throw Object.assign(error, { told: told() });
    });
    return { events: [...events], told: told() };
  };
  return { apply };
}

describe('templates that are other ones', () => {
  it('leave alone what they say the same of', async () => {
    const { apply } = recorded();
    const resources = { A: resource('Thing', { size: 1 }), B: resource('Thing', { of: { Ref: 'A' } }) };
    await apply(resources);
    expect(await apply(resources)).toEqual({ events: [], told: [] });
  });

  it('replace what differs, and what refers to it if that has another name then, each after what it depends on', async () => {
    const { apply } = recorded();
    const of = (name: string, size: number) => ({
      User: resource('Thing', { of: { Ref: 'Owner' } }),
      Owner: resource('Thing', { name, inner: { size } }),
    });
    await apply(of('one', 1));
    expect(await apply(of('one', 2))).toEqual({
      events: ['again Owner {"name":"one","inner":{"size":2}}', 'remove one'],
      told: ['changed Owner inner.size'],
    });
    expect(await apply(of('two', 2))).toEqual({
      events: ['again Owner {"name":"two","inner":{"size":2}}', 'remove one', 'again User {"of":"two"}', 'remove User'],
      told: ['changed Owner name', 'changed User of'],
    });
  });

  it('bring what is new, and take what is gone, the last one first, once all else is done', async () => {
    const { apply } = recorded();
    const A = resource('Thing');
    await apply({ A, B: resource('Thing', { of: { Ref: 'A' } }), Kept: resource('Thing') });
    expect(await apply({ Kept: resource('Thing'), New: resource('Thing') })).toEqual({
      events: ['create New {}', 'remove B', 'remove A'],
      told: ['added New', 'removed B', 'removed A'],
    });
  });

  it('replace a resource by one of another type', async () => {
    const { apply } = recorded();
    await apply({ A: resource('Fixed') });
    expect((await apply({ A: resource('Thing') })).events).toEqual(['create A {}', 'remove A']);
  });

  it('change nothing where nothing reads what differs', async () => {
    const { apply } = recorded();
    await apply({ A: resource('Thing', { note: 'a' }) });
    expect(await apply({ A: resource('Thing', { note: 'b' }) })).toEqual({ events: [], told: [] });
  });

  it('leave what cannot be changed as it is, with those that refer to it, and change the rest', async () => {
    const { apply } = recorded();
    const of = (name: string) => ({
      A: resource('Fixed', { name }),
      B: resource('Thing', { of: { Ref: 'A' } }),
      C: resource('Thing', { name }),
    });
    await apply(of('one'));
    expect(await apply(of('two'))).toEqual({
      events: ['again C {"name":"two"}', 'remove one'],
      told: ['start A name', 'changed C name'],
    });
    expect(await apply(of('one'))).toMatchObject({ told: ['changed C name'] });
  });

  it('let what waits for a person wait, even if only what it refers to is another one, and do it once asked', async () => {
    const { apply } = recorded();
    const of = (target: 'A' | 'B') => ({
      A: resource('Thing', { name: 'same' }),
      B: resource('Thing', { name: 'same' }),
      Migrate: resource('Later', { of: { Ref: target } }),
    });
    await apply(of('A'));
    expect(await apply(of('B'))).toEqual({ events: [], told: ['later Migrate'] });
    expect(await apply(of('B'), true)).toMatchObject({ events: ['again Migrate {"of":"same"}', 'remove Migrate'] });
    expect(await apply(of('B'), true)).toEqual({ events: [], told: [] });
  });

  it('that fail say what was done before, and the next ones begin there', async () => {
    const { apply } = recorded();
    const of = (size: number, fails: boolean) => ({
      A: resource('Thing', { size }),
      B: resource('Thing', { size, fails }, { DependsOn: 'A' }),
      C: resource('Thing', { size }, { DependsOn: 'B' }),
    });
    await apply(of(1, false));
    await expect(apply(of(2, true))).rejects.toMatchObject({
      message: 'app/B (Test::Thing): no room',
      told: ['changed A size'],
    });
    expect((await apply(of(2, false))).told).toEqual(['changed B size', 'changed C size']);
  });

  it('with a type that the runner does not know change nothing', async () => {
    const { apply } = recorded();
    await apply({ A: resource('Thing', { size: 1 }) });
    await expect(apply({ A: resource('Thing', { size: 2 }), B: { Type: 'Test::Unknown' } })).rejects.toThrow(UserError);
    expect((await apply({ A: resource('Thing', { size: 1 }) })).told).toEqual([]);
  });
});
