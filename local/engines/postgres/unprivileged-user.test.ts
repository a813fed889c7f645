import os from 'node:os';
import { expect, it, onTestFinished, vi } from 'vitest';
import { UserError } from '../../../tooling/errors.ts';
import { chooseLauncher } from './unprivileged-user.ts';

it('a user id without an entry in /etc/passwd is refused with what to do, since initdb looks for its name', async () => {
  onTestFinished(() => void vi.restoreAllMocks());
  vi.spyOn(process, 'getuid').mockReturnValue(12345);
  const programs = ['/postgres', '/data'] as const;
  vi.spyOn(os, 'userInfo').mockReturnValue({ username: 'someone', uid: 12345, gid: 12345, shell: null, homedir: '/' });
  expect((await chooseLauncher(...programs)).user).toBeUndefined();
  vi.mocked(os.userInfo).mockImplementation(() => {
    throw new Error('uv_os_get_passwd returned ENOENT');
  });
  await expect(chooseLauncher(...programs)).rejects.toThrow(UserError);
  await expect(chooseLauncher(...programs)).rejects.toThrow(
    /user id 12345 has no entry in .etc.passwd\. Start as a user/,
  );
});
