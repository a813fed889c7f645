import type { Stack } from '../../local/assembly/template.ts';

// biome-ignore lint/suspicious/noExplicitAny: templates are free-form JSON
export type Json = any;

/** The templates of an assembly, to be changed as somebody might who grants the consumer too much. */
export class ChangedTemplates {
  readonly #stacks: readonly Stack[];

  constructor(stacks: readonly Stack[]) {
    this.#stacks = stacks;
  }

  part(part: string): Json {
    const stack = this.#stacks.find(({ name }) => name.endsWith(`-${part}`));
    if (!stack) throw new Error(`There is no stack ${part}.`);
    return stack.template;
  }

  add(part: string, resource: { Type: string; Properties: Json }): { Ref: string } {
    this.part(part).Resources.Added = resource;
    return { Ref: 'Added' };
  }

  find(part: string, type: string, matching = /./): string {
    const resources = Object.entries<Json>(this.part(part).Resources);
    const [found] = resources.find(([id, { Type }]) => Type === type && matching.test(id)) ?? [];
    if (!found) throw new Error(`${part} has no ${type} like ${matching}.`);
    return found;
  }

  /** A reference to something of one stack for another. */
  exported(part: string, value: Json): Json {
    const name = `test:${part}:${JSON.stringify(value)}`;
    this.part(part).Outputs ??= {};
    this.part(part).Outputs[`Test${Object.keys(this.part(part).Outputs).length}`] = {
      Value: value,
      Export: { Name: name },
    };
    return { 'Fn::ImportValue': name };
  }

  get consumer(): Json {
    return this.part('consumer').Resources[this.find('consumer', 'AWS::Lambda::Function', /^ConsumeOrders/)].Properties;
  }

  get roleId(): string {
    return this.consumer.Role['Fn::GetAtt'][0];
  }

  get role(): Json {
    return this.part('consumer').Resources[this.roleId].Properties;
  }

  get group(): Json {
    return this.consumer.VpcConfig.SecurityGroupIds[0];
  }

  get shardGroup(): Json {
    const id = this.find('shards', 'AWS::EC2::SecurityGroup', /^Shards/);
    return { id, groupId: { 'Fn::GetAtt': [id, 'GroupId'] } };
  }
}
