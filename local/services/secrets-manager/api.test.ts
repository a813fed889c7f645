import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeSecretCommand,
  type Filter,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  paginateListSecrets,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EndpointFixture, startEndpointFixture } from '../aws-endpoint/endpoint-fixture.ts';
import { secretsManagerApi } from './api.ts';
import { SecretStore } from './secret-store.ts';

const store = new SecretStore(mkdtempSync(join(tmpdir(), 'secrets-')));
let fixture: EndpointFixture;
let client: SecretsManagerClient;
beforeAll(async () => {
  fixture = await startEndpointFixture(() => [{ api: secretsManagerApi(store) }]);
  client = new SecretsManagerClient(fixture.client);
});
afterAll(() => fixture.stop());
afterEach(() => fixture.evaluator.refused.clear());

let SecretId: string;
beforeEach(() => {
  SecretId = `orders/${crypto.randomUUID()}`;
  store.createIfMissing({ name: SecretId, description: 'a login', generate: () => 'first' });
  fixture.evaluator.asked.splice(0);
});

const get = (VersionStage?: string) => client.send(new GetSecretValueCommand({ SecretId, VersionStage }));
const put = (SecretString: string, rest: { ClientRequestToken?: string; VersionStages?: string[] } = {}) =>
  client.send(new PutSecretValueCommand({ SecretId, SecretString, ...rest }));

describe('a secret', () => {
  it('is read by name, by ARN and by ARN without its suffix', async () => {
    const { ARN = '' } = await get();
    for (const id of [SecretId, ARN, ARN.slice(0, -7)]) {
      const secret = await client.send(new GetSecretValueCommand({ SecretId: id }));
      expect(secret).toMatchObject({ ARN, Name: SecretId, SecretString: 'first', VersionStages: ['AWSCURRENT'] });
    }
  });

  it('keeps the previous value when a new one is put', async () => {
    await put('second');
    await put('third');
    expect((await get()).SecretString).toBe('third');
    expect((await get('AWSPREVIOUS')).SecretString).toBe('second');
  });

  it('holds bytes as well', async () => {
    await client.send(new PutSecretValueCommand({ SecretId, SecretBinary: Buffer.from([0, 255]) }));
    expect([...((await get()).SecretBinary ?? [])]).toEqual([0, 255]);
  });

  it('is described and listed', async () => {
    expect(await client.send(new DescribeSecretCommand({ SecretId }))).toMatchObject({
      Name: SecretId,
      Description: 'a login',
      CreatedDate: expect.any(Date),
    });
    const { SecretList } = await client.send(new ListSecretsCommand({}));
    expect(SecretList?.map(({ Name }) => Name)).toContain(SecretId);
  });
});

describe('a list of secrets', () => {
  const prefix = `list-${crypto.randomUUID()}/`;
  const mine = { Key: 'name' as const, Values: [prefix] };
  beforeAll(async () => {
    store.createIfMissing({ name: `${prefix}Orders`, description: 'The login of shard 1', generate: () => '1' });
    store.createIfMissing({ name: `${prefix}events`, description: 'Kafka credentials', generate: () => '2' });
    store.createIfMissing({ name: `${prefix}archive`, generate: () => '3' });
    // Times have milliseconds.
    const created = Date.now();
    await vi.waitUntil(() => Date.now() > created);
    store.putValue(`${prefix}Orders`, { value: { SecretString: 'changed' } });
  });
  const names = async (input: ListSecretsCommandInput) => {
    const { SecretList = [] } = await client.send(
      new ListSecretsCommand({ ...input, Filters: [mine, ...(input.Filters ?? [])] }),
    );
    return SecretList.map(({ Name }) => Name?.slice(prefix.length));
  };

  it.each<[string, Filter[], string[]]>([
    ['the start of a name', [{ Key: 'name', Values: [`${prefix}e`, `${prefix}a`] }], ['events', 'archive']],
    ['the start of a name, by case', [{ Key: 'name', Values: [`${prefix}o`] }], []],
    ['words of a description, in any case', [{ Key: 'description', Values: ['SHARD log'] }], ['Orders']],
    ['the beginnings of words, not their ends', [{ Key: 'description', Values: ['edentials'] }], []],
    ['any attribute', [{ Key: 'all', Values: ['archive', 'kafka'] }], ['events', 'archive']],
    ['what it is not', [{ Key: 'name', Values: [`!${prefix}e`] }], ['Orders', 'archive']],
    [
      'all filters',
      [
        { Key: 'all', Values: ['login'] },
        { Key: 'description', Values: ['kafka'] },
      ],
      [],
    ],
  ])('is found by %s', async (_, Filters, expected) => {
    expect(await names({ Filters })).toEqual(expected);
  });

  it('is sorted by creation unless told otherwise', async () => {
    expect(await names({})).toEqual(['Orders', 'events', 'archive']);
    expect(await names({ SortOrder: 'desc', IncludePlannedDeletion: true })).toEqual(['archive', 'events', 'Orders']);
    expect(await names({ SortBy: 'name' })).toEqual(['Orders', 'archive', 'events']);
    expect(await names({ SortBy: 'last-changed-date' })).toEqual(['events', 'archive', 'Orders']);
  });

  it('comes by page', async () => {
    const pages = [];
    const config = { client, pageSize: 2 };
    for await (const { SecretList } of paginateListSecrets(config, { Filters: [mine] })) pages.push(SecretList?.length);
    expect(pages).toEqual([2, 1]);
    await put('second');
    const { Versions, NextToken } = await client.send(new ListSecretVersionIdsCommand({ SecretId, MaxResults: 1 }));
    expect(Versions).toHaveLength(1);
    const rest = await client.send(new ListSecretVersionIdsCommand({ SecretId, MaxResults: 1, NextToken }));
    expect(rest).toMatchObject({ Versions: [expect.anything()] });
    expect(rest.NextToken).toBeUndefined();
    const invalid = { name: 'InvalidNextTokenException' };
    await expect(client.send(new ListSecretsCommand({ NextToken: 'x' }))).rejects.toMatchObject(invalid);
  });

  it.each([
    ['filters by tag', { Filters: [{ Key: 'tag-key', Values: ['a'] }] }, /filters by name, description and all\./],
    ['filters without a value', { Filters: [{ Key: 'name', Values: [] }] }, /Filters\[0\]\.Values/],
    ['sorts by access', { SortBy: 'last-accessed-date' }, /sorts by created-date/],
    ['sorts by chance', { SortOrder: 'random' }, /SortOrder/],
    ['has pages of 101', { MaxResults: 101 }, /MaxResults/],
  ])('is refused when it %s', async (_, input, message) => {
    const refusal = { name: 'InvalidParameterException', message: expect.stringMatching(message) };
    await expect(client.send(new ListSecretsCommand(input as ListSecretsCommandInput))).rejects.toMatchObject(refusal);
  });
});

