import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildFrontend } from './build.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'orderflow-site-'));
  buildFrontend(join(dir, 'one'));
  buildFrontend(join(dir, 'deeper', 'two'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const read = (...path: string[]) => readFileSync(join(dir, ...path), 'utf8');

it('writes the page, its icon, and its script and style with source maps', () => {
  expect(readdirSync(join(dir, 'one')).sort()).toEqual([
    'app.js',
    'app.js.map',
    'icon.svg',
    'index.html',
    'style.css',
    'style.css.map',
  ]);
});

it('writes the same bytes wherever they go', () => {
  for (const name of readdirSync(join(dir, 'one'))) {
    expect(read('one', name)).toBe(read('deeper', 'two', name));
  }
});

it('keeps scripts and styles out of the page, as its content security policy demands', () => {
  const html = read('one', 'index.html');
  expect(html).toContain("script-src 'self'");
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*src=)/);
});
