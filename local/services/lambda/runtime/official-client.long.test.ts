import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../../tooling/log-fixture.ts';
import { cacheDirOf } from '../../../../tooling/paths.ts';
import { OPEN_NETWORK } from '../../ec2/service.ts';
import { environmentVariables, HTTPS_ENDPOINTS_VARIABLE, NETWORK_VARIABLE } from '../environment-variables.ts';
import { functionFixture, temporaryFolder } from '../lambda-fixture.ts';
import { RuntimeApi } from '../runtime-api.ts';
import { missingForOfficialClient, officialClient } from './official-client-fixture.ts';

const OWN_CLIENT = fileURLToPath(new URL('./bootstrap.mjs', import.meta.url));
const missing = missingForOfficialClient();

/** What a runtime makes of a function and its events: the response to each, or why the init phase failed; and what it logs. */
async function run(program: string, code: string, events: unknown[], environment: Record<string, string> = {}) {
  const codeDir = await temporaryFolder({ 'index.mjs': code });
  const definition = functionFixture(codeDir, { timeoutSeconds: 60, environment });
  const api = new RuntimeApi(silentLog);
  const host = { endpointUrl: 'http://127.0.0.1', region: 'us-east-1', runtimeDir: codeDir };
  const variables = environmentVariables(definition, host, await api.listen());
  const runtime = spawn(process.execPath, [program, definition.handler], {
    env: {
      ...variables,
      [HTTPS_ENDPOINTS_VARIABLE]: '{"trustedCertificates":[],"httpsPort":443}',
      [NETWORK_VARIABLE]: JSON.stringify(OPEN_NETWORK),
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ignore', 'pipe'],
  });
  const end = () => {
    runtime.kill('SIGKILL');
    api.close();
  };
  onTestFinished(end);
  if (runtime.pid === undefined) throw new Error('the runtime did not start');
  api.serve(runtime.pid);
  // AWS's client takes the address instead.
  api.accept(runtime.stdio[4] as Duplex);
  const output = text(runtime.stdout as Readable);

  const responses: unknown[] = [];
  const started = await Promise.race([api.ready, api.initError, once(runtime, 'exit')]);
  if (started !== undefined) responses.push(withoutStack(started));
  else {
    for (const [index, event] of events.entries()) {
      const deadline = performance.now() + 60_000;
      const invocation = {
        requestId: `request-${index}`,
        functionArn: definition.arn,
        deadline,
        traceId: 'Root=1-2-3',
      };
      const response = await api.deliver({ ...invocation, payload: JSON.stringify(event) });
      responses.push(withoutStack(response));
    }
  }
  end();
  return { responses, output: (await output).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME') };
}

/** The frames of a stack differ: those of the runtime itself are in it. */
function withoutStack<Response>(response: Response): Response | object {
  const { payload } = response as { payload?: string };
  if (payload === undefined || payload.length > 10_000) return { ...response, payload: payload?.length };
  const { trace, ...parsed } = Object(JSON.parse(payload)) as { trace?: string[] };
  return { ...response, payload: trace === undefined ? payload : { ...parsed, trace: trace.slice(0, 1) } };
}

describe.skipIf(missing !== undefined)(
  `AWS's own runtime interface client${missing ? ` (needs ${missing})` : ''}`,
  () => {
    let program = '';
    beforeAll(async () => {
      program = await officialClient(cacheDirOf(process.env));
    }, 1_200_000);

    it('runs a function against the Runtime API: events, context, state and errors', async () => {
      const { responses, output } = await run(
        program,
        `let count = 0;
       export const handler = async (event, context) => {
         console.log('event', event.n);
         if (event.n === 2) throw new RangeError('no');
         return { count: ++count, id: context.awsRequestId, arn: context.invokedFunctionArn, left: context.getRemainingTimeInMillis() > 0 };
       };`,
        [{ n: 1 }, { n: 2 }, { n: 3 }],
      );
      const arn = 'arn:aws:lambda:us-east-1:000000000000:function:orders';
      const success = (count: number, id: string) => ({
        payload: JSON.stringify({ count, id, arn, left: true }),
        outcome: { status: 'success' },
      });
      expect(responses).toEqual([
        success(1, 'request-0'),
        {
          payload: { errorType: 'RangeError', errorMessage: 'no', trace: ['RangeError: no'] },
          functionError: 'Unhandled',
          outcome: { status: 'failure', errorType: 'Runtime.Unknown' },
        },
        success(2, 'request-2'),
      ]);
      expect(output).toContain('TIME\trequest-0\tINFO\tevent 1\n');
    });

    it.each([
      ['a result', 'async (event) => ({ event })', [{ order: 1 }, null, 'text']],
      ['no result', '() => {}', [{}]],
      ['a result that is no JSON', 'async () => 1n', [{}]],
      ['an error', 'async () => { throw new TypeError("no"); }', [{}]],
      [
        'an error with a name of its own',
        'async () => { throw Object.assign(new Error("no"), { name: "Own Name" }); }',
        [{}],
      ],
      ['something thrown that is no error', 'async () => { throw "text"; }', [{}]],
      ['an error in a synchronous handler', '() => { throw new Error("no"); }', [{}]],
      ['a result over 6 MiB, and another event', 'async (n) => "x".repeat(n)', [7_000_000, 3]],
      ['a handler with a callback', '(event, context, callback) => callback()', [{}]],
      ['no handler', 'undefined', [{}]],
      ['the context', 'async (_, { getRemainingTimeInMillis, logStreamName, ...context }) => context', [{}]],
      ['the trace', 'async () => process.env._X_AMZN_TRACE_ID', [{}]],
      ['an init phase that throws', 'await Promise.reject(new RangeError("early"))', [{}]],
      ['syntax that is none', '(', [{}]],
    ])('makes the same as the runner’s of %s', async (_, handler, events) => {
      const code = `export const handler = ${handler};`;
      const [official, own] = await Promise.all([run(program, code, events), run(OWN_CLIENT, code, events)]);
      expect(own.responses).toEqual(official.responses);
    });

    it.each([
      ['text', {}],
      ['JSON', { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'INFO' }],
    ])('logs the same lines as the runner’s, in %s', async (_, environment) => {
      const code = `export const handler = async () => {
      console.log('two\\nlines %d', 7); console.debug('detail'); console.info({ order: 1 }); console.warn('careful', { a: 1 });
      console.trace('trace'); console.error('bad');
    };`;
      const [official, own] = await Promise.all([
        run(program, code, [{}], environment),
        run(OWN_CLIENT, code, [{}], environment),
      ]);
      expect(own.output).toBe(official.output);
    });
  },
);
