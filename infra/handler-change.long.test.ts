import { execFile } from 'node:child_process';
import { appendFileSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { STAGE_CONTEXTS } from './example-contexts.ts';
import { copyProject } from './testing/project-copy.ts';

// biome-ignore lint/suspicious/noExplicitAny: templates are free-form JSON
type Template = { Resources: Record<string, any> };

const project = copyProject();
let before: Map<string, Template>;
let after: Map<string, Template>;

beforeAll(async () => {
  before = await synthesizeWithCode('before');
  appendFileSync(join(project, 'functions/list-orders/handler.ts'), "\nconsole.debug('A change.');\n");
  after = await synthesizeWithCode('after');
});

/** All templates, by file name, with functions and site bundled. */
async function synthesizeWithCode(name: string): Promise<Map<string, Template>> {
  const outdir = join(project, 'assemblies', name);
  mkdirSync(outdir, { recursive: true });
  const context = { ...STAGE_CONTEXTS.prod, 'aws:cdk:bundling-stacks': ['**'] };
  const program = `
    import { synthesizeApp } from './infra/synthesize.ts';
    synthesizeApp(${JSON.stringify(context)}, ${JSON.stringify(outdir)});`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], { cwd: project });
  const files = globSync('*.template.json', { cwd: outdir }).sort();
  return new Map(files.map((file) => [file, JSON.parse(readFileSync(join(outdir, file), 'utf8'))]));
}

/** Resources that are not the same in both, as `<template>/<logical id>`. */
function changed(): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((file) => {
    const [old, now] = [before.get(file)?.Resources ?? {}, after.get(file)?.Resources ?? {}];
    return [...new Set([...Object.keys(old), ...Object.keys(now)])]
      .filter((id) => JSON.stringify(old[id]) !== JSON.stringify(now[id]))
      .map((id) => `${file}/${id}`);
  });
}

it("changes one function's code, version and alias, and nothing else", () => {
  expect(before.size).toBe(8);
  const [old, now] = [before.get('Orders.template.json'), after.get('Orders.template.json')];
  const types = changed().map((id) => {
    const logicalId = id.replace('Orders.template.json/', '');
    return `${old?.Resources[logicalId] ? '-' : ' '}${now?.Resources[logicalId] ? '+' : ' '} ${
      (old?.Resources[logicalId] ?? now?.Resources[logicalId])?.Type
    } ${logicalId.replace(/[0-9A-F]{8}([0-9a-f]{32})?$/, '')}`;
  });
  expect(types.sort()).toEqual([
    ' + AWS::Lambda::Version ListOrdersCurrentVersion',
    '-  AWS::Lambda::Version ListOrdersCurrentVersion',
    '-+ AWS::Lambda::Alias ListOrdersLive',
    '-+ AWS::Lambda::Function ListOrders',
  ]);
});

it('changes nothing of the function but where its code lies', () => {
  const [old, now] = [before, after].map((templates) => {
    const resources = Object.values(templates.get('Orders.template.json')?.Resources ?? {});
    const found = resources.find(({ Properties }) => Properties?.FunctionName === 'orderflow-prod-list-orders');
    return structuredClone(found);
  });
  expect(old.Properties.Code.S3Key).not.toBe(now.Properties.Code.S3Key);
  for (const fn of [old, now]) {
    delete fn.Properties.Code.S3Key;
    delete fn.Metadata;
  }
  expect(now).toEqual(old);
});

it('leaves everything outside of the resources as it is', () => {
  for (const [file, template] of after) {
    expect({ ...template, Resources: {} }).toEqual({ ...before.get(file), Resources: {} });
  }
});
