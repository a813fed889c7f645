import { describe, expect, it } from 'vitest';
import { traceparent } from './trace-context.ts';

const ROOT = 'Root=1-5759e988-bd862e3fe1be46a994272793';
const PARENT = 'Parent=53995c3f42cd8ad8';

describe('the trace context', () => {
  it.each([
    [`${ROOT};${PARENT};Sampled=1`, '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01'],
    [`${ROOT};${PARENT};Sampled=0`, '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00'],
    [`${ROOT};${PARENT};Sampled=1;Lineage=1:a87bd80c:0`, '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01'],
    [
      `Sampled=?;Self=1-67891234-12456789abcdef012345678;${PARENT};${ROOT}`,
      '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00',
    ],
  ])('of "%s" is %s', (header, expected) => {
    expect(traceparent(header)).toBe(expected);
  });

  it.each(['', ROOT, PARENT, `Root=2-5759e988-bd862e3fe1be46a994272793;${PARENT}`, `${ROOT};Parent=0`, 'oops;=;=='])(
    'is none for "%s"',
    (header) => {
      expect(traceparent(header)).toBeUndefined();
    },
  );
});
