import { chmodSync, rmSync } from 'node:fs';
import { copyProject } from '../../../../infra/testing/project-copy.ts';
import { Instance } from '../../../chaos/instance.ts';
import type { BenchContext, Part } from '../../context.ts';
import type { Figure } from '../../figures.ts';
import { measureAppSaves } from './app-saves.ts';
import { measureHandlerSaves } from './handler-saves.ts';

/** From saving a source to the first response that shows it, in a copy of the project. */
export const innerLoop: Part = {
  measures: 'from saving a handler, a variable or a route to the first response that has it; what clients notice of it',
  run: measureInnerLoop,
};

async function measureInnerLoop(context: BenchContext): Promise<Figure[]> {
  const { signal, say } = context;
  const project = copyProject('orderflow-bench-copy-');
  // Postgres may run as another user, who has to get in.
  chmodSync(project, 0o755);
  const instance = await Instance.create(signal, { project });
  try {
    say('inner-loop: a copy of the project starts');
    await instance.start();
    return [
      ...(await measureHandlerSaves(context, project, instance)),
      ...(await measureAppSaves(context, project, instance)),
    ];
  } finally {
    await instance.dispose(false);
    rmSync(project, { recursive: true, force: true });
  }
}
