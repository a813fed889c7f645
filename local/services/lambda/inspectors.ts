import { freePort, type PortClaim } from '../../../tooling/ports.ts';
import { isUnknown, knownValues } from '../../assembly/known-values.ts';
import { ExportTable, presentResources, StackScope } from '../../assembly/stack-scope.ts';
import type { Stack } from '../../assembly/template.ts';
import type { Run } from '../service.ts';
import { chosenFunction, declaredFunctionName } from './function-name.ts';

/** The functions that a person debugs, and where a debugger finds each, on 127.0.0.1. */
export class Inspectors {
  readonly #asked: ReadonlyMap<string, number>;
  readonly #stacks: readonly Stack[];
  /** By name of the function. */
  #ports: ReadonlyMap<string, number> | undefined;

  constructor({ settings, stacks }: { settings: Pick<Run['settings'], 'inspect'>; stacks: Run['stacks'] }) {
    this.#asked = settings.inspect;
    this.#stacks = stacks;
  }

  /** @throws UserError when a function that is to be debugged is not in the templates */
  claims(): PortClaim[] {
    return [...this.#byName].map(([name, port]) => ({
      port,
      part: `the inspector of ${name}`,
      flag: `--inspect ${name}=<port>`,
    }));
  }

  /** Replaces each 0 by a free port, which the function keeps for the whole run. */
  async choosePorts(): Promise<void> {
    const chosen = [...this.#byName].map(async ([name, port]) => [name, port || (await freePort())] as const);
    this.#ports = new Map(await Promise.all(chosen));
  }

  /** Undefined for a function that nobody debugs. */
  portOf(name: string): number | undefined {
    return this.#byName.get(name);
  }

  get #byName(): ReadonlyMap<string, number> {
    if (this.#ports === undefined) {
      const names = this.#asked.size === 0 ? [] : this.#stacks.flatMap(functionNames);
      this.#ports = new Map([...this.#asked].map(([given, port]) => [chosenFunction(names, given), port]));
    }
    return this.#ports;
  }
}

/** Of the functions that can run here. */
function functionNames(stack: Stack): string[] {
  const scope = new StackScope(stack, new ExportTable());
  return presentResources(stack).flatMap(([logicalId, { Type, Properties = {} }]) => {
    if (Type !== 'AWS::Lambda::Function' || !String(Properties.Runtime).startsWith('nodejs')) return [];
    const given = Properties.FunctionName === undefined ? undefined : knownValues(Properties.FunctionName, scope);
    return isUnknown(given) ? [] : [declaredFunctionName(given?.toString(), { stack, logicalId })];
  });
}
