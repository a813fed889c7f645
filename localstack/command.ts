import { cacheDirOption, dataDirOption, newCommand } from '../tooling/command-line.ts';
import { localStackDirOf } from '../tooling/paths.ts';

/** What the commands of `npm run localstack` do. `dataDir` is the folder for everything about LocalStack. */
export interface Verbs {
  up(options: { dataDir: string; cacheDir: string; docker: boolean }): Promise<void>;
  deploy(dataDir: string): Promise<void>;
  status(dataDir: string): Promise<void>;
  logs(dataDir: string, options: { follow: boolean }): Promise<void>;
  destroy(dataDir: string): Promise<void>;
}

/** The command line of `npm run localstack`. */
export function localStackCommand(verbs: Verbs) {
  const command = newCommand(
    'npm run localstack --',
    'Runs the application on LocalStack 4.14, and beside it what its free edition lacks: Postgres, Kafka and the Kafka trigger.',
    'failure, or something is down (status)',
  )
    .addOption(dataDirOption())
    .addOption(cacheDirOption())
    .addHelpText(
      'afterAll',
      '\nPorts and passwords are the variables of docker-compose.yml, from the environment or .env. See .env.example.',
    );
  const dataDir = () => localStackDirOf(command.opts().dataDir);

  command
    .command('up')
    .description('Starts LocalStack, Postgres and Kafka and waits until they are healthy. `deploy` comes next.')
    .option(
      '--no-docker',
      'run here until Ctrl-C: LocalStack from PyPI (Python 3.12 or 3.13), Postgres and Kafka as `npm start` has them',
    )
    .action(({ docker }) => verbs.up({ dataDir: dataDir(), cacheDir: command.opts().cacheDir, docker }));
  command
    .command('deploy')
    .description('Deploys the app as it is now and prints every address.')
    .action(() => verbs.deploy(dataDir()));
  command
    .command('status')
    .description('Shows what is up and what is deployed.')
    .action(() => verbs.status(dataDir()));
  command
    .command('logs')
    .description('Shows the latest log lines of every part.')
    .option('-f, --follow', 'continue with new lines until Ctrl-C', false)
    .action((options) => verbs.logs(dataDir(), options));
  command
    .command('destroy')
    .description('Deletes the stacks, stops what up started and removes its data.')
    .action(() => verbs.destroy(dataDir()));
  return command;
}
