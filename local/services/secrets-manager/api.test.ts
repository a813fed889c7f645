import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  type CreateSecretCommandInput,
  DeleteSecretCommand,
  type DeleteSecretCommandInput,
  DescribeSecretCommand,
  type Filter,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  paginateListSecrets,
  RestoreSecretCommand,
  SecretsManagerClient,
  UpdateSecretCommand,
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
  store.declare({ name: SecretId, description: 'a login', generate: () => 'first' });
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
    store.declare({ name: `${prefix}Orders`, description: 'The login of shard 1', generate: () => '1' });
    store.declare({ name: `${prefix}events`, description: 'Kafka credentials', generate: () => '2' });
    store.declare({ name: `${prefix}archive`, generate: () => '3' });
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

  // Recorded from AWS: test_update_secret_version_stages_current_pending in LocalStack's snapshots.
  it('leaves AWSPENDING beside AWSCURRENT until another value comes', async () => {
    const oldVersion = (await get()).VersionId;
    const token = crypto.randomUUID();
    await put('rotated', { ClientRequestToken: token, VersionStages: ['PUT1', 'AWSPENDING'] });
    const move = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: token, RemoveFromVersionId: oldVersion };
    await client.send(new UpdateSecretVersionStageCommand(move));
    expect((await get()).VersionStages).toEqual(['AWSCURRENT', 'AWSPENDING', 'PUT1']);
    await put('next');
    expect((await get('AWSPREVIOUS')).VersionStages).toEqual(['AWSPREVIOUS', 'PUT1']);
    await expect(get('AWSPENDING')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    });
  });

  it('keeps deprecated versions, which are read by their id and listed on request', async () => {
    const first = (await get()).VersionId;
    await put('second');
    await put('third');
    const list = async (IncludeDeprecated?: boolean) =>
      (await client.send(new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated }))).Versions ?? [];
    expect((await list()).map(({ VersionStages }) => VersionStages)).toEqual([['AWSPREVIOUS'], ['AWSCURRENT']]);
    expect((await list(true))[0]).toMatchObject({ VersionId: first, KmsKeyIds: ['DefaultEncryptionKey'] });
    expect((await list(true))[0]).not.toHaveProperty('VersionStages');
    const deprecated = await client.send(new GetSecretValueCommand({ SecretId, VersionId: first }));
    expect(deprecated.SecretString).toBe('first');
    expect(deprecated).not.toHaveProperty('VersionStages');
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
    const move = (o: { MoveToVersionId?: string; RemoveFromVersionId?: string }) =>
      client.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSCURRENT', ...o }));
    const { VersionId } = await get();
    await expect(move({ MoveToVersionId })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: `The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${VersionId}, so you must explicitly reference that version in RemoveFromVersionId.`,
    });
    await expect(move({ MoveToVersionId, RemoveFromVersionId: MoveToVersionId })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: `Version stage AWSCURRENT not found in version ${MoveToVersionId}`,
    });
    await expect(move({ MoveToVersionId: 'none', RemoveFromVersionId: VersionId ?? '' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Not a valid version: none',
    });
    await expect(move({ RemoveFromVersionId: VersionId ?? '' })).rejects.toThrow('not removed');
    expect((await get()).VersionId).toBe(VersionId);
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

describe('the life of a secret', () => {
  const create = (rest: Partial<CreateSecretCommandInput> = {}) =>
    client.send(new CreateSecretCommand({ Name: `new/${SecretId}`, SecretString: 'one', ...rest }));
  const remove = (rest: Partial<DeleteSecretCommandInput> = {}) =>
    client.send(new DeleteSecretCommand({ SecretId, ...rest }));

  it('begins with a value, or without one', async () => {
    const { ARN, Name, VersionId } = await create({ Description: 'new' });
    expect(ARN).toMatch(new RegExp(`:secret:new/${SecretId}-\\w{6}$`));
    const found = await client.send(new GetSecretValueCommand({ SecretId: Name }));
    expect(found).toMatchObject({ SecretString: 'one', VersionId, VersionStages: ['AWSCURRENT'] });
    const empty = await client.send(new CreateSecretCommand({ Name: `empty/${SecretId}` }));
    expect(empty.VersionId).toBeUndefined();
    await expect(client.send(new GetSecretValueCommand({ SecretId: empty.ARN }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    });
  });

  it('begins once: the same call again changes nothing, another one is refused', async () => {
    const ClientRequestToken = crypto.randomUUID();
    const { ARN } = await create({ ClientRequestToken });
    expect((await create({ ClientRequestToken })).ARN).toBe(ARN);
    const refusal = {
      name: 'ResourceExistsException',
      message: `The operation failed because the secret new/${SecretId} already exists.`,
    };
    await expect(create({ ClientRequestToken, SecretString: 'two' })).rejects.toMatchObject(refusal);
    await expect(create()).rejects.toMatchObject(refusal);
  });

  it('goes on with another description, another value or both', async () => {
    const { VersionId: before } = await get();
    expect((await client.send(new UpdateSecretCommand({ SecretId, Description: 'b' }))).VersionId).toBeUndefined();
    expect((await get()).VersionId).toBe(before);
    const { VersionId } = await client.send(new UpdateSecretCommand({ SecretId, SecretString: 'second' }));
    expect(await get()).toMatchObject({ SecretString: 'second', VersionId });
    expect((await get('AWSPREVIOUS')).VersionId).toBe(before);
    expect((await client.send(new DescribeSecretCommand({ SecretId }))).Description).toBe('b');
  });

  it('ends after a recovery window, in which it can be restored but not used', async () => {
    const { DeletionDate } = await remove({ RecoveryWindowInDays: 7 });
    const inDays = ((DeletionDate?.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(Math.round(inDays)).toBe(7);
    const marked = {
      name: 'InvalidRequestException',
      message: "You can't perform this operation on the secret because it was marked for deletion.",
    };
    await expect(get()).rejects.toMatchObject(marked);
    await expect(put('x')).rejects.toMatchObject(marked);
    await expect(client.send(new UpdateSecretCommand({ SecretId, Description: 'c' }))).rejects.toMatchObject(marked);
    await expect(client.send(new CreateSecretCommand({ Name: SecretId }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: "You can't create this secret because a secret with this name is already scheduled for deletion.",
    });
    expect((await client.send(new DescribeSecretCommand({ SecretId }))).DeletedDate).toBeInstanceOf(Date);
    const listed = async (IncludePlannedDeletion?: boolean) => {
      const Filters: Filter[] = [{ Key: 'name', Values: [SecretId] }];
      const { SecretList } = await client.send(new ListSecretsCommand({ Filters, IncludePlannedDeletion }));
      return SecretList?.length;
    };
    expect([await listed(), await listed(true)]).toEqual([0, 1]);

    await client.send(new RestoreSecretCommand({ SecretId }));
    expect((await get()).SecretString).toBe('first');
    expect((await client.send(new DescribeSecretCommand({ SecretId }))).DeletedDate).toBeUndefined();
  });

  it('ends at once when that is forced, even if there was none', async () => {
    await remove();
    await remove({ ForceDeleteWithoutRecovery: true });
    await expect(client.send(new DescribeSecretCommand({ SecretId }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
    });
    expect(await remove({ ForceDeleteWithoutRecovery: true })).toMatchObject({ Name: SecretId });
    await expect(remove()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(client.send(new RestoreSecretCommand({ SecretId }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    expect((await client.send(new CreateSecretCommand({ Name: SecretId }))).Name).toBe(SecretId);
  });

  it.each([
    [{ RecoveryWindowInDays: 6 }, 'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).'],
    [{ RecoveryWindowInDays: 31 }, 'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).'],
    [
      { RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true },
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    ],
  ])('does not end with %j', async (rest, message) => {
    await expect(remove(rest)).rejects.toMatchObject({ name: 'InvalidParameterException', message });
    expect((await get()).SecretString).toBe('first');
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
    ['ValidationException', new GetSecretValueCommand({ SecretId: 'with a blank' })],
    ['ValidationException', new CreateSecretCommand({ Name: 'with*star' })],
    ['InvalidParameterException', new CreateSecretCommand({ Name: 'large', SecretString: 'x'.repeat(65_537) })],
    [
      'InvalidRequestException',
      new CreateSecretCommand({ Name: 'both', SecretString: 'x', SecretBinary: Buffer.from('x') }),
    ],
    ['InvalidRequestException', new PutSecretValueCommand({ SecretId: 'none' })],
  ])('are named %s', async (name, command) => {
    await expect(client.send(command as GetSecretValueCommand)).rejects.toMatchObject({ name });
  });

  // Recorded from AWS: test_no_client_request_token in LocalStack's snapshots.
  it.each([
    ['CreateSecret', { Name: 'without-token', SecretString: 'x' }],
    ['UpdateSecret', { SecretString: 'x' }],
    ['PutSecretValue', { SecretString: 'x' }],
  ])('come for a %s without a token, which SDKs always send', async (operation, input) => {
    const bare = new SecretsManagerClient(fixture.client);
    bare.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { headers: Record<string, string>; body: string };
        request.headers['x-amz-target'] = `secretsmanager.${operation}`;
        request.body = JSON.stringify({ ...('Name' in input ? {} : { SecretId }), ...input });
        request.headers['content-length'] = String(request.body.length);
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
    await expect(bare.send(new ListSecretsCommand({}))).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: 'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
    });
  });

  it('of a Region that is not this one are named InvalidSignatureException', async () => {
    const abroad = new SecretsManagerClient({ ...fixture.client, region: 'eu-west-1' });
    await expect(abroad.send(new ListSecretsCommand({}))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      message: "Credential should be scoped to a valid region, not 'eu-west-1'.",
    });
  });

  it.each([
    ['UnrecognizedClientException', { accessKeyId: 'other', secretAccessKey: 'test' }],
    ['InvalidSignatureException', { accessKeyId: 'test', secretAccessKey: 'other' }],
  ])('of credentials are named %s', async (name, credentials) => {
    const stranger = new SecretsManagerClient({ ...fixture.client, credentials });
    await expect(stranger.send(new ListSecretsCommand({}))).rejects.toMatchObject({ name });
  });
});
