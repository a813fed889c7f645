import { type CloudFormationClient, DescribeTypeCommand } from '@aws-sdk/client-cloudformation';
import { isError } from './aws-errors.ts';

/** What a resource type's schema says of its identifier. */
interface Schema {
  /** Paths such as `/properties/FunctionName`. */
  readonly primaryIdentifier: readonly string[];
}

/** CloudFormation's registry of resource types in the Region; each type is asked for once. */
export class TypeRegistry {
  readonly #client: CloudFormationClient;
  readonly #schemas = new Map<string, Promise<Schema | undefined>>();

  constructor(client: CloudFormationClient) {
    this.#client = client;
  }

  /** @returns undefined when the Region does not have the type */
  schema(type: string): Promise<Schema | undefined> {
    const known = this.#schemas.get(type) ?? this.#read(type);
    this.#schemas.set(type, known);
    return known;
  }

  /** The property that identifies a resource of the type; undefined when that is not a single one. */
  async identifier(type: string): Promise<string | undefined> {
    const [path, ...others] = (await this.schema(type))?.primaryIdentifier ?? [];
    return others.length === 0 ? path?.split('/').at(-1) : undefined;
  }

  async #read(type: string): Promise<Schema | undefined> {
    try {
      const { Schema } = await this.#client.send(new DescribeTypeCommand({ Type: 'RESOURCE', TypeName: type }));
      return { primaryIdentifier: [], ...JSON.parse(Schema ?? '{}') };
    } catch (error) {
      if (isError(error, 'TypeNotFoundException')) return undefined;
      throw error;
    }
  }
}

/** Whether CloudFormation's registry has the type: custom resources and types of the SAM transform are not in it. */
export function isRegistered(type: string): boolean {
  return type.startsWith('AWS::') && !type.startsWith('AWS::Serverless::');
}
