import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SHARD_MAP, joinMaps } from '../../functions/domain/shard-map.ts';
import { planOf } from '../../functions/domain/shard-plan.ts';
import { STAGES } from '../../infra/config/stage.ts';
import { planText } from './plan-text.ts';
import { monthlyCostOfShard } from './shard-cost.ts';

const STORED = [
  {
    id: 1,
    bytes: 3_000_000_000,
    keys: [
      { key: 'ALI', users: 400, orders: 1_000_000 },
      { key: 'GIA', users: 300, orders: 500_000 },
    ],
  },
  { id: 2, bytes: 600_000_000, keys: [{ key: 'ZED', users: 100, orders: 500_000 }] },
];
const SPLIT = [
  { id: 1, from: 'A', to: 'F' },
  { id: 3, from: 'G', to: 'M' },
  { id: 2, from: 'N', to: 'Z' },
];

describe('a plan in words', () => {
  it('shows shares and sizes before and after, who moves, how long that takes and what it costs', () => {
    const plan = planOf(joinMaps(DEFAULT_SHARD_MAP, SPLIT), STORED);
    expect(planText(plan, { ordersPerSecond: 500, stage: STAGES.dev }).split('\n')).toEqual([
      'SHARD   NOW  NEXT  ORDERS NOW  SHARE   NEXT       SHARE   SIZE NOW  NEXT',
      'shard1  A-M  A-F   1,500,000   75.0 %  1,000,000  50.0 %  3.0 GB    2.0 GB',
      'shard2  N-Z  N-Z   500,000     25.0 %  500,000    25.0 %  600.0 MB  600.0 MB',
      'shard3  -    G-M   0           0.0 %   500,000    25.0 %  0.0 MB    1.0 GB',
      '',
      'FROM    TO      USERS  ORDERS   SIZE',
      'shard1  shard3  300    500,000  1.0 GB',
      '',
      '500,000 of 2,000,000 orders (25.0 %) move, of 300 users: about 17 minutes at 500 orders a second.',
      'The deployment adds shard3, a database (db.t4g.micro, 20 GB) with its secrets, which costs about $15 a month in us-east-1.',
      'The deployment that carries this map has',
      `  -c 'nextShards=[{"id":1,"from":"A","to":"F"},{"id":2,"from":"N","to":"Z"},{"id":3,"from":"G","to":"M"}]'`,
    ]);
  });

  it('names shards that lose all users, and no price in a local run', () => {
    const plan = planOf(joinMaps(DEFAULT_SHARD_MAP, [{ id: 2, from: 'A', to: 'Z' }]), STORED);
    const text = planText(plan, { ordersPerSecond: 2_000, stage: undefined });
    expect(text).toContain('\nshard1 will own nobody: the deployment after the move may leave it out.');
    expect(text).toContain('about 13 minutes at 2,000 orders a second.');
    expect(text).not.toContain('$');
  });

  it('names several shards that are added, or lose all users', () => {
    const next = [
      { id: 3, from: 'A', to: 'F' },
      { id: 4, from: 'G', to: 'Z' },
    ];
    const text = planText(planOf(joinMaps(DEFAULT_SHARD_MAP, next), STORED), {
      ordersPerSecond: 2_000,
      stage: STAGES.dev,
    });
    expect(text).toContain(
      '\nThe deployment adds shard3 and shard4, each a database (db.t4g.micro, 20 GB) with its secrets, which together cost about $31 a month',
    );
    expect(text).toContain(
      '\nshard1 and shard2 will own nobody: the deployment after the move may leave them out, which saves about $31 a month',
    );
  });

  it('proposes no deployment of the map that there is', () => {
    const text = planText(planOf(joinMaps(DEFAULT_SHARD_MAP, DEFAULT_SHARD_MAP.toReversed()), STORED), {
      ordersPerSecond: 500,
      stage: STAGES.dev,
    });
    expect(text.split('\n').slice(-2)).toEqual([
      'Nobody who has orders moves.',
      'It is the present map, so there is nothing to deploy.',
    ]);
  });

  it('says when only users without orders move', () => {
    const plan = planOf(joinMaps(DEFAULT_SHARD_MAP, SPLIT), []);
    expect(planText(plan, { ordersPerSecond: 500, stage: STAGES.prod }).split('\n').slice(-4, -2)).toEqual([
      'Nobody who has orders moves.',
      'The deployment adds shard3, a database (db.m7g.large, 100 GB) with its secrets, which costs about $271 a month in us-east-1.',
    ]);
  });
});

describe('the price of a shard', () => {
  const page = readFileSync(new URL('../../docs/cost.md', import.meta.url), 'utf8');

  it.each([
    ['dev', 15, 'db.t4g.micro at $0.016/h', 'GB at $0.115'],
    ['prod', 271, 'db.m7g.large Multi-AZ at $0.337/h', 'GB Multi-AZ at $0.23'],
  ] as const)('in %s is $%i a month, by the prices of the page about costs', (stage, dollars, instance, storage) => {
    expect(Math.round(monthlyCostOfShard(STAGES[stage]))).toBe(dollars);
    expect(page).toContain(`${instance} `);
    expect(page).toContain(`${storage} `);
    expect(page).toMatch(/\d secrets at \$0\.40, alarm metrics at \$0\.10/);
  });
});
