import { ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call } from '../support/api.ts';
import { operatorS3, operatorSecrets, readObject } from '../support/clients.ts';
import { otherApp, secretNamed, synthesizeOtherApp } from '../support/other-app.ts';
import { type AppRun, newDataDir, removeFolder, startAppRun } from '../support/run.ts';

const BOOK = { title: 'Pride and Prejudice', author: 'Jane Austen', copies: 1 };
const ISBN = '9780141439518';
const work = newDataDir();
const dataDir = newDataDir();
let run: AppRun;

beforeAll(async () => {
  run = await startAppRun(dataDir, ['--assembly', await synthesizeOtherApp('two-apis', work)]);
});

afterAll(async () => {
  await run?.end('SIGINT');
  removeFolder(dataDir);
  removeFolder(work);
});

const members = () => run.addresses.apis['library-public'] ?? '';
const staff = () => run.addresses.apis['library-staff'] ?? '';
const site = () => Object.values(run.addresses.sites)[0] ?? '';

async function token(): Promise<string> {
  const SecretId = await secretNamed(run.addresses, 'LendingLibrary-StaffToken');
  return (await operatorSecrets(run.addresses).send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '';
}

async function stateBucket(): Promise<string> {
  const { Buckets = [] } = await operatorS3(run.addresses).send(new ListBucketsCommand());
  return Buckets.map(({ Name = '' }) => Name).find((name) => name.startsWith('lendinglibrary-state')) ?? '';
}

it('both APIs, the site and the AWS endpoint have addresses of their own', async () => {
  const { apis, sites, aws, databases, clusters } = run.addresses;
  const all = [...Object.values(apis), ...Object.values(sites), aws];
  expect(new Set(all).size).toBe(4);
  expect([databases, clusters]).toEqual([{}, {}]);
  for (const address of all) await expect.poll(run.output).toContain(address);
});

it("the staff's authorizer turns away who has no token or a wrong one, and lets the right one through", async () => {
  const put = (authorization?: string) =>
    call(staff(), 'PUT', `/stock/${ISBN}`, BOOK, authorization === undefined ? {} : { authorization });
  expect((await put()).status).toBe(401);
  expect((await put('Bearer wrong')).status).toBe(401);
  expect(await put(`Bearer ${await token()}`)).toMatchObject({ status: 201, body: { isbn: ISBN, available: 1 } });
});

it('a book is listed, lent once and given back, by path parameters', async () => {
  expect((await call(members(), 'GET', '/books')).body.books).toEqual([{ isbn: ISBN, ...BOOK, available: 1 }]);
  expect((await call(members(), 'GET', '/books/1')).status).toBe(404);
  const borrow = () => call(members(), 'POST', `/books/${ISBN}/loans`, { member: 'ann' });
  const { status, body: loan } = await borrow();
  expect([status, loan.status]).toEqual([201, 'open']);
  expect((await borrow()).status).toBe(409);
  const authorization = `Bearer ${await token()}`;
  const { body } = await call(staff(), 'GET', `/loans/${ISBN}`, undefined, { authorization });
  expect(body.loans).toEqual([loan]);
  expect((await call(members(), 'DELETE', `/books/${ISBN}/loans/${loan.loanId}`)).body.status).toBe('returned');
});

it('pages of other sites may call the API as its CORS rules say', async () => {
  const { status, headers } = await call(members(), 'OPTIONS', '/books', undefined, {
    origin: 'http://elsewhere.test',
  });
  expect([status, headers.get('access-control-allow-origin')]).toEqual([204, '*']);
});

it('the site is served with the address at which a browser finds the API', async () => {
  const page = await call(site(), 'GET', '/');
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html']);
  expect(page.text).toContain('<h1>Lending library</h1>');
  const { apiUrl } = (await call(site(), 'GET', '/config.json')).body;
  expect((await call(apiUrl, 'GET', 'books')).body.books).toHaveLength(1);
});

it('a schedule fires within its minute', async () => {
  const Key = `loans/${ISBN}/late.json`;
  const Bucket = await stateBucket();
  const loan = {
    loanId: 'late',
    isbn: ISBN,
    member: 'bob',
    status: 'open',
    borrowedAt: '2026-01-01',
    dueAt: '2026-02-01',
  };
  await operatorS3(run.addresses).send(new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(loan) }));
  const status = async () => JSON.parse((await readObject(run.addresses, Bucket, Key)).text).status;
  await expect.poll(status, { timeout: 120_000, interval: 1_000 }).toBe('overdue');
});

it('everything is there after a restart, also by the command of the app', async () => {
  const before = await token();
  await run.end('SIGINT');
  run = await startAppRun(dataDir, ['--app', 'node bin/app.ts'], otherApp('two-apis'));
  expect(await token()).toBe(before);
  expect((await call(members(), 'GET', `/books/${ISBN}`)).body).toMatchObject({ ...BOOK, available: 1 });
  const authorization = `Bearer ${before}`;
  const { body } = await call(staff(), 'GET', '/loans?status=overdue', undefined, { authorization });
  expect(body.loans.map(({ loanId }: { loanId: string }) => loanId)).toEqual(['late']);
});