describe('rotation', () => {
  it('sets a pending version, then makes it current and the current one previous', async () => {
    const oldVersion = (await get()).VersionId;
    const token = crypto.randomUUID();
    await put('rotated', { ClientRequestToken: token, VersionStages: ['AWSPENDING'] });
    expect((await get()).SecretString).toBe('first');
    expect(await get('AWSPENDING')).toMatchObject({ SecretString: 'rotated', VersionId: token });

    const move = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: token, RemoveFromVersionId: oldVersion };
    await client.send(new UpdateSecretVersionStageCommand(move));
    expect(await get()).toMatchObject({ SecretString: 'rotated', VersionId: token });
    expect(await get('AWSPREVIOUS')).toMatchObject({ SecretString: 'first', VersionId: oldVersion });

    const removal = { SecretId, VersionStage: 'AWSPENDING', RemoveFromVersionId: token };
    await client.send(new UpdateSecretVersionStageCommand(removal));
    await expect(get('AWSPENDING')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const { Versions } = await client.send(new ListSecretVersionIdsCommand({ SecretId }));
    expect(Versions?.map(({ VersionId, VersionStages }) => [VersionId, VersionStages])).toEqual([
      [oldVersion, ['AWSPREVIOUS']],
      [token, ['AWSCURRENT']],
    ]);
  });

  it('may repeat a put with the same token, but not with another value', async () => {
    const ClientRequestToken = crypto.randomUUID();
    await put('a', { ClientRequestToken });
    await put('a', { ClientRequestToken });
    await expect(put('b', { ClientRequestToken })).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });

  it('must name the version that it takes a label from', async () => {
    const MoveToVersionId = crypto.randomUUID();
    await put('next', { ClientRequestToken: MoveToVersionId, VersionStages: ['AWSPENDING'] });
    const move = new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId });
    await expect(client.send(move)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('makes passwords by rules', async () => {
    const rules = { PasswordLength: 64, ExcludePunctuation: true, ExcludeCharacters: 'aeiou0' };
    const { RandomPassword } = await client.send(new GetRandomPasswordCommand(rules));
    expect(RandomPassword).toMatch(/^[b-df-hj-np-tv-zA-Z1-9]{64}$/);
    expect(RandomPassword).toMatch(/[a-z]/);
    expect(RandomPassword).toMatch(/[A-Z]/);
    expect(RandomPassword).toMatch(/[1-9]/);
  });
});

describe('refusals', () => {
  it('come from the policy evaluator, which gets the full ARN', async () => {
    fixture.evaluator.refused.add('secretsmanager:GetSecretValue');
    await expect(get()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const arn = store.get(SecretId).arn;
    expect(fixture.evaluator.asked).toEqual([`writer secretsmanager:GetSecretValue ${arn}`]);
  });

  it.each([
    ['ResourceNotFoundException', new GetSecretValueCommand({ SecretId: 'none' })],
    ['InvalidParameterException', new GetSecretValueCommand({ SecretId: '' })],
    ['InvalidParameterException', new GetRandomPasswordCommand({ PasswordLength: 3 })],
  ])('are named %s', async (name, command) => {
    await expect(client.send(command as GetSecretValueCommand)).rejects.toMatchObject({ name });
  });

  it.each([
    ['UnrecognizedClientException', { accessKeyId: 'other', secretAccessKey: 'test' }],
    ['InvalidSignatureException', { accessKeyId: 'test', secretAccessKey: 'other' }],
  ])('of credentials are named %s', async (name, credentials) => {
    const stranger = new SecretsManagerClient({ ...fixture.client, credentials });
    await expect(stranger.send(new ListSecretsCommand({}))).rejects.toMatchObject({ name });
  });
});
