import { dataDirOption, newCommand } from '../../tooling/command-line.ts';

export interface InvokeCommand {
  readonly dataDir: string;
  /** Its physical name, or the end of it, such as `create-order`. */
  readonly function: string;
  /** The name of a ready event, or a file of JSON; undefined for the only ready one. */
  readonly event: string | undefined;
  /** What the ready event is to contain. */
  readonly content: string | undefined;
  /** Of the ready request, with its query. */
  readonly path: string | undefined;
  /** Whether to list the ready events instead. */
  readonly events: boolean;
}

/** The command line of `npm run invoke`. @param perform does what is asked */
export function invokeCommand(perform: (asked: InvokeCommand) => Promise<void>) {
  return newCommand(
    'npm run invoke --',
    'Invokes a function of the local run through its Lambda API, and prints its response, its log, its duration and its memory.',
    'the function failed, or failure',
  )
    .argument('<function>', 'the function, such as create-order')
    .option('--event <name>', 'a ready event of --events, or a file of JSON; may be omitted where there is one at most')
    .option(
      '--content <text>',
      'what the ready event is to contain, instead of an example: a body, the value of a record, a header',
    )
    .option('--path <path>', 'the path of the ready request, with its query, such as /api/orders?user_id=alice')
    .option('--events', "list the function's ready events, made from the templates' routes, mappings and schedules")
    .addOption(dataDirOption())
    .action((name, { event, content, path, events = false, dataDir }) =>
      perform({ dataDir, function: name, event, content, path, events }),
    );
}
