import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Every relative import of the tree, as paths below the root; tests and their fixtures may import what they test with. */
const imports: Import[] = globSync('{functions,infra,frontend,local,localstack,scripts,tooling}/**/*.{ts,tsx}', {
  cwd: ROOT,
})
  .filter((file) => !/(\.test|-fixture)\.ts$/.test(file))
  .flatMap((from) =>
    [...readFileSync(join(ROOT, from), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(
      ([, specifier = '']) => ({
        from,
        to: relative(ROOT, join(ROOT, dirname(from), specifier)),
      }),
    ),
  );

function forbidden(from: RegExp, mayReach: RegExp): string[] {
  return imports
    .filter((entry) => from.test(entry.from) && !mayReach.test(entry.to))
    .map((entry) => `${entry.from} imports ${entry.to}`);
}

describe('imports point one way', () => {
  it('finds the imports at all', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  it('lets the domain reach nothing outside itself', () => {
    expect(forbidden(/^functions\/domain\//, /^functions\/domain\//)).toEqual([]);
  });

  it('lets the contract reach the domain alone', () => {
    expect(forbidden(/^functions\/contract\//, /^functions\/(contract|domain)\//)).toEqual([]);
  });

  it('lets adapters and the http layer reach contract and domain alone', () => {
    expect(forbidden(/^functions\/adapters\//, /^functions\/(adapters|contract|domain)\//)).toEqual([]);
    expect(forbidden(/^functions\/http\//, /^functions\/(http|contract|domain)\//)).toEqual([]);
  });

  it('keeps one function out of the folder of another', () => {
    const shared = /^functions\/(domain|contract|adapters|http|kafka-batch)\//;
    const crossing = imports
      .filter(({ from }) => from.startsWith('functions/') && !shared.test(from))
      .filter(({ from, to }) => dirname(from) !== dirname(to) && !shared.test(to));
    expect(crossing).toEqual([]);
  });

  it('lets infra know the domain, the contract and how site and functions are built, and nothing else of the code it deploys', () => {
    expect(
      forbidden(
        /^infra\//,
        /^(infra\/|functions\/(domain|contract)\/|frontend\/build\.ts$|tooling\/(errors|bundle|bundle-cache|site-bundle)\.ts$)/,
      ),
    ).toEqual([]);
  });

  it('lets the dashboard know the shard map, who bears a token and the types of responses, and nothing else of the functions', () => {
    expect(
      forbidden(
        /^frontend\//,
        /^(frontend\/|functions\/domain\/(shard-map|identity)\.ts$|functions\/contract\/http\/responses\.ts$|tooling\/site-bundle\.ts$)/,
      ),
    ).toEqual([]);
    // Its schemas would bring zod into the page.
    const api = readFileSync(join(ROOT, 'frontend/api.ts'), 'utf8');
    expect(api).toMatch(/^import type \{[^}]*\} from '..\/functions\/contract\/http\/responses.ts';$/m);
    expect(imports.filter(({ from, to }) => from.startsWith('frontend/') && to.endsWith('responses.ts'))).toHaveLength(
      1,
    );
  });

  it('keeps use cases apart from adapters: only handlers and configurations reach them', () => {
    const wiring = /\/(handler|config)\.ts$|^functions\/(domain|contract|adapters|http|kafka-batch|testing)\//;
    const reaching = imports
      .filter(
        ({ from, to }) => from.startsWith('functions/') && !wiring.test(from) && to.startsWith('functions/adapters/'),
      )
      .map(({ from, to }) => `${from} imports ${to}`);
    expect(reaching).toEqual([]);
  });

  it('keeps the local runner apart from everything that it runs', () => {
    expect(forbidden(/^local\//, /^(local|tooling)\//)).toEqual([]);
  });

  it('builds HTTP and TLS on nothing of the runner that uses them', () => {
    expect(forbidden(/^local\/(http|tls)\//, /^(local\/(http|tls)|tooling)\//)).toEqual([]);
  });

  it('keeps what services are built on apart from the services', () => {
    const below = imports.filter(({ from }) => /^local\/(assembly|aws-api|engines|http|tls)\//.test(from));
    expect(below.filter(({ to }) => to.startsWith('local/services/'))).toEqual([]);
  });

  it('lets a service of the local runner reach another through its service.ts alone', () => {
    const serviceOf = (path: string) => /^local\/services\/([^/]+)\//.exec(path)?.[1];
    const crossing = imports
      .filter(({ from, to }) => serviceOf(from) && serviceOf(to) && serviceOf(from) !== serviceOf(to))
      .filter(({ to }) => to.split('/').slice(3).join('/') !== 'service.ts');
    expect(crossing).toEqual([]);
  });

  it('lets what runs beside LocalStack use the local runner, and learn the app from its templates alone', () => {
    expect(forbidden(/^localstack\//, /^(localstack|local|tooling)\//)).toEqual([]);
  });

  it('lets scripts work on every target without knowing what runs beside LocalStack', () => {
    const reaching = imports.filter(({ from, to }) => /^scripts\//.test(from) && /^localstack\//.test(to));
    expect(reaching).toEqual([]);
  });

  it('builds what all commands share on nothing of the project', () => {
    expect(forbidden(/^tooling\//, /^tooling\//)).toEqual([]);
  });
});

it('has no files that import each other in a circle', () => {
  const targets = Map.groupBy(imports, ({ from }) => from);
  const done = new Set<string>();
  const circleFrom = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    done.add(file);
    for (const { to } of targets.get(file) ?? []) {
      const circle = circleFrom(to, [...path, file]);
      if (circle) return circle;
    }
    return undefined;
  };
  expect([...targets.keys()].flatMap((file) => circleFrom(file, []) ?? [])).toEqual([]);
});

it('lets the local runner and what runs beside LocalStack learn every name from the templates', () => {
  const folders = globSync('functions/*/handler.ts', { cwd: ROOT }).map(
    (file) => dirname(file).split('/').at(-1) ?? '',
  );
  expect(folders.length).toBeGreaterThan(3);
  const names = [...folders.filter((name) => name.includes('-')), 'order-consumer-group', 'orders_shard', 'SHARD_MAP'];
  const mentions = globSync('{local,localstack}/**/*.ts', { cwd: ROOT })
    .filter((file) => !/(\.test|-fixture)\.ts$/.test(file))
    .flatMap((file) =>
      names.filter((name) => readFileSync(join(ROOT, file), 'utf8').includes(name)).map((name) => `${file}: ${name}`),
    );
  expect(mentions).toEqual([]);
});

it('has no word of this project in the local runner, which runs any CDK app', () => {
  const words = /order[-_]?flow|['"`/.]orders?\b|order(user|pass|[-_]\w)|shard\d|receipt/i;
  const files = globSync('local/**/*.{ts,mjs}', { cwd: ROOT }).filter((file) => !/(\.test|-fixture)\.ts$/.test(file));
  // What S3 does is told by the examples of its own tests.
  const own = files.filter((file) => !file.startsWith('local/services/s3/behaviours/'));
  expect(own.length).toBeGreaterThan(100);
  const mentions = own.flatMap((file) => {
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
    return lines.filter((line) => words.test(line)).map((line) => `${file}: ${line.trim()}`);
  });
  expect(mentions).toEqual([]);
});

it('lets no HTTP server be called by a foreign name', () => {
  const servers = globSync('{local,localstack,tooling,scripts}/**/*.ts', { cwd: ROOT })
    .filter((file) => !/(\.test|-fixture)\.ts$/.test(file))
    .map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }))
    .filter(({ text }) => /import \{[^}]*\bcreateServer\b[^}]*\} from 'node:(https?|http2)'/.test(text));
  expect(servers.length).toBeGreaterThan(3);
  expect(servers.filter(({ text }) => !text.includes('localOnly(')).map(({ file }) => file)).toEqual([]);
});

it('reads the wall clock in the runner where a time of day is meant; durations and deadlines go by the monotonic one', () => {
  const mayReadIt = [
    'local/services/lambda/event-source-mapping/mapping-properties.ts', // a starting position in the future
    'local/services/lambda/event-source-mapping/mapping.ts', // when a mapping was last changed
    'local/services/lambda/event-source-mapping/partition-worker.ts', // the age of records
    'local/services/lambda/runtime-api.ts', // the deadline that functions are told
    'local/services/msk/oauthbearer.ts', // the validity of tokens
    'local/services/s3/', // dates of objects, conditions and policies
    'local/services/secrets-manager/secret-store.ts', // dates of secrets
    'local/trace-id.ts',
    'tooling/file-hash.ts', // dates of files
  ];
  const readers = globSync('{local,tooling}/**/*.ts', { cwd: ROOT })
    .filter((file) => !/(\.test|-fixture)\.ts$/.test(file))
    .filter((file) => readFileSync(join(ROOT, file), 'utf8').includes('Date.now()'));
  expect(readers.length).toBeGreaterThan(3);
  expect(readers.filter((file) => !mayReadIt.some((place) => file.startsWith(place)))).toEqual([]);
});
