import os from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { cacheDirOf, REPOSITORY } from './paths.ts';

it('downloads are kept in the cache of the user, unless a variable names another folder', () => {
  onTestFinished(() => void vi.restoreAllMocks());
  vi.spyOn(os, 'homedir').mockReturnValue('/home/alice');
  expect(cacheDirOf({})).toMatch(/^\/home\/alice\/(\.cache|Library\/Caches)\/orderflow$/);
  expect(cacheDirOf({ XDG_CACHE_HOME: '/cache' })).toBe('/cache/orderflow');
  expect(cacheDirOf({ XDG_CACHE_HOME: '/cache', ORDERFLOW_CACHE_DIR: '/own' })).toBe('/own');
});

it('downloads are kept in the project for a user id that has no home folder', () => {
  onTestFinished(() => void vi.restoreAllMocks());
  const unknown = Object.assign(new Error('uv_os_homedir returned ENOENT'), { code: 'ERR_SYSTEM_ERROR' });
  vi.spyOn(os, 'homedir').mockImplementation(() => {
    throw unknown;
  });
  expect(cacheDirOf({})).toBe(join(REPOSITORY, '.cache/orderflow'));
});
