import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { STAGE_CONTEXTS } from '../../infra/example-contexts.ts';
import { synthesizeStacks } from '../templates/stacks.ts';
import { type Access, accessOf } from './access.ts';
import { tableText } from './report.ts';

const dev = accessOf(synthesizeStacks(STAGE_CONTEXTS.dev));
const prod = accessOf(synthesizeStacks(STAGE_CONTEXTS.prod));

/** The tables of both stages in one text: a table that is the same in both stands once, any other says its stage. */
function tablesOfBothStages(): string {
  const key = ({ kind, name }: Access) => `${kind} ${name}`;
  const texts = (accesses: readonly Access[]) => new Map(accesses.map((access) => [key(access), tableText(access)]));
  const [devTexts, prodTexts] = [texts(dev), texts(prod)];
  const kinds = ['function', 'application', 'role', 'principal', 'endpoint'];
  const keys = [...new Set([...devTexts.keys(), ...prodTexts.keys()])].sort((a, b) => {
    const [kindOfA = '', kindOfB = ''] = [a, b].map((each) => each.split(' ', 1)[0]);
    return kinds.indexOf(kindOfA) - kinds.indexOf(kindOfB) || (a < b ? -1 : 1);
  });
  return keys
    .flatMap((each) => {
      const [inDev, inProd] = [devTexts.get(each), prodTexts.get(each)];
      if (inDev === inProd) return inDev ?? [];
      return [
        ...(inDev === undefined ? [] : [`In dev: ${inDev}`]),
        ...(inProd === undefined ? [] : [`In prod: ${inProd}`]),
      ];
    })
    .join('\n');
}

describe('permissions', () => {
  it('are those of pinned.txt: a change of rights or ways is seen in its diff (vitest run scripts/permissions --update)', async () => {
    await expect(tablesOfBothStages()).toMatchFileSnapshot(join(import.meta.dirname, 'pinned.txt'));
  });
});

describe.each([
  ['dev', dev],
  ['prod', prod],
])('in %s', (_stage, accesses) => {
  const functions = accesses.filter(({ kind }) => kind === 'function');
  const holders = (matches: (action: string, resource: string) => boolean) =>
    accesses
      .filter(({ rights }) =>
        rights.some(({ effect, action, resource }) => effect === 'allow' && matches(action, resource)),
      )
      .map(({ name }) => name);

  it('no way is open on one side alone', () => {
    const halves = functions.flatMap(({ name, reach }) =>
      (reach === 'internet' || reach === undefined ? [] : reach)
        .filter(({ allowedBy, types }) => types.length > 0 && allowedBy !== 'both')
        .map((peer) => `${name}: ${peer.name} ${peer.ports}`),
    );
    expect(halves).toEqual([]);
  });

  it('the master users of the shards are for the migration alone', () => {
    expect(holders((_action, resource) => resource.endsWith('/master'))).toEqual(['migrate-shards']);
  });

  it('nobody may take every action', () => {
    expect(holders((action) => action.startsWith('*') || action.startsWith('every action'))).toEqual([]);
  });

  it('everybody may do nothing', () => {
    expect(
      accesses.find(({ name }) => name === 'everybody')?.rights.filter(({ effect }) => effect === 'allow'),
    ).toEqual([]);
  });
});
