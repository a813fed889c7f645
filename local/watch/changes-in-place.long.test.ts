import { expect, it } from 'vitest';
import { changingApp } from './changing-app-fixture.ts';

const LIMIT = { timeout: 600_000 };

const answerWith = (level: string) =>
  `const answer = fn('Answer', 'answer', { LEVEL: '${level}' });
   api.root.addResource('level').addMethod('GET', new apigateway.LambdaIntegration(answer));`;

const STORE = `
import { S3Client, PutObjectCommand } from '@aws-sdk/client-s3';
export const handler = async () => {
  const s3 = new S3Client({ forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: process.env.BUCKET, Key: 'one', Body: '1' }));
  return { statusCode: 200, body: 'stored' };
};`;

/** A function of its own with a bucket, and what it may do there. */
const storeThat = (grant: string) => `
const bucket = new s3.Bucket(stack, 'Bucket');
const store = fn('Store', 'store', { BUCKET: bucket.bucketName });
${grant}
api.root.addResource('store').addMethod('GET', new apigateway.LambdaIntegration(store));`;

it('a running app takes in what is saved: variables, routes, functions, buckets and permissions', LIMIT, async () => {
  const app = await changingApp(answerWith('one'));
  await app.eventually('/level', '200 one');

  // A request under way ends as it began.
  const slow = app.get('/level?wait=8000');
  app.saveStack(answerWith('two'));
  await app.eventually('/level', '200 two');
  expect(await slow).toBe('200 one');
  await app.logged(
    /changed function Shop\/Answer \(Environment\.Variables\.LEVEL\) in \d+\.\d s \(synthesis \d+\.\d s\)/,
  );

  const more = `${answerWith('two')}
    api.root.addResource('more').addMethod('GET', new apigateway.LambdaIntegration(answer));
    api.addGatewayResponse('Unknown', {
      type: apigateway.ResponseType.MISSING_AUTHENTICATION_TOKEN, statusCode: '404', templates: { 'application/json': 'none' } });`;
  app.saveStack(more);
  await app.eventually('/more', '200 two');
  expect(await app.get('/nowhere')).toBe('404 none');
  app.saveStack(answerWith('two'));
  await app.eventually('/more', /^403 /);

  app.save('store/index.mjs', STORE);
  app.saveStack(answerWith('two') + storeThat(''));
  await app.eventually('/store', /^502 /);
  await app.logged(/may not do|not authorized/);
  app.saveStack(answerWith('two') + storeThat('bucket.grantPut(store);'));
  await app.eventually('/store', '200 stored');

  // Code without a recipe is an asset like any other.
  app.save('answer/index.mjs', 'export const handler = async () => ({ statusCode: 200, body: "other code" });');
  await app.eventually('/level', '200 other code');
  app.saveStack(`const answer = fn('Answer', 'answer', { LEVEL: 'two' });
    api.root.addResource('level').addMethod('GET', new apigateway.LambdaIntegration(answer));`);
  await app.eventually('/store', /^403 /);
  await app.logged(/removed .*function Shop\/Store/);
});

it('what is broken changes nothing, and hundreds of files at once change it once or twice', LIMIT, async () => {
  const app = await changingApp(answerWith('one'));
  app.saveStack("const answer = fn('Answer', 'nowhere');");
  await app.logged(/nothing was changed: The CDK app cannot be synthesized:[\s\S]*app\.ts:\d+/);
  app.saveStack(`${answerWith('lost')} new cdk.CfnResource(stack, 'Queue', { type: 'AWS::SQS::Queue' });`);
  await app.logged(
    /nothing was changed: [\s\S]*Shop\/Queue \(AWS::SQS::Queue\) at Shop\/Queue: its type is not supported/,
  );
  expect(await app.get('/level')).toBe('200 one');

  const before = app.log().match(/changed /g)?.length ?? 0;
  for (let index = 0; index < 200; index += 1) app.save(`more/${index}.ts`, `export const n = ${index};`);
  for (const level of ['two', 'three', 'four']) app.saveStack(answerWith(level));
  await app.eventually('/level', '200 four');
  const reloads = (app.log().match(/info +run +changed function/g)?.length ?? 0) - before;
  expect(reloads).toBeLessThanOrEqual(2);

  // The next start begins with what was synthesized for the last save.
  await app.synthesized();
  await app.restart();
  expect(await app.get('/level')).toBe('200 four');
  expect(app.log()).not.toContain('synthesizing');
});
