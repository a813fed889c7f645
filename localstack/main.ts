import { runCommand } from '../tooling/command-line.ts';
import { useLocalServers } from '../tooling/environment.ts';
import { runUntilSignal } from '../tooling/signals.ts';
import { Terminal } from '../tooling/terminal.ts';
import { localStackCommand } from './command.ts';
import { deploy } from './deploy/deploy.ts';
import { destroy } from './destroy.ts';
import { showLogs } from './logs.ts';
import { deployedText, upText } from './report.ts';
import { requireRunning } from './running.ts';
import { readSettings } from './settings.ts';
import { status, statusText } from './status.ts';
import { upContainers } from './up/containers.ts';
import { upProcesses } from './up/processes.ts';

useLocalServers();
const begun = performance.now();
const settings = () => readSettings(process.env);

await runCommand(
  localStackCommand({
    async up({ dataDir, cacheDir, docker }) {
      if (docker) return console.log(upText(await upContainers(dataDir, settings(), say), seconds()));
      const options = { dataDir, cacheDir, settings: settings(), terminal: new Terminal(process.stdout) };
      await runUntilSignal((signal) => upProcesses({ ...options, signal }), {
        up: (running) => upText(running, seconds()),
        stopped:
          'Stopped. LocalStack forgets what was deployed; orders and events stay until `npm run localstack -- destroy`.',
      });
    },
    async deploy(dataDir) {
      const running = await requireRunning(dataDir);
      console.log(deployedText(running, await deploy(dataDir, running, say), seconds()));
    },
    async status(dataDir) {
      const parts = await status(dataDir);
      console.log(statusText(parts));
      process.exitCode = parts.every(({ isWell }) => isWell) ? 0 : 1;
    },
    logs: (dataDir, { follow }) => showLogs(dataDir, settings(), follow),
    destroy: (dataDir) => destroy(dataDir, settings(), say),
  }),
);

function say(step: string): void {
  console.log(`> ${step}`);
}

function seconds(): number {
  return (performance.now() - begun) / 1_000;
}
