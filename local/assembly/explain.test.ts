import { expect, it } from 'vitest';
import { recordingRegistry, stackOf } from './deploy-fixture.ts';
import { explain } from './explain.ts';

it('explain says how the resources of each type are run, if at all, and names the exceptions', () => {
  const network = stackOf('network', { Resources: { Vpc: { Type: 'Test::Ignored' }, First: { Type: 'Test::Thing' } } });
  const app = stackOf('app', {
    Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
    Resources: {
      Thing: { Type: 'Test::Thing' },
      Absent: { Type: 'Test::Thing', Condition: 'Never' },
      Unknown: { Type: 'Test::Unknown::Thing' },
      Another: { Type: 'Test::Unknown::Thing' },
    },
  });
  expect(explain([network, app], recordingRegistry())).toBe(`run
  Test::Thing    2  created by the test

ignored
  Test::Ignored    1  it needs nothing
  Test::Thing      1  the condition Never does not hold: app/Absent

unknown
  Test::Unknown::Thing    2  the local runner refuses to start: app/Unknown, app/Another

2 run, 2 ignored, 2 unknown
`);
});
