import {
  type CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
  type Stack as StackDescription,
} from '@aws-sdk/client-cloudformation';
import type { Stack } from '../../local/assembly/template.ts';
import type { Resource } from '../templates/resources.ts';
import { isError } from './aws-errors.ts';

/** What of the stacks is in the account already, asked for once. */
export class Deployed {
  readonly #client: CloudFormationClient;
  readonly #names: readonly string[];
  #stacks: Promise<StackDescription[]> | undefined;
  #keys: Promise<Set<string>> | undefined;

  constructor(client: CloudFormationClient, stacks: readonly Stack[]) {
    this.#client = client;
    this.#names = stacks.map(({ name }) => name);
  }

  /** The stacks that exist, in whatever state. */
  stacks(): Promise<StackDescription[]> {
    this.#stacks ??= Promise.all(this.#names.map((name) => this.#describe(name))).then((all) => all.flat());
    return this.#stacks;
  }

  /** Those of the resources that a deployment will create: their stack is not there yet, or does not have them. */
  async missing<T extends Resource>(resources: readonly T[]): Promise<T[]> {
    this.#keys ??= this.#resourceKeys();
    const keys = await this.#keys;
    return resources.filter(({ key }) => !keys.has(key));
  }

  async #describe(name: string): Promise<StackDescription[]> {
    try {
      return (await this.#client.send(new DescribeStacksCommand({ StackName: name }))).Stacks ?? [];
    } catch (error) {
      // Its message alone tells a stack that does not exist from a wrong request.
      if (isError(error, 'ValidationError') && /does not exist/.test((error as Error).message)) return [];
      throw error;
    }
  }

  async #resourceKeys(): Promise<Set<string>> {
    const keys = new Set<string>();
    for (const { StackName = '' } of await this.stacks()) {
      for await (const page of paginateListStackResources({ client: this.#client }, { StackName })) {
        for (const { LogicalResourceId, ResourceStatus, PhysicalResourceId } of page.StackResourceSummaries ?? []) {
          if (ResourceStatus === 'DELETE_COMPLETE' || PhysicalResourceId === undefined) continue;
          keys.add(`${StackName}/${LogicalResourceId}`);
        }
      }
    }
    return keys;
  }
}
