import { expect, it } from 'vitest';
import { recordingRegistry, stackOf } from './deploy-fixture.ts';
import { explain } from './explain.ts';

it('explain says of each resource, by stack, whether and how it is run', () => {
  const network = stackOf('network', { Resources: { Vpc: { Type: 'Test::Ignored' } } });
  const app = stackOf('app', {
    Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
    Resources: {
      Thing: { Type: 'Test::Thing' },
      Absent: { Type: 'Test::Thing', Condition: 'Never' },
      Unknown: { Type: 'Test::Unknown::Thing' },
    },
  });
  expect(explain([network, app], recordingRegistry())).toBe(`network
  ignored  Test::Ignored  Vpc
           it needs nothing

app
  run      Test::Thing  Thing
           created by the test
  ignored  Test::Thing  Absent
           its condition Never does not hold
  unknown  Test::Unknown::Thing  Unknown
           nothing; the local runner refuses to start

1 run, 2 ignored, 1 unknown
`);
});
