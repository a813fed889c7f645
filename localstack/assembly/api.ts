import { loadAssembly } from '../../local/assembly/load-assembly.ts';
import type { ResourceDeclaration } from '../../local/assembly/template.ts';

/** The tag by which a template chooses the id of its API on LocalStack. */
const ID_TAG = '_custom_id_';

/** The API of an assembly, as LocalStack names it. */
export interface ApiNames {
  readonly id: string;
  readonly stage: string;
}

/** The path under which LocalStack serves an API. */
export function apiPath({ id, stage }: ApiNames): string {
  return `/_aws/execute-api/${id}/${stage}`;
}

/** @throws Error when the assembly has no API, or one without an id and a stage of its own */
export function apiOf(assembly: string): ApiNames {
  const resources = loadAssembly(assembly).flatMap(({ template }) => Object.values(template.Resources ?? {}));
  const id = tagsOf(resources.find(({ Type }) => Type === 'AWS::ApiGateway::RestApi')).get(ID_TAG);
  const stage = resources.find(({ Type }) => Type === 'AWS::ApiGateway::Stage')?.Properties?.StageName;
  if (typeof id !== 'string' || typeof stage !== 'string')
    throw new Error(`${assembly} has no API with the tag ${ID_TAG} and a stage`);
  return { id, stage };
}

function tagsOf(resource: ResourceDeclaration | undefined): Map<unknown, unknown> {
  const tags = (resource?.Properties?.Tags ?? []) as readonly { Key: unknown; Value: unknown }[];
  return new Map(tags.map(({ Key, Value }) => [Key, Value]));
}
