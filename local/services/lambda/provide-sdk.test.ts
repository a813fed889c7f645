import { expect, it } from 'vitest';
import { startFunction } from './lambda-fixture.ts';

it("a function finds the SDK that the runtime brings, as an ES module and as CommonJS, and none of the runner's own modules", async () => {
  const esm = await startFunction(
    `import { S3Client } from '@aws-sdk/client-s3';
     export const handler = async (name) => [S3Client.name, await import(name).then(() => 'found', ({ code }) => code)];`,
  );
  expect((await esm.invoke('croner')).value).toEqual(['S3Client', 'ERR_MODULE_NOT_FOUND']);
  const commonJs = await startFunction({
    'index.js': "const { S3Client } = require('@aws-sdk/client-s3'); exports.handler = async () => S3Client.name;",
  });
  expect((await commonJs.invoke('')).value).toBe('S3Client');
});
