import { type Acl, AclOperations, AclPermissionTypes, ResourcePatternTypes, ResourceTypes } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { aclsOf, dependsOnNames } from './acls.ts';
import { matchesName } from './resource-names.ts';

const CLUSTER = 'arn:aws:kafka:us-east-1:000000000000:cluster/shop/1-2';
const topic = (name: string) => `${CLUSTER.replace(':cluster/', ':topic/')}/${name}`;
const group = (name: string) => `${CLUSTER.replace(':cluster/', ':group/')}/${name}`;
const transactionalId = (name: string) => `${CLUSTER.replace(':cluster/', ':transactional-id/')}/${name}`;

/** Statements in short: `[effect, actions without their service, resources]`. */
type Statement = readonly ['Allow' | 'Deny', string, ...string[]];

function grantsOf(statements: readonly Statement[]) {
  return {
    resourcePatterns: statements.flatMap(([, , ...resources]) => resources),
    allows(action: string, resource: string) {
      const applies = ([, actions, ...resources]: Statement) =>
        actions.split(' ').some((pattern) => matchesName(`kafka-cluster:${pattern}`, action)) &&
        resources.some((pattern) => matchesName(pattern, resource));
      const applying = statements.filter(applies).map(([effect]) => effect);
      return applying.includes('Allow') && !applying.includes('Deny');
    },
  };
}

const nameOf = <T extends Record<string, number>>(values: T, value: number) =>
  Object.keys(values).find((key) => values[key] === value);

/** An entry in short, such as `TOPIC orders* READ`. */
function text(acl: Acl): string {
  const prefix = acl.resourcePatternType === ResourcePatternTypes.PREFIXED ? '*' : '';
  const deny = acl.permissionType === AclPermissionTypes.DENY ? 'DENY ' : '';
  return `${deny}${nameOf(ResourceTypes, acl.resourceType)} ${acl.resourceName}${prefix} ${nameOf(AclOperations, acl.operation)}`;
}

function entries(statements: readonly Statement[], known = { topic: [] as string[], group: [] as string[] }): string[] {
  const connected: Statement[] = [['Allow', 'Connect', CLUSTER], ...statements];
  return aclsOf('User:role', CLUSTER, grantsOf(connected), known).map(text);
}

describe('the access list of a role', () => {
  it('has what a producer may do', () => {
    const producer: Statement[] = [['Allow', 'DescribeTopic WriteData', topic('orders')]];
    expect(entries(producer)).toEqual(['TOPIC orders DESCRIBE', 'TOPIC orders WRITE']);
  });

  it('has what a consumer may do', () => {
    const consumer: Statement[] = [
      ['Allow', 'DescribeTopic ReadData', topic('orders')],
      ['Allow', 'DescribeGroup AlterGroup', group('packers')],
    ];
    expect(entries(consumer)).toEqual([
      'TOPIC orders DESCRIBE',
      'TOPIC orders READ',
      'GROUP packers DESCRIBE',
      'GROUP packers READ',
    ]);
  });

  it('is for one user, from anywhere', () => {
    const acls = aclsOf('User:role', CLUSTER, grantsOf([['Allow', '*', '*']]), { topic: [], group: [] });
    expect(acls).toHaveLength(18);
    for (const acl of acls) expect(acl).toMatchObject({ principal: 'User:role', host: '*' });
  });

  it('is empty without the permission to connect', () => {
    const grants = grantsOf([['Allow', 'DescribeTopic WriteData', topic('orders')]]);
    expect(aclsOf('User:role', CLUSTER, grants, { topic: [], group: [] })).toEqual([]);
  });
});

describe('an action without one that it requires', () => {
  it.each<[string, Statement[], string[]]>([
    ['WriteData without DescribeTopic', [['Allow', 'WriteData', topic('a')]], []],
    [
      'WriteData with DescribeTopic of another topic',
      [
        ['Allow', 'WriteData', topic('a')],
        ['Allow', 'DescribeTopic', topic('b')],
      ],
      ['TOPIC b DESCRIBE'],
    ],
    ['ReadData without a group', [['Allow', 'DescribeTopic ReadData', topic('a')]], ['TOPIC a DESCRIBE']],
    ['AlterGroup without DescribeGroup', [['Allow', 'AlterGroup', group('g')]], []],
    ['DeleteTopic without DescribeTopic', [['Allow', 'DeleteTopic', topic('a')]], []],
    ['AlterTopic without DescribeTopic', [['Allow', 'AlterTopic', topic('a')]], []],
    ['AlterCluster without DescribeCluster', [['Allow', 'AlterCluster', CLUSTER]], []],
    ['WriteDataIdempotently without WriteData', [['Allow', 'WriteDataIdempotently', CLUSTER]], []],
    [
      'AlterTransactionalId without WriteData',
      [['Allow', 'DescribeTransactionalId AlterTransactionalId', transactionalId('t')]],
      ['TRANSACTIONAL_ID t DESCRIBE'],
    ],
  ])('is not in the list: %s', (_, statements, expected) => {
    expect(entries(statements)).toEqual(expected);
  });
});

describe('wildcards', () => {
  it('at the end become a prefix, which holds for names that do not exist yet', () => {
    expect(entries([['Allow', 'DescribeTopic', topic('orders-*')]])).toEqual(['TOPIC orders-* DESCRIBE']);
    expect(entries([['Allow', 'DescribeTopic', topic('*')]])).toEqual(['TOPIC * DESCRIBE']);
  });

  it('elsewhere are expanded over the names that exist', () => {
    const statements: Statement[] = [
      ['Allow', 'DescribeTopic', topic('*-orders')],
      ['Allow', 'DescribeGroup', group('g?')],
    ];
    const known = { topic: ['eu-orders', 'us-orders', 'orders'], group: ['g1', 'h1'] };
    expect(entries(statements, known)).toEqual([
      'TOPIC eu-orders DESCRIBE',
      'TOPIC us-orders DESCRIBE',
      'GROUP g1 DESCRIBE',
    ]);
    expect(dependsOnNames(CLUSTER, grantsOf(statements))).toBe(true);
    expect(dependsOnNames(CLUSTER, grantsOf([['Allow', '*', '*', topic('a*'), group('g')]]))).toBe(false);
  });

  it('give a prefix no more than each of its names has', () => {
    const statements: Statement[] = [
      ['Allow', 'DescribeTopic', topic('orders*')],
      ['Allow', 'WriteData', topic('orders?*')],
    ];
    expect(entries(statements, { topic: ['orders', 'orders-eu'], group: [] })).toEqual([
      'TOPIC orders* DESCRIBE',
      'TOPIC orders-eu DESCRIBE',
      'TOPIC orders-eu WRITE',
    ]);
  });
});

it('a denied name below an allowed prefix is denied by an entry of its own', () => {
  const statements: Statement[] = [
    ['Allow', 'DescribeTopic WriteData', topic('*')],
    ['Deny', 'WriteData', topic('audit*'), topic('salaries')],
  ];
  expect(entries(statements).sort()).toEqual([
    'DENY TOPIC audit* WRITE',
    'DENY TOPIC salaries WRITE',
    'TOPIC * DESCRIBE',
    'TOPIC * WRITE',
    'TOPIC audit* DESCRIBE',
    'TOPIC salaries DESCRIBE',
  ]);
});
