import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CloudFormationClient, paginateDescribeStackEvents } from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyProject } from '../../infra/testing/project-copy.ts';
import { CREDENTIALS } from '../../localstack/clients.ts';
import { findPythonForLocalStack } from '../../localstack/emulator/install.ts';
import { launchBrowser } from '../browser/browser.ts';
import { type ApiResponse, call, newUser, orderOf } from '../support/api.ts';
import { lagOf, produce, queryShard, readObject, readTopic } from '../support/clients.ts';
import { type LocalStackRun, upLocalStack } from '../support/localstack.ts';
import { processesOf, verifyDeployment } from '../support/run.ts';

const STACKS = ['shards', 'stream', 'orders', 'consumer', 'frontend'].map((part) => `orderflow-dev-${part}`);
const CONFIRMATION_SECONDS = 60;

let run: LocalStackRun;
let cloudFormation: CloudFormationClient;

async function place(user: string) {
  // A function's first environment may start slower than the gateway waits for.
  let placed: ApiResponse | undefined;
  const status = async () => {
    placed = await call(run.addresses.api, 'POST', '/api/orders', orderOf(user));
    return placed.status;
  };
  await expect.poll(status).toBe(201);
  return placed?.body;
}

async function confirmed(ids: readonly string[]): Promise<void> {
  const statuses = async () => {
    const orders = await Promise.all(ids.map((id) => call(run.addresses.api, 'GET', `/api/orders/${id}`)));
    return orders.map(({ body }) => body.order.status);
  };
  await expect.poll(statuses, { timeout: CONFIRMATION_SECONDS * 1_000 }).toEqual(ids.map(() => 'confirmed'));
}

async function deploy(): Promise<string> {
  const { code, output, seconds } = await run.command('deploy');
  expect(code, output).toBe(0);
  console.log(`deploy: ${seconds.toFixed(1)} s`);
  return output;
}

/** The process that the supervisor of the run has recorded under a name. */
function processOf(part: string): number {
  const line = processesOf(run.project).find((each) => each.includes(part)) ?? '';
  return Number.parseInt(line, 10);
}

const python = await findPythonForLocalStack();

