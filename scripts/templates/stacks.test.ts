import { expect, it } from 'vitest';
import { withExamples } from './stacks.ts';

it('stands in for what prod demands or warns about and is not given', () => {
  const { completed, examples } = withExamples({ stage: 'prod', audience: 'shop' });
  expect(completed).toEqual({
    stage: 'prod',
    audience: 'shop',
    issuer: 'https://identity.example.com/',
    userClaim: 'orderflow_user',
    clientId: 'orderflow-dashboard',
    alarmEmail: 'operations@example.com',
  });
  expect(examples.map((each) => each.split('=', 1)[0])).toEqual(['issuer', 'userClaim', 'clientId', 'alarmEmail']);
});

it.each([{}, { stage: 'dev' }, { auth: 'jwt' }])('adds nothing to %j', (context) => {
  expect(withExamples(context)).toEqual({ completed: context, examples: [] });
});
