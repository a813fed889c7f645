import { expect, it } from 'vitest';
import { failureText } from './synthesis-failure.ts';

it('says the cause of a failed synthesis by its place in the app, without what Node adds', () => {
  const printed = [
    'node:internal/modules/run_main:107',
    '    triggerUncaughtException(',
    '    ^',
    '',
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/home/ann/shop/infra/nowhere.ts' imported from /home/ann/shop/infra/app.ts",
    '    at own (file:///home/ann/shop/infra/app.ts:3:7)',
    '    at finalizeResolution (node:internal/modules/esm/resolve:271:11) {',
    "  code: 'ERR_MODULE_NOT_FOUND',",
    "  url: 'file:///home/ann/shop/infra/nowhere.ts'",
    '}',
    '',
    'Node.js v24.21.0',
  ].join('\n');
  expect(failureText(printed, '/home/ann/shop')).toBe(
    [
      'The CDK app cannot be synthesized:',
      "Error [ERR_MODULE_NOT_FOUND]: Cannot find module 'infra/nowhere.ts' imported from infra/app.ts",
      '    at own (infra/app.ts:3:7)',
    ].join('\n'),
  );
});