describe.skipIf(!python)('OrderFlow on LocalStack without Docker (needs Python 3.12 or 3.13)', () => {
  beforeAll(async () => {
    run = await upLocalStack(copyProject());
    cloudFormation = new CloudFormationClient({
      endpoint: run.addresses.aws,
      region: 'us-east-1',
      credentials: CREDENTIALS,
    });
  });
  afterAll(async () => {
    await run?.end('SIGTERM');
    if (run) rmSync(run.project, { recursive: true, force: true });
  });

  it('says what to do before it is deployed', async () => {
    const { status, body } = await call(run.addresses.api, 'GET', '/health');
    expect(status).toBe(503);
    expect(body.error).toContain('npm run localstack -- deploy');
    const { code, output } = await run.command('status');
    expect(code).toBe(1);
    expect(output).toMatch(/^bridge +orders +does not read$/m);
    expect(output).toMatch(/^orderflow-dev-orders +stack +not deployed$/m);
    expect(run.output()).toMatch(
      /orders to orderflow-dev-consume-orders: waiting, because its topic does not exist yet/,
    );
  });

  it('deploys all stacks, and LocalStack fakes not one resource', async () => {
    const output = await deploy();
    expect(output).toContain('OrderFlow is deployed to LocalStack');
    const events = await Promise.all(
      STACKS.map(async (StackName) => {
        const found = [];
        for await (const { StackEvents = [] } of paginateDescribeStackEvents(
          { client: cloudFormation },
          { StackName },
        )) {
          found.push(...StackEvents);
        }
        return found;
      }),
    );
    expect(events.flat().length).toBeGreaterThan(100);
    expect(events.flat().filter(({ ResourceStatusReason }) => ResourceStatusReason?.includes('fallback'))).toEqual([]);
  });

  it.each([
    ['alice', 'shard1', 'orders_shard1'],
    ['zara', 'shard2', 'orders_shard2'],
  ])('brings an order of %s the whole way through %s', async (user, shard, database) => {
    const { order, shard: owner, receipt, delivery } = await place(user);
    expect(owner).toBe(shard);
    expect(delivery).toEqual({ receipt: 'stored', event: 'published' });

    const rows = await queryShard(run.addresses, database, 'SELECT user_id FROM orders WHERE id = $1', [order.id]);
    expect(rows).toEqual([{ user_id: user }]);
    expect((await readObject(run.addresses, 'order-receipts', receipt)).text).toContain(order.id);
    const link = await call(run.addresses.api, 'GET', `/api/orders/${order.id}/receipt`);
    expect(link.status).toBe(302);
    expect(await (await fetch(link.headers.get('location') ?? '')).text()).toContain(order.id);
    await readTopic(run.addresses, 'orders', (records) => records.some(({ value }) => value.includes(order.id)));

    await confirmed([order.id]);
    const { body } = await call(run.addresses.api, 'GET', `/api/orders?user_id=${user}`);
    expect(body.orders.map(({ id }: { id: string }) => id)).toContain(order.id);
  });

  it('is all well then, and says so', async () => {
    const { code, output } = await run.command('status');
    expect(code, output).toBe(0);
    expect(output).toMatch(/^bridge +orders +reads$/m);
  });

  it('keeps the contract', async () => {
    const { code, output } = await verifyDeployment('--url', run.addresses.api);
    expect(code, output).toBe(0);
  });

  it('shows the dashboard from the website of its bucket, and the dashboard works against the API', async () => {
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.setDefaultTimeout(30_000);
      await page.goto(run.addresses.site);
      const user = newUser('b');
      await page.getByLabel('User', { exact: true }).fill(user);
      await page.getByLabel('Product').fill('Mechanical Keyboard');
      await page.getByLabel('Quantity').fill('2');
      await page.getByLabel('Unit price').fill('149.99');
      await page.getByRole('button', { name: 'Place order' }).click();
      await page.getByRole('heading', { name: 'Order placed' }).waitFor();
      expect(await page.locator('#placed-shard').textContent()).toBe('shard1 (A-M)');
      await page.locator('#placed-status').getByText('confirmed').waitFor();
      await page.getByRole('button', { name: 'Follow it' }).click();
      await page.getByRole('dialog', { name: 'Order' }).locator('.receipt').getByText(user).waitFor();
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  it('gives the consumer nothing of a database or S3', async () => {
    const lambda = new LambdaClient({
      endpoint: run.addresses.aws,
      region: 'us-east-1',
      credentials: CREDENTIALS,
    });
    const configuration = await lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: 'orderflow-dev-consume-orders' }),
    );
    const variables = JSON.stringify(configuration.Environment?.Variables);
    expect(variables).toContain(run.running.context.kafkaBrokers);
    expect(variables).not.toMatch(/shard|postgres|bucket|secret|receipt/i);
    for (const address of run.running.shards) expect(variables).not.toContain(address);
  });

  it('puts a poison record into the dead-letter topic and lets the rest flow', async () => {
    const before = await place(newUser('c'));
    await produce(run.addresses, 'orders', [{ key: before.order.user_id, value: 'poison' }]);
    const after = await place(before.order.user_id);
    await readTopic(run.addresses, 'orders-dlt', (records) => records.length > 0, CONFIRMATION_SECONDS);
    await confirmed([before.order.id, after.order.id]);
  });

  it('loses nothing when its bridge is killed', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 10; index += 1) {
      if (index === 3) process.kill(processOf('bridge/main.ts'), 'SIGKILL');
      ids.push((await place(newUser(index % 2 === 0 ? 'd' : 'x'))).order.id);
    }
    await confirmed(ids);
  });

  it('finds nothing to change when it is deployed again', async () => {
    expect(await deploy()).toContain('(no changes)');
    const cdklocal = join(run.project, 'node_modules/aws-cdk-local/bin/cdklocal');
    const app = join(run.dataDir, 'localstack/cdk.out');
    const { status, stdout, stderr } = spawnSync(process.execPath, [cdklocal, 'diff', '--fail', '--app', app], {
      cwd: run.dataDir,
      env: { ...process.env, AWS_ENDPOINT_URL: run.addresses.aws, AWS_ENDPOINT_URL_S3: run.addresses.aws },
      encoding: 'utf8',
    });
    expect(status, stdout + stderr).toBe(0);
    expect(stdout + stderr).toContain('Number of stacks with differences: 0');
  });

  it('brings a changed handler and a new route by another deploy', async () => {
    appendFileSync(join(run.project, 'functions/health/handler.ts'), "\nconsole.warn('A changed handler.');\n");
    const routes = join(run.project, 'functions/contract/http/routes.ts');
    const [before, after] = readFileSync(routes, 'utf8').split('export const ROUTES = [') as [string, string];
    const route = {
      path: '/api/health',
      method: 'GET',
      function: 'health',
      authorization: { open: 'The same below /api.' },
      operationId: 'checkHealthBelowApi',
      summary: 'The same below /api',
      responses: {},
    };
    writeFileSync(routes, `${before}export const ROUTES = [${JSON.stringify(route)},${after}`);
    expect(await deploy()).toMatch(/orderflow-dev-orders/);
    await expect.poll(async () => (await call(run.addresses.api, 'GET', '/api/health')).status).toBe(200);
    await expect.poll(run.output).toContain('A changed handler.');
  });

  it('loses nothing when LocalStack is away for 20 s and comes back empty', async () => {
    const pid = processOf('process-executor');
    const ids = [];
    for (const letter of 'efyz') ids.push((await place(newUser(letter))).order.id);
    process.kill(-pid, 'SIGSTOP');
    await delay(20_000);
    process.kill(-pid, 'SIGKILL');
    await expect
      .poll(async () => (await run.command('status')).output, { timeout: 120_000 })
      .toMatch(/^LocalStack +\S+ +up$/m);
    await deploy();
    await confirmed(ids);
    expect(await lagOf(run.addresses, 'order-consumer-group', 'orders')).toBe(0);
  });

  it('destroys everything that it made', async () => {
    const { code, output } = await run.command('destroy');
    expect(code, output).toBe(0);
    expect(await run.end('SIGTERM')).toMatchObject({ code: 0 });
    expect(processesOf(run.project)).toEqual([]);
  });
});
