import * as iam from '@aws-sdk/client-iam';
import * as kafka from '@aws-sdk/client-kafka';
import * as lambda from '@aws-sdk/client-lambda';
import * as secretsManager from '@aws-sdk/client-secrets-manager';
import * as sts from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../tooling/log-fixture.ts';
import { settingsFixture } from '../settings-fixture.ts';
import { type EndpointFixture, startEndpointFixture } from './aws-endpoint/endpoint-fixture.ts';
import { createServices } from './index.ts';

/** The SDK describes each operation of AWS, with all of its parameters. */
const SDKS = {
  iam: { sdk: iam, Client: iam.IAMClient },
  kafka: { sdk: kafka, Client: kafka.KafkaClient },
  lambda: { sdk: lambda, Client: lambda.LambdaClient },
  secretsmanager: { sdk: secretsManager, Client: secretsManager.SecretsManagerClient },
  sts: { sdk: sts, Client: sts.STSClient },
};

/** The body of a request is no parameter: it is read as a whole. */
const PAYLOAD = 16;

// Constructing services does no I/O.
const settings = settingsFixture('/nowhere');
const { services } = createServices({ settings, stacks: [], log: silentLog });
const apis = services.all.flatMap(({ api }) => (api && 'handle' in api ? [api] : []));
const all = apis.flatMap(({ signingName, operations }) =>
  Object.entries(operations).map(([operation, here]) => {
    const known = SDKS[signingName as keyof typeof SDKS];
    return { service: signingName, operation, here, ...parametersOnAws(known.sdk, operation), ...known };
  }),
);

type Structure = readonly [0, 1, 2, 3, names: readonly string[], schemas: readonly unknown[], required?: number];
type OperationSchema = readonly [0, 1, 2, 3, input: () => Structure];

function parametersOnAws(sdk: object, operation: string): { onAws: string[]; required: readonly string[] } {
  const [, , , , input] = (sdk as Record<string, OperationSchema>)[`${operation}$`] as OperationSchema;
  const [, , , , names, schemas, required = 0] = input();
  const isPayload = (schema: unknown) => Array.isArray(schema) && schema.includes(PAYLOAD);
  return { onAws: names.filter((_, index) => !isPayload(schemas[index])), required: names.slice(0, required) };
}

let fixture: EndpointFixture;
beforeAll(async () => {
  fixture = await startEndpointFixture(() => apis.map((api) => ({ api })));
});
afterAll(() => fixture.stop());

/** Calls an operation with its required parameters, and with others. */
async function call({ operation, required, sdk, Client }: (typeof all)[number], more: object, extra?: string) {
  const Command = (sdk as unknown as Record<string, new (input: object) => never>)[`${operation}Command`] as never;
  const client = new (Client as typeof lambda.LambdaClient)(fixture.client);
  if (extra !== undefined)
    client.middlewareStack.add((next) => (args) => next(withParameter(args, extra)), { step: 'build' });
  const input = { ...Object.fromEntries(required.map((name) => [name, 'x'])), ...more };
  return client.send(new (Command as typeof lambda.InvokeCommand)(input as lambda.InvokeCommandInput));
}

/** The request with one parameter more, where its protocol has parameters. */
function withParameter<Args extends object>(args: Args, name: string): Args {
  const { request } = args as { request: { body?: Uint8Array | string; query: object; headers: object } };
  const body = Buffer.from(request.body ?? '').toString();
  if (body.startsWith('{')) request.body = JSON.stringify({ ...JSON.parse(body), [name]: 'x' });
  else if (body.startsWith('Action=')) request.body = `${body}&${name}=x`;
  else Object.assign(request.query, { [name]: 'x' });
  if (body !== '') Object.assign(request.headers, { 'content-length': String(request.body?.length) });
  return args;
}

describe.each(all)('$service $operation', (of) => {
  const { here, onAws } = of;

  it('has no parameter that AWS lacks', () => expect(onAws).toEqual(expect.arrayContaining([...here])));

  it.each(['Unheard', ...onAws.filter((name) => !here.includes(name))])('refuses %s by name', async (name) => {
    const sent = onAws.includes(name) ? call(of, { [name]: 'x' }) : call(of, {}, name);
    await expect(sent).rejects.toMatchObject({
      $metadata: { httpStatusCode: 400 },
      message: expect.stringMatching(new RegExp(name.replaceAll(/(?<=.)(?=[A-Z])/g, '-?'), 'i')),
    });
  });
});

it('the parameters of all APIs are looked at, but for those of S3', () => {
  expect(apis.map(({ signingName }) => signingName).sort()).toEqual(Object.keys(SDKS).sort());
});
