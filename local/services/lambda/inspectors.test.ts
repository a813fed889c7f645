import { describe, expect, it } from 'vitest';
import { stackOf } from '../../assembly/deploy-fixture.ts';
import type { TemplateValue } from '../../assembly/template.ts';
import { Inspectors } from './inspectors.ts';

function functionOf(FunctionName?: TemplateValue, Runtime = 'nodejs24.x') {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: { ...(FunctionName !== undefined && { FunctionName }), Runtime },
  };
}

const STACKS = [
  stackOf('shop', {
    Resources: {
      Create: functionOf('shop-dev-create-order'),
      List: functionOf({ 'Fn::Join': ['-', ['shop', { Ref: 'AWS::Region' }, 'list-orders']] }),
      Tool: functionOf('tool', 'python3.13'),
      Unnamed: functionOf(),
    },
  }),
  stackOf('other', { Resources: { Create: functionOf('other-dev-create-order') } }),
];

const inspectors = (inspect: Record<string, number>) =>
  new Inspectors({ stacks: STACKS, settings: { inspect: new Map(Object.entries(inspect)) } });

describe('the functions that are debugged', () => {
  it('are those of all stacks that run here, by the ends of their names, each at a port of its own', async () => {
    const found = inspectors({ 'shop-dev-create-order': 9229, 'list-orders': 0 });
    expect(found.claims()).toEqual([
      { port: 9229, part: 'the inspector of shop-dev-create-order', flag: '--inspect shop-dev-create-order=<port>' },
      { port: 0, part: expect.stringContaining('list-orders'), flag: '--inspect shop-us-east-1-list-orders=<port>' },
    ]);
    await found.choosePorts();
    expect(found.portOf('shop-us-east-1-list-orders')).toBeGreaterThan(0);
    expect([found.portOf('shop-dev-create-order'), found.portOf('other-dev-create-order')]).toEqual([9229, undefined]);
  });

  it.each([
    ['tool', /^There is no function tool\. Choose one of:\n {2}other-dev-create-order\n[\s\S]*shop-Unnamed-\w+\n/],
    ['create-order', /^There are several functions create-order\. Choose one of:\n {2}other.*\n {2}shop[^\n]*$/],
  ])('are refused with %s, which names none or several', (name, message) => {
    expect(() => inspectors({ [name]: 0 }).claims()).toThrow(message);
  });
});
