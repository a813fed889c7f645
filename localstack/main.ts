import { ignoreBrokenPipe } from '../tooling/broken-pipe.ts';
import { runCommand } from '../tooling/command-line.ts';
import { HELP, type LocalStackCommand, parseLocalStackCommand } from './command.ts';
import { deploy } from './deploy/deploy.ts';
import { destroy } from './destroy.ts';
import { showLogs } from './logs.ts';
import { deployedText, upText } from './report.ts';
import { requireRunning } from './running.ts';
import { status, statusText } from './status.ts';
import { upContainers } from './up/containers.ts';
import { upProcesses } from './up/processes.ts';

const begun = performance.now();

ignoreBrokenPipe();

await runCommand({
  helpCommand: 'npm run localstack -- --help',
  help: HELP,
  parse: parseLocalStackCommand,
  run,
});

async function run(command: LocalStackCommand): Promise<boolean> {
  const { dataDir, settings } = command;
  switch (command.verb) {
    case 'up':
      await (command.noDocker ? upUntilSignal(command) : upAndLeave(command));
      return true;
    case 'deploy': {
      const running = await requireRunning(dataDir);
      const outputs = await deploy(dataDir, running, say);
      console.log(deployedText(running, outputs, seconds()));
      return true;
    }
    case 'status': {
      const parts = await status(dataDir);
      console.log(statusText(parts));
      return parts.every(({ isWell }) => isWell);
    }
    case 'logs':
      await showLogs(dataDir, settings, command.follow);
      return true;
    case 'destroy':
      await destroy(dataDir, settings, say);
      return true;
  }
}

async function upAndLeave({ dataDir, settings }: LocalStackCommand): Promise<void> {
  const running = await upContainers(dataDir, settings, say);
  console.log(upText(running, seconds()));
}

async function upUntilSignal({ dataDir, cacheDir, settings }: LocalStackCommand): Promise<void> {
  const ending = new AbortController();
  // A terminal's Ctrl-C comes twice, from the terminal and from npm; stopping is bounded, so the second is not needed.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => ending.abort());
  const { signal } = ending;
  try {
    const { stop, ...running } = await upProcesses({ dataDir, cacheDir, settings, terminal: process.stdout, signal });
    console.log(upText(running, seconds()));
    await new Promise((resolve) => {
      if (signal.aborted) resolve(undefined);
      else signal.addEventListener('abort', resolve);
    });
    console.log('\nStopping ...');
    await stop();
    console.log(
      'Stopped. LocalStack forgets what was deployed; orders and events stay until `npm run localstack -- destroy`.',
    );
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    console.log('Stopped before it was up.');
  }
}

function say(step: string): void {
  console.log(`> ${step}`);
}

function seconds(): number {
  return (performance.now() - begun) / 1_000;
}
