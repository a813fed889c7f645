import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished } from 'vitest';
import { assembliesOf, logFileOf, REPOSITORY } from '../../tooling/paths.ts';
import { Terminal } from '../../tooling/terminal.ts';
import { fingerprint } from '../assembly/fingerprint.ts';
import { settingsFixture } from '../settings-fixture.ts';
import { start } from '../start.ts';

export const PATIENCE = { timeout: 120_000, interval: 100 };

/** What the stack of {@link changingApp} begins with. */
const BEFORE = `
import * as cdk from 'aws-cdk-lib';
import { aws_apigateway as apigateway, aws_lambda as lambda, aws_s3 as s3 } from 'aws-cdk-lib';
const app = new cdk.App();
const stack = new cdk.Stack(app, 'Shop');
const fn = (id: string, code: string, environment: Record<string, string> = {}) =>
  new lambda.Function(stack, id, {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromAsset(code),
    environment,
    timeout: cdk.Duration.seconds(20),
  });
const api = new apigateway.RestApi(stack, 'Api', { restApiName: 'shop', deployOptions: { stageName: 'dev' } });
`;

/** Answers with its variable LEVEL, after some milliseconds if it is asked to wait. */
const ANSWER = `
export const handler = async ({ queryStringParameters }) => {
  const level = process.env.LEVEL;
  await new Promise((resolve) => setTimeout(resolve, Number(queryStringParameters?.wait ?? 0)));
  return { statusCode: 200, body: level };
};`;

/**
 * A small CDK app that runs, without databases and Kafka, and is watched.
 *
 * @param body what its stack has at first, after what {@link BEFORE} declares
 */
export async function changingApp(body: string) {
  const folder = mkdtempSync(join(tmpdir(), 'changing-app-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const save = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const saveStack = (text: string) => save('app.ts', BEFORE + text);
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  save('package.json', '{ "type": "module" }');
  save('cdk.json', JSON.stringify({ app: 'node app.ts', versionReporting: false }));
  save('answer/index.mjs', ANSWER);
  saveStack(body);
  const dataDir = join(folder, '.data');
  const source = { kind: 'own', folder, context: {}, irrelevant: /^\./ } as const;
  const settings = settingsFixture(dataDir, { watch: true, source });
  const begin = () => start(settings, new Terminal(new PassThrough().resume()), new AbortController().signal);
  let run = await begin();
  onTestFinished(() => run.stop());
  const log = () => readFileSync(logFileOf(dataDir), 'utf8');
  const get = async (path: string) => {
    const response = await fetch(`${run.addresses.apis.shop}${path}`);
    return `${response.status} ${await response.text()}`;
  };
  return {
    save,
    saveStack,
    log,
    get,
    /** Waits until a path is answered so. */
    eventually: (path: string, answer: string | RegExp) =>
      expect.poll(() => get(path), PATIENCE).toMatch(typeof answer === 'string' ? new RegExp(`^${answer}$`) : answer),
    /** Waits until the app is synthesized as it was saved last: what is saved during a synthesis takes another one. */
    synthesized: async () => {
      const assembly = join(assembliesOf(dataDir), await fingerprint(source, source.context));
      await expect.poll(() => existsSync(assembly), PATIENCE).toBe(true);
    },
    logged: (text: string | RegExp) => expect.poll(log, PATIENCE).toMatch(text),
    restart: async () => {
      await run.stop();
      run = await begin();
    },
  };
}
